//! The layout of `src/`: a module imports only modules that come before it in the order of `src/lib.rs`, so that there is no
//! import circle, and no folder is too full to read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules in the order in which data passes through them; before them, what all of them use.
const ORDER: &str = "error panics random recipe compute parallel ops checkpoint data text model metrics weighting probe train measure check classify \
                     verdict export compare protocol run printout wasm";

/// Folders of files that are alike, of which there may be any number.
const SHELVES: [&str; 2] = ["ops", "weighting/methods"];

const MOST_FILES: usize = 12;

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// All Rust files below `folder`.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The paths of the library's files from `src/`.
fn library() -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(&source(), &mut files);
    let from_source = |file: &PathBuf| file.strip_prefix(source()).expect("below it").to_path_buf();
    files.iter().map(from_source).filter(|file| !file.starts_with("bin")).collect()
}

/// The modules that a file's code names after `crate::`, comments left out.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1)).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}

#[test]
fn a_module_imports_only_modules_before_it() {
    let order: Vec<&str> = ORDER.split_whitespace().collect();
    let place = |module: &str| order.iter().position(|&name| name == module);
    let (mut found, mut wrong) = (0, Vec::new());
    for file in library() {
        let module = file.components().next().expect("a name").as_os_str().to_str().expect("UTF-8");
        let Some(own) = place(module.trim_end_matches(".rs")) else {
            assert_eq!(module, "lib.rs", "a module without a place in the order");
            continue;
        };
        let text = fs::read_to_string(source().join(&file)).expect("a file of the repository");
        // What is imported from the root is declared in `error`.
        for import in imports(&text).filter_map(place) {
            found += 1;
            if import > own {
                wrong.push(format!("{} imports {}", file.display(), order[import]));
            }
        }
    }
    assert!(found > 100, "{found} were found");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_folder_is_too_full() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for file in library() {
        *counts.entry(file.parent().expect("a folder").display().to_string()).or_default() += 1;
    }
    counts.retain(|folder, &mut files| files > MOST_FILES && !SHELVES.contains(&folder.as_str()));
    assert!(counts.is_empty(), "{counts:?}");
}
