//! Every file of this repository that a comment or a document names is there.

use std::fs;
use std::path::{Path, PathBuf};

/// What is made by a build, or stands for any name.
const NOT_KEPT: [&str; 4] = ["www/pkg/", "www/models/", "www/vendor/", "tests/browser/X"];

#[test]
fn files_that_are_named_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("README.md"), root.join("Cargo.toml"), root.join("build.sh")];
    for folder in ["src", "tests", "benches", "build", "www", "docs"] {
        collect(&root.join(folder), &mut files);
    }
    let (mut named, mut missing) = (0, Vec::new());
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        for path in paths(&text).filter(|path| !NOT_KEPT.iter().any(|made| path.starts_with(made))) {
            named += 1;
            if !root.join(path).exists() {
                missing.push(format!("{}: {path}", file.strip_prefix(root).unwrap().display()));
            }
        }
    }
    assert!(named >= 20, "{named} were found");
    assert!(missing.is_empty(), "{missing:#?}");
}

/// All files below `folder` that are written by hand.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository").flatten() {
        let path = entry.path();
        let is_made = ["pkg", "models", "vendor", "recorded", "node_modules"].iter().any(|name| path.ends_with(name));
        if path.is_dir() && !is_made {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| ["rs", "js", "mjs", "md", "py", "sh", "ts"].iter().any(|&s| e == s))
        {
            files.push(path);
        }
    }
}

/// What looks like the path of a source file from the root.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    text.split(move |c: char| !is_part(c)).map(|word| word.trim_end_matches('.')).filter(|word| {
        let in_tree = ["src/", "www/", "tests/", "benches/", "build/"].iter().any(|folder| word.starts_with(folder));
        let ends = [".rs", ".js", ".mjs", ".py", ".css", ".sh", ".csv"].iter().any(|ending| word.ends_with(ending));
        in_tree && ends && !word.contains("..")
    })
}
