//! Downloads of encoders: one that is known by name, each file checked against its pinned hash, or any of the hub.

use std::io::{IsTerminal, Read};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use polytask::model::{parse_config, pooling_folder, shard_names};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::files_of::{
    CONFIG, INDEX, MODULES, OTHER_WEIGHTS, TOKENIZER, TOKENIZER_CONFIG, VOCABULARY, WEIGHTS, no_weights,
};
use super::known::Known;
use crate::{Result, files};

/// A repository, as the hub describes it.
#[derive(Debug, Deserialize)]
struct Repository {
    /// The commit at which these are its files.
    sha: String,
    siblings: Vec<Listed>,
}

#[derive(Debug, Deserialize)]
struct Listed {
    #[serde(rename = "rfilename")]
    path: String,
    /// For a large file only.
    lfs: Option<Large>,
}

#[derive(Debug, Deserialize)]
struct Large {
    sha256: String,
}

/// Downloads the files of `known` that are missing or have the wrong hash. A file gets its name only after its hash is checked.
pub fn fetch_known(known: &Known, directory: &Path) -> Result<()> {
    let agent = agent();
    for (file, sha256) in known.files {
        let path = directory.join(file);
        if std::fs::read(&path).is_ok_and(|bytes| hash(&bytes) == sha256) {
            continue;
        }
        let url = format!("{}/{}/resolve/{}/{file}", endpoint(), known.repository, known.revision);
        keep(&agent, &url, directory, file, Some(sha256))?;
    }
    Ok(())
}

/// Downloads the encoder `owner/name` of the hub, all files from the commit that is its newest one now. Large files are checked
/// against the hashes that the hub gives for them. An encoder that cannot be used is refused before its weights are downloaded.
pub fn fetch_from_hub(name: &str, directory: &Path) -> Result<()> {
    let (agent, endpoint) = (agent(), endpoint());
    let Repository { sha, siblings } = repository(&agent, &endpoint, name)?;
    let find = |file: &str| siblings.iter().find(|listed| listed.path == file);
    let get = |file: &str| -> Result<()> {
        let Some(listed) = find(file) else { return Ok(()) };
        let url = format!("{endpoint}/{name}/resolve/{sha}/{file}");
        keep(&agent, &url, directory, file, listed.lfs.as_ref().map(|large| large.sha256.as_str()))
    };
    let has_weights = find(WEIGHTS).is_some() || find(INDEX).is_some();
    if let Some(other) = OTHER_WEIGHTS.iter().find(|file| find(file).is_some())
        && !has_weights
    {
        return Err(no_weights(name, other));
    }
    for files in [&[CONFIG][..], &[TOKENIZER, VOCABULARY], &[WEIGHTS, INDEX]] {
        if !files.iter().any(|file| find(file).is_some()) {
            let missing = files.join(" or ");
            return Err(
                format!("encoder: the hub's {name:?} has no {missing}; take a BERT encoder that has one").into()
            );
        }
    }
    get(CONFIG)?;
    parse_config(&files::read(&directory.join(CONFIG))?).map_err(|e| format!("{name}: {e}"))?;
    get(MODULES)?;
    if find(MODULES).is_some()
        && let Some(folder) = pooling_folder(&files::read(&directory.join(MODULES))?)
    {
        get(&format!("{folder}/{CONFIG}"))?;
    }
    get(TOKENIZER_CONFIG)?;
    get(if find(TOKENIZER).is_some() { TOKENIZER } else { VOCABULARY })?;
    if find(WEIGHTS).is_some() {
        return get(WEIGHTS);
    }
    get(INDEX)?;
    for shard in shard_names(&files::read(&directory.join(INDEX))?)? {
        if find(&shard).is_none() {
            return Err(format!("encoder: {INDEX} of the hub's {name:?} lists {shard}, which is not there").into());
        }
        get(&shard)?;
    }
    Ok(())
}

/// The hub's description of the model `owner/name`.
fn repository(agent: &ureq::Agent, endpoint: &str, name: &str) -> Result<Repository> {
    let url = format!("{endpoint}/api/models/{name}/revision/main?blobs=true");
    let answer = match agent.get(&url).call() {
        // Reads 10 MB at most.
        Ok(response) => response.into_body().read_to_vec(),
        Err(ureq::Error::StatusCode(401 | 403 | 404)) => {
            return Err(format!(
                "encoder: the hub has no public model {name:?}; is it spelt as on its page (owner/name)?"
            )
            .into());
        }
        Err(e) => Err(e),
    }
    .map_err(|e| format!("{url}: cannot be fetched: {e}"))?;
    serde_json::from_slice(&answer).map_err(|e| {
        format!("{url}: the answer is not the hub's description of a model ({e}); is HF_ENDPOINT a hub?").into()
    })
}

fn endpoint() -> String {
    let endpoint = std::env::var("HF_ENDPOINT").unwrap_or_else(|_| "https://huggingface.co".into());
    endpoint.trim_end_matches('/').into()
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        // A refused connection fails within seconds, and a download that stalls within half an hour.
        .timeout_connect(Some(Duration::from_secs(5)))
        .timeout_recv_response(Some(Duration::from_secs(20)))
        .timeout_recv_body(Some(Duration::from_secs(1800)))
        .build()
        .into()
}

/// Downloads a file and writes it into `directory`, if its SHA-256 is the one that is expected.
fn keep(agent: &ureq::Agent, url: &str, directory: &Path, file: &str, sha256: Option<&str>) -> Result<()> {
    let bytes = download(agent, url, file)?;
    let found = hash(&bytes);
    if let Some(expected) = sha256.filter(|expected| *expected != found) {
        return Err(format!("{url}: not the file it should be: its SHA-256 is {found}, expected {expected}").into());
    }
    let path = directory.join(file);
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return Err(format!("{}: is not the name of a file", path.display()).into());
    };
    files::write_all(folder, &[(name, &bytes)])
}

pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn download(agent: &ureq::Agent, url: &str, file: &str) -> Result<Vec<u8>> {
    let response = agent.get(url).call().map_err(|e| format!("{url}: cannot be fetched: {e}"))?;
    let length: Option<u64> =
        response.headers().get("content-length").and_then(|length| length.to_str().ok()?.parse().ok());
    let bar = if std::io::stderr().is_terminal() {
        ProgressBar::new(length.unwrap_or(0)).with_message(file.to_string())
    } else {
        ProgressBar::hidden()
    };
    bar.set_style(ProgressStyle::with_template("{msg} {bar:30} {bytes}/{total_bytes} {eta}")?);
    let mut bytes = Vec::new();
    let mut reader = bar.wrap_read(response.into_body().into_reader());
    let read = reader.read_to_end(&mut bytes);
    bar.finish_and_clear();
    let cut = |why: String| {
        let of = length.map(|n| format!(" of {n}")).unwrap_or_default();
        format!("{url}: the download was cut off after {}{of} bytes{why}; nothing was kept, try again", bytes.len())
    };
    match (read, length) {
        (Err(e), _) => Err(cut(format!(" ({e})")).into()),
        (Ok(_), Some(n)) if n != bytes.len() as u64 => Err(cut(String::new()).into()),
        _ => Ok(bytes),
    }
}
