//! The library: its numbers against other tools, whole runs, and the order of its rooms. One program, as tests/command_line is.

#[path = "../runs/mod.rs"]
mod runs;
#[path = "../tiny/mod.rs"]
mod tiny;

mod arithmetic;
mod averaging;
mod checkpoint;
mod few_examples;
mod figures;
mod loop_snippet;
mod map;
mod metamorphic;
mod parallel;
mod paths;
mod probe;
mod properties;
mod reference;
mod rooms;
mod tasks;
mod telling;
mod threads;
mod training;
mod verdict;
mod weighting;
