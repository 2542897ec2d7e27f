//! Whether a file has changed since it was looked at.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::Metadata;
use std::path::Path;
use std::time::SystemTime;

/// Length, time and number of a file at one moment. After a change at least one of them is another.
#[derive(Debug, PartialEq, Eq)]
pub struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
    /// Its number in the file system, where there are numbers.
    number: u64,
}

impl Stamp {
    pub fn of(about: &Metadata) -> Self {
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(about);
        #[cfg(not(unix))]
        let number = 0;
        Self { bytes: about.len(), modified: about.modified().ok(), number }
    }

    /// The stamps of the files in `directory` whose names end in one of `endings`.
    pub fn all_in(directory: &Path, endings: &[&str]) -> BTreeMap<OsString, Self> {
        let files = std::fs::read_dir(directory).into_iter().flatten().flatten();
        let wanted =
            files.filter(|file| endings.iter().any(|ending| file.file_name().to_string_lossy().ends_with(ending)));
        // Not DirEntry's own, which does not follow links: the files in the hub's cache are links.
        wanted.filter_map(|file| Some((file.file_name(), Self::of(&std::fs::metadata(file.path()).ok()?)))).collect()
    }
}
