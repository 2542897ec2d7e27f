//! An encoder's or a saved model's directory, in the layouts that Hugging Face's tools write.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use polytask::model::{
    DeclaredPooling, EncoderByHash, Receiver, Wanted, Weights, declared_pooling, joined_header, parse_config,
    pooling_folder, shard_names,
};
use polytask::text::{git_lfs_pointer, tokenizer_of_vocabulary};

use sha2::{Digest, Sha256};

use crate::files::Stamp;
use crate::{Error, Result, files};

pub const CONFIG: &str = "config.json";
pub const TOKENIZER: &str = "tokenizer.json";
pub const VOCABULARY: &str = "vocab.txt";
pub const TOKENIZER_CONFIG: &str = "tokenizer_config.json";
pub const WEIGHTS: &str = "model.safetensors";
pub const INDEX: &str = "model.safetensors.index.json";
pub const MODULES: &str = "modules.json";

/// Weights in formats that are not read.
pub const OTHER_WEIGHTS: [&str; 4] =
    ["pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5", "flax_model.msgpack"];

/// The longest header of a shard, as the format says.
const LONGEST_HEADER: u64 = 100_000_000;

/// An encoder's or a saved model's files, the weights not yet read.
pub struct EncoderFiles {
    pub config: Vec<u8>,
    /// `tokenizer.json`, made of `vocab.txt` where there is only that.
    pub tokenizer: Vec<u8>,
    /// How the encoder's authors pool, if the directory says so.
    pub pooling: Option<DeclaredPooling>,
    weights: StoredWeights,
    directory: PathBuf,
}

/// The weights' files, not yet read.
struct StoredWeights {
    /// The joined header, if there are several files: it is read before them. Else empty.
    front: Vec<u8>,
    /// `model.safetensors`, or the tensors of each shard.
    files: Vec<StoredFile>,
}

struct StoredFile {
    path: PathBuf,
    file: File,
    /// Taken when the file was opened, to see later whether it has changed.
    stamp: Stamp,
}

/// How often a directory that keeps changing is read before that is an error.
const TRIES: usize = 10;

/// A program that saves a model renames its files one after the other. After this time without a renamed file it is done.
const SETTLED: Duration = Duration::from_millis(50);

impl EncoderFiles {
    /// Reads the files and opens those with weights. If another program replaces the model meanwhile, all files are of the old
    /// model, or all are of the new one.
    pub fn read(directory: &Path) -> Result<Self> {
        let stamps = || Stamp::all_in(directory, &[".json", ".txt", ".safetensors"]);
        for _ in 0..TRIES {
            sleep(SETTLED.saturating_sub(age(directory)));
            let before = stamps();
            let files = Self::open(directory);
            if stamps() == before {
                return files;
            }
        }
        Err(changing(directory))
    }

    fn open(directory: &Path) -> Result<Self> {
        let config = files::read(&directory.join(CONFIG))?;
        if let Some(encoder) = encoder_by_hash(&config) {
            return Self::with_encoder(directory, config, &encoder);
        }
        let tokenizer = tokenizer(directory)?;
        let weights = StoredWeights::open(directory)?;
        let pooling = pooling(directory);
        Ok(Self { config, tokenizer, pooling, weights, directory: directory.into() })
    }

    /// The files of a saved model whose encoder is elsewhere.
    fn with_encoder(directory: &Path, config: Vec<u8>, encoder: &EncoderByHash) -> Result<Self> {
        let wrong = |why: String| format!("{}: its encoder: {why}", directory.display());
        let elsewhere = super::locate(&encoder.name).map_err(|e| wrong(e.to_string()))?;
        let found = hash_of_weights(&elsewhere)?;
        if found != encoder.sha256 {
            return Err(wrong(format!(
                "{} is not the one that it was trained with: the SHA-256 of its {WEIGHTS} is {found}, expected {}",
                elsewhere.display(),
                encoder.sha256
            ))
            .into());
        }
        let tokenizer = tokenizer(&elsewhere)?;
        let paths = [elsewhere.join(WEIGHTS), directory.join(WEIGHTS)];
        let weights = StoredWeights::joined(directory, paths.into())?;
        Ok(Self { config, tokenizer, pooling: None, weights, directory: directory.into() })
    }

    /// Whether `directory` has all that [`EncoderFiles::read`] needs, every file that the index lists included.
    pub fn are_in(directory: &Path) -> bool {
        let has = |name: &str| directory.join(name).is_file();
        let shards = || shard_names(&std::fs::read(directory.join(INDEX)).ok()?).ok();
        let has_weights = || has(WEIGHTS) || shards().is_some_and(|names| names.iter().all(|name| has(name)));
        has(CONFIG) && (has(TOKENIZER) || has(VOCABULARY)) && has_weights()
    }

    /// The weights that are `wanted`, read in pieces, so that they are never in memory twice.
    pub fn read_weights(&mut self, wanted: Wanted) -> Result<Weights> {
        let received = self.receive(wanted);
        // If a file changed while it was read, an error about its content would mislead.
        self.weights.files.iter().find_map(StoredFile::changed).map_or(received, Err)
    }

    fn receive(&mut self, wanted: Wanted) -> Result<Weights> {
        let mut receiver = Receiver::of(wanted);
        self.named(receiver.push(&self.weights.front))?;
        let mut piece = vec![0; 1 << 20];
        for i in 0..self.weights.files.len() {
            loop {
                let StoredFile { path, file, .. } = &mut self.weights.files[i];
                let n = file.read(&mut piece).map_err(|e| format!("{}: cannot be read: {e}", path.display()))?;
                if n == 0 {
                    break;
                }
                self.named(receiver.push(&piece[..n]))?;
            }
        }
        self.named(receiver.finish())
    }

