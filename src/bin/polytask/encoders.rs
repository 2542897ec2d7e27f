//! Where encoders come from: a directory, this machine's cache, or the Hugging Face hub.

use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use polytask::model::{Receiver, Wanted, Weights};
use sha2::{Digest, Sha256};

use crate::{Result, files};

#[derive(Debug, Subcommand)]
pub enum EncoderCommand {
    /// Download an encoder from the Hugging Face hub and check it.
    Fetch {
        /// Its name.
        #[arg(default_value = "all-MiniLM-L6-v2")]
        name: String,
        /// Directory to put it in [default: this user's cache].
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

/// An encoder known by name.
struct Known {
    name: &'static str,
    repository: &'static str,
    revision: &'static str,
    /// File and SHA-256.
    files: [(&'static str, &'static str); 3],
}

const KNOWN: [Known; 1] = [Known {
    name: "all-MiniLM-L6-v2",
    repository: "sentence-transformers/all-MiniLM-L6-v2",
    revision: "1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
    files: [
        ("config.json", "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
        ("tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
        ("model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
    ],
}];

const FILES: [&str; 3] = ["config.json", "tokenizer.json", "model.safetensors"];

/// An encoder's or a saved model's three files, the large one not yet read.
pub struct EncoderFiles {
    pub config: Vec<u8>,
    pub tokenizer: Vec<u8>,
    weights: File,
    directory: PathBuf,
}

impl EncoderFiles {
    pub fn read(directory: &Path) -> Result<Self> {
        let [config, tokenizer, weights] = FILES.map(|file| directory.join(file));
        Ok(Self {
            config: files::read(&config)?,
            tokenizer: files::read(&tokenizer)?,
            weights: files::open(&weights)?,
            directory: directory.into(),
        })
    }

    /// The weights that are `wanted`, read in pieces, so that they are never in memory twice.
    pub fn read_weights(&mut self, wanted: Wanted) -> Result<Weights> {
        let mut receiver = Receiver::of(wanted);
        let mut piece = vec![0; 1 << 20];
        loop {
            let path = self.directory.join(FILES[2]);
            let n = self.weights.read(&mut piece).map_err(|e| format!("{}: cannot be read: {e}", path.display()))?;
            if n == 0 {
                return self.named(receiver.finish());
            }
            self.named(receiver.push(&piece[..n]))?;
        }
    }

    /// Puts the encoder's directory before an error of its files.
    pub fn named<T>(&self, result: polytask::Result<T>) -> Result<T> {
        result.map_err(|error| match error {
            polytask::Error::Encoder(_) | polytask::Error::Tokenizer(_) => {
                format!("{}: {error}", self.directory.display()).into()
            }
            other => other.into(),
        })
    }
}

pub fn run(command: EncoderCommand) -> Result<()> {
    let EncoderCommand::Fetch { name, out } = command;
    let known = known(&name)?;
    let directory = match out {
        Some(directory) => directory,
        None => cache(known.name)?,
    };
    fetch(known, &directory)?;
    println!("{}", directory.display());
    Ok(())
}

/// The directory of an encoder given as a directory or by name; one known by name is fetched if this machine has no copy.
pub fn locate(encoder: &str) -> Result<PathBuf> {
    let directory = Path::new(encoder);
    if directory.is_dir() {
        return Ok(directory.into());
    }
    if encoder.contains(['/', '\\']) {
        return Err(format!("encoder: {encoder:?} is not a directory").into());
    }
    let known = known(encoder)?;
    let cached = cache(known.name)?;
    // `build.sh` puts the page's encoder here; beside the checkout there is no need for a second copy.
    let page = Path::new("www/models").join(known.name);
    for directory in [page, cached.clone()] {
        if FILES.iter().all(|file| directory.join(file).is_file()) {
            return Ok(directory);
        }
    }
    fetch(known, &cached).map_err(|e| {
        format!(
            "{e}; the encoder {:?} is neither in www/models nor in {}: give a directory with --encoder DIR, or let \
             ./build.sh encoder find it",
            known.name,
            cached.display()
        )
    })?;
    Ok(cached)
}

fn known(name: &str) -> Result<&'static Known> {
    KNOWN.iter().find(|known| known.name == name).ok_or_else(|| {
        let names: Vec<&str> = KNOWN.iter().map(|known| known.name).collect();
        format!("encoder: {name:?} is neither a directory nor a known name ({})", names.join(", ")).into()
    })
}

fn cache(name: &str) -> Result<PathBuf> {
    let base = std::env::var_os("POLYTASK_CACHE")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("XDG_CACHE_HOME").map(|dir| PathBuf::from(dir).join("polytask")))
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/polytask")))
        .ok_or("encoder: there is no home directory for a cache; set POLYTASK_CACHE or give --out DIR")?;
    Ok(base.join(name))
}

/// Downloads the files that are missing or have the wrong hash. A file gets its name only after its hash is checked.
fn fetch(known: &Known, directory: &Path) -> Result<()> {
    let endpoint = std::env::var("HF_ENDPOINT").unwrap_or_else(|_| "https://huggingface.co".into());
    let agent: ureq::Agent = ureq::Agent::config_builder()
        // A refused connection fails within seconds, and a stalled one within half an hour.
        .timeout_connect(Some(Duration::from_secs(5)))
        .timeout_recv_response(Some(Duration::from_secs(20)))
        .timeout_recv_body(Some(Duration::from_secs(1800)))
        .build()
        .into();
    for (file, sha256) in known.files {
        let path = directory.join(file);
        if std::fs::read(&path).is_ok_and(|bytes| hash(&bytes) == sha256) {
            continue;
        }
        let endpoint = endpoint.trim_end_matches('/');
        let url = format!("{endpoint}/{}/resolve/{}/{file}", known.repository, known.revision);
        let bytes = download(&agent, &url, file)?;
        let found = hash(&bytes);
        if found != sha256 {
            return Err(format!("{url}: not the file it should be: its SHA-256 is {found}, expected {sha256}").into());
        }
        files::write_all(directory, &[(file, &bytes)])?;
    }
    Ok(())
}

fn hash(bytes: &[u8]) -> String {
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
