//! Every place where bytes from outside come into the library or the command, as a function of bytes.
//!
//! A function panics where something is wrong: a panic of the code under test, an answer that contradicts itself, or more memory
//! or time than the input is worth (`budget.rs`). libFuzzer calls them (`./build.sh fuzz`), and so does `tests/replay.rs`, with the
//! seeds, with changed seeds, and with what libFuzzer has found (`found/TARGET/`).

mod budget;
mod models;
mod runs;
mod seeds;
mod tables;
#[path = "../../src/bin/polytask/unpack.rs"]
mod unpack;

pub use seeds::seeds;

/// As in the command, whose file `unpack.rs` is compiled here.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A target's name, and what it does with an input.
type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 12] = [
    ("table", tables::table),
    ("cells", tables::cells),
    ("parquet", tables::parquet),
    ("recipe", runs::recipe),
    ("event", runs::event),
    ("checkpoint", runs::checkpoint),
    ("config", models::config),
    ("tokenizer", models::tokenizer),
    ("vocabulary", models::vocabulary),
    ("weights", models::weights),
    ("zip", models::zip),
    ("onnx", models::onnx),
];

/// Gives a target an input.
///
/// # Panics
///
/// If something is wrong with what it does, or there is no such target.
pub fn run(target: &str, input: &[u8]) {
    let (_, act) = TARGETS.iter().find(|(name, _)| *name == target).expect("a target of this name");
    #[cfg(feature = "libfuzzer")]
    let_panics_be_caught();
    budget::within(input.len(), || act(input));
}

/// libFuzzer's hook ends the process at every panic, also at one of a library that is caught and becomes a sentence.
#[cfg(feature = "libfuzzer")]
fn let_panics_be_caught() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            if !polytask::panics::catches_panic(panic) {
                eprintln!("{panic}");
            }
        }));
    });
}