    /// Puts the encoder's directory before an error of its files.
    pub fn named<T>(&self, result: polytask::Result<T>) -> Result<T> {
        named(&self.directory, result)
    }
}

fn named<T>(directory: &Path, result: polytask::Result<T>) -> Result<T> {
    result.map_err(|error| match error {
        polytask::Error::Encoder(_) | polytask::Error::Tokenizer(_) => {
            format!("{}: {error}", directory.display()).into()
        }
        other => other.into(),
    })
}

fn tokenizer(directory: &Path) -> Result<Vec<u8>> {
    let [json, vocabulary, config] = [TOKENIZER, VOCABULARY, TOKENIZER_CONFIG].map(|file| directory.join(file));
    if json.exists() {
        return files::read(&json);
    }
    if !vocabulary.exists() {
        return Err(format!(
            "{0}: there is neither {TOKENIZER} nor {VOCABULARY}; in Python, transformers makes {TOKENIZER}: \
             AutoTokenizer.from_pretrained({0:?}).save_pretrained({0:?})",
            directory.display().to_string()
        )
        .into());
    }
    let config = config.exists().then(|| files::read(&config)).transpose()?;
    named(directory, tokenizer_of_vocabulary(&files::read(&vocabulary)?, config.as_deref()))
}

impl StoredWeights {
    fn open(directory: &Path) -> Result<Self> {
        let (one, index) = (directory.join(WEIGHTS), directory.join(INDEX));
        if one.exists() {
            return Ok(Self { front: Vec::new(), files: vec![StoredFile::open(one)?] });
        }
        if !index.exists() {
            return Err(match OTHER_WEIGHTS.iter().find(|name| directory.join(name).exists()) {
                Some(other) => no_weights(&directory.display().to_string(), other),
                None => format!("{}: there is neither {WEIGHTS} nor {INDEX}", directory.display()).into(),
            });
        }
        let names = named(directory, shard_names(&files::read(&index)?))?;
        Self::joined(directory, names.into_iter().map(|name| directory.join(name)).collect())
    }

    /// Several files, read as one.
    fn joined(directory: &Path, paths: Vec<PathBuf>) -> Result<Self> {
        let mut shards = Vec::new();
        let mut headers = Vec::new();
        for path in paths {
            let mut shard = StoredFile::open(path)?;
            headers.push(header(&shard.path, &mut shard.file)?);
            shards.push(shard);
        }
        Ok(Self { front: named(directory, joined_header(&headers))?, files: shards })
    }
}

impl StoredFile {
    fn open(path: PathBuf) -> Result<Self> {
        let file = files::open(&path)?;
        let about = file.metadata().map_err(|e| format!("{}: cannot be read: {e}", path.display()))?;
        Ok(Self { path, file, stamp: Stamp::of(&about) })
    }

    /// An error if the file was written to since it was opened.
    fn changed(&self) -> Option<Error> {
        let now = self.file.metadata().ok()?;
        (Stamp::of(&now) != self.stamp).then(|| changing(&self.path))
    }
}

/// The time since a file in `directory` was last created, renamed or removed.
fn age(directory: &Path) -> Duration {
    let last = std::fs::metadata(directory).and_then(|about| about.modified());
    last.ok().and_then(|last| SystemTime::now().duration_since(last).ok()).unwrap_or(Duration::MAX)
}

fn changing(path: &Path) -> Error {
    format!("{}: it changes while it is read; run the command again when nothing writes into it", path.display()).into()
}

/// The encoder that a saved model's `config.json` names, if its own files hold the heads alone.
fn encoder_by_hash(config: &[u8]) -> Option<EncoderByHash> {
    parse_config(config).ok()?.polytask?.encoder
}

/// The SHA-256 of an encoder's weights, in hexadecimal.
pub fn hash_of_weights(directory: &Path) -> Result<String> {
    let path = directory.join(WEIGHTS);
    let mut file = files::open(&path)?;
    let mut hash = Sha256::new();
    std::io::copy(&mut file, &mut hash).map_err(|e| format!("{}: cannot be read: {e}", path.display()))?;
    Ok(format!("{:x}", hash.finalize()))
}

/// A shard's header. Leaves the file at the first byte of its tensors.
fn header(path: &Path, file: &mut File) -> Result<Vec<u8>> {
    let unreadable = |e: std::io::Error| format!("{}: cannot be read: {e}", path.display());
    let mut length = [0; 8];
    file.read_exact(&mut length).map_err(unreadable)?;
    if let Some(pointer) = git_lfs_pointer(&length, &path.display().to_string()) {
        return Err(pointer.to_string().into());
    }
    let length = u64::from_le_bytes(length);
    if length > LONGEST_HEADER {
        return Err(format!("{}: is not a safetensors file; fetch it again", path.display()).into());
    }
    let mut header = Vec::new();
    file.take(length).read_to_end(&mut header).map_err(unreadable)?;
    Ok(header)
}

fn pooling(directory: &Path) -> Option<DeclaredPooling> {
    let folder = pooling_folder(&std::fs::read(directory.join(MODULES)).ok()?)?;
    declared_pooling(&std::fs::read(directory.join(folder).join(CONFIG)).ok()?)
}

/// The error for an encoder whose only weights are in the file `other`, in a format that is not read.
pub fn no_weights(encoder: &str, other: &str) -> Error {
    format!(
        "{encoder}: its weights are {other}, and {WEIGHTS} is needed; in Python, transformers makes it: \
         AutoModel.from_pretrained({encoder:?}).save_pretrained({encoder:?})"
    )
    .into()
}
