//! Writes the seeds of all targets: `seeds DIRECTORY` makes `DIRECTORY/TARGET/N`.

use std::path::PathBuf;

fn main() {
    let directory = PathBuf::from(std::env::args().nth(1).expect("a directory"));
    for (target, _) in polytask_fuzz::TARGETS {
        let folder = directory.join(target);
        std::fs::create_dir_all(&folder).expect("a directory that can be written");
        for (n, seed) in polytask_fuzz::seeds(target).iter().enumerate() {
            std::fs::write(folder.join(n.to_string()), seed).expect("a file that can be written");
        }
    }
}
