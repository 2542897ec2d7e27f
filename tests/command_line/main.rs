//! The command as a person meets it. One program for all these tests, since each is linked with the whole library.

#[path = "../command/mod.rs"]
mod command;
#[path = "../tiny/mod.rs"]
mod tiny;

mod check;
mod cli;
mod compare;
mod encoders;
mod export;
mod faults;
mod files;
mod large;
mod predict;
mod readme;
mod resume;
mod tokenizer;
