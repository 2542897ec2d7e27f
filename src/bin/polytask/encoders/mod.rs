//! Where encoders come from: a directory, this machine's caches, or the Hugging Face hub.

mod fetch;
mod files_of;
mod known;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use polytask::recipe::Pooling;

use fetch::{fetch_from_hub, fetch_known};
pub use files_of::{EncoderFiles, hash_of_weights};
use known::{KNOWN, Known, make_small};
use polytask::model::DeclaredPooling;
use polytask_blocks::SMALL;

use crate::Result;
use crate::processes::note;

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

pub fn run(command: EncoderCommand) -> Result<()> {
    let EncoderCommand::Fetch { name, out } = command;
    let directory = match out {
        Some(directory) => directory,
        None => cache(&name)?,
    };
    fetch(&name, &directory)?;
    Ok(writeln!(std::io::stdout(), "{}", directory.display())?)
}

/// The directory of an encoder given as a directory or by name; one that has a name is fetched if this machine has no copy.
pub fn locate(encoder: &str) -> Result<PathBuf> {
    let directory = Path::new(encoder);
    if directory.is_dir() {
        return Ok(snapshot(directory).unwrap_or_else(|| directory.into()));
    }
    if encoder.contains(['/', '\\']) && !is_of_hub(encoder) {
        return Err(format!("encoder: {encoder:?} is neither a directory nor a model of the hub (owner/name)").into());
    }
    let cached = cache(encoder)?;
    // `build.sh` puts the page's encoders here; beside the checkout there is no need for a second copy.
    let page = Path::new("www/models").join(encoder);
    let of_hub = hub_caches().into_iter().filter_map(|cache| snapshot(&cache.join(hub_folder(encoder))));
    for directory in [page, cached.clone()].into_iter().chain(of_hub) {
        if EncoderFiles::are_in(&directory) {
            return Ok(directory);
        }
    }
    fetch(encoder, &cached).map_err(|e| {
        let remedy = match known(encoder) {
            Ok(_) => ", or let ./build.sh encoder find it",
            Err(_) => "",
        };
        format!(
            "{e}; the encoder {encoder:?} is not in {}: give a directory with --encoder DIR{remedy}",
            cached.display()
        )
    })?;
    Ok(cached)
}

/// Puts an encoder known by name, or one of the hub, into `directory`.
fn fetch(encoder: &str, directory: &Path) -> Result<()> {
    if encoder == SMALL {
        return make_small(&locate(KNOWN[0].name)?, directory);
    }
    if is_of_hub(encoder) { fetch_from_hub(encoder, directory) } else { fetch_known(known(encoder)?, directory) }
}

fn known(name: &str) -> Result<&'static Known> {
    KNOWN.iter().find(|known| known.name == name).ok_or_else(|| {
        let names: Vec<&str> = KNOWN.iter().map(|known| known.name).chain([SMALL]).collect();
        format!(
            "encoder: {name:?} is neither a directory, nor a known name ({}), nor a model of the hub (owner/name)",
            names.join(", ")
        )
        .into()
    })
}

/// Whether a name has the form of a model on the hub, `owner/name`.
fn is_of_hub(name: &str) -> bool {
    let part = |part: &str| {
        let letters = part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        letters && !part.is_empty() && !part.starts_with('.')
    };
    name.split_once('/').is_some_and(|(owner, name)| part(owner) && part(name))
}

/// The folder of `owner/name` in the cache of Hugging Face's own tools.
fn hub_folder(name: &str) -> String {
    format!("models--{}", name.replace('/', "--"))
}

/// Where Hugging Face's own tools keep what they downloaded.
fn hub_caches() -> Vec<PathBuf> {
    let directory = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let caches = [
        directory("HF_HUB_CACHE"),
        directory("HF_HOME").map(|home| home.join("hub")),
        directory("XDG_CACHE_HOME").map(|cache| cache.join("huggingface/hub")),
        directory("HOME").map(|home| home.join(".cache/huggingface/hub")),
    ];
    caches.into_iter().flatten().collect()
}

/// The files in a folder of that cache: those of the revision that was fetched last.
fn snapshot(folder: &Path) -> Option<PathBuf> {
    let revision = std::fs::read_to_string(folder.join("refs/main")).ok()?;
    Some(folder.join("snapshots").join(revision.trim())).filter(|directory| directory.is_dir())
}

/// Sets `pooling` to the one that the encoder's files declare, unless the user gave one (`is_given`). Prints a line if that is not
/// mean pooling, or if the pooling in use is not the declared one.
pub fn take_declared_pooling(encoder: &EncoderFiles, is_given: bool, pooling: &mut Pooling) {
    match &encoder.pooling {
        Some(DeclaredPooling::Known(declared)) if is_given && declared != pooling => {
            note(format!("Warning: this encoder was trained with {declared} pooling; {pooling} is used"));
        }
        Some(DeclaredPooling::Known(declared)) if !is_given && *declared != Pooling::default() => {
            note(format!("Pooling: {declared}, with which this encoder was trained"));
            *pooling = *declared;
        }
        Some(DeclaredPooling::Other(mode)) => {
            note(format!(
                "Warning: this encoder was trained with {mode} pooling, which Polytask does not have; {pooling} is used"
            ));
        }
        _ => {}
    }
}

fn cache(name: &str) -> Result<PathBuf> {
    let base = std::env::var_os("POLYTASK_CACHE")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("XDG_CACHE_HOME").map(|dir| PathBuf::from(dir).join("polytask")))
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/polytask")))
        .ok_or("encoder: there is no home directory for a cache; set POLYTASK_CACHE or give --out DIR")?;
    Ok(base.join(name.replace('/', "--")))
}
