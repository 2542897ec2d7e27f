//! Downloads of encoders: one that is known by name, each file checked against its pinned hash, or any of the hub.

use std::io::{IsTerminal, Read};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use polytask::model::shard_names;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::files_of::{CONFIG, INDEX, MODULES, POOLING, TOKENIZER, TOKENIZER_CONFIG, VOCABULARY, WEIGHTS};
use super::known::Known;
use crate::{Result, files};

/// One file of a repository, as the hub lists it.
#[derive(Debug, Deserialize)]
struct Listed {
    path: String,
    /// Of a large file: its SHA-256.
    lfs: Option<Large>,
}

#[derive(Debug, Deserialize)]
struct Large {
    oid: String,
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

/// Downloads an encoder of the hub, `owner/name`, as it is there today. Large files are checked against the hashes that the hub
/// gives for them.
pub fn fetch_from_hub(repository: &str, directory: &Path) -> Result<()> {
    let (agent, endpoint) = (agent(), endpoint());
    let url = format!("{endpoint}/api/models/{repository}/tree/main?recursive=1");
    let listed = match agent.get(&url).call() {
        Ok(response) => response.into_body().read_to_vec(),
        Err(ureq::Error::StatusCode(401 | 403 | 404)) => {
            return Err(format!(
                "encoder: the hub has no public model {repository:?}; is it spelt as on its page (owner/name)?"
            )
            .into());
        }
        Err(e) => return Err(format!("{url}: cannot be fetched: {e}").into()),
    }
    .map_err(|e| format!("{url}: cannot be fetched: {e}"))?;
    let listed: Vec<Listed> =
        serde_json::from_slice(&listed).map_err(|e| format!("{url}: is no list of files: {e}"))?;
    let find = |name: &str| listed.iter().find(|file| file.path == name);
    let get = |name: &str| -> Result<()> {
        let Some(file) = find(name) else { return Ok(()) };
        let url = format!("{endpoint}/{repository}/resolve/main/{name}");
        keep(&agent, &url, directory, name, file.lfs.as_ref().map(|large| large.oid.as_str()))
    };
    // A file that the hub does not list is left out here: `EncoderFiles::read` refuses the directory then, with the remedy.
    for name in [MODULES, POOLING, CONFIG, TOKENIZER_CONFIG] {
        get(name)?;
    }
    get(if find(TOKENIZER).is_some() { TOKENIZER } else { VOCABULARY })?;
    if find(WEIGHTS).is_none() && find(INDEX).is_some() {
        get(INDEX)?;
        for shard in shard_names(&files::read(&directory.join(INDEX))?)? {
            get(&shard)?;
        }
    }
    if let Some(other) = ["pytorch_model.bin", "tf_model.h5"].iter().find(|name| find(name).is_some())
        && find(WEIGHTS).is_none()
        && find(INDEX).is_none()
    {
        return Err(super::files_of::no_weights(repository, other));
    }
    // The last one: a directory with it is complete.
    get(WEIGHTS)
}

fn endpoint() -> String {
    let endpoint = std::env::var("HF_ENDPOINT").unwrap_or_else(|_| "https://huggingface.co".into());
    endpoint.trim_end_matches('/').into()
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        // A refused connection fails within seconds, and a stalled one within half an hour.
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
        return Err(format!("{}: is no name of a file", path.display()).into());
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
