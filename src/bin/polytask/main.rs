//! The command line's front end: files, network, clock, progress bars and exit codes. The library has none of them.
// println! and eprintln! panic where nobody listens: see processes::note.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod arguments;
mod check;
mod checkpoints;
mod compare;
mod device;
mod encoders;
mod evaluate;
mod export;
mod files;
mod memory;
mod output;
mod predict;
mod processes;
mod reading;
mod saved;
mod serve;
mod train;
mod unpack;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A command's result; its error is a sentence for the person who typed it.
type Error = Box<dyn std::error::Error>;
type Result<T> = std::result::Result<T, Error>;

/// Multi-task fine-tuning of a real pretrained sentence encoder.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: CliCommand,
}

#[derive(Debug, Subcommand)]
enum CliCommand {
    /// Fine-tune an encoder on sentences for one or more tasks; without flags, the notebook's own job.
    Train(Box<arguments::TrainArguments>),
    /// Train with several weightings and seeds, side by side with single tasks, a linear probe and the commonest class.
    Compare(Box<compare::CompareArguments>),
    /// Accuracy, macro-F1 and confusion matrix of a saved model on a data file.
    Evaluate(evaluate::EvaluateArguments),
    /// Classify sentences, files or standard input with a saved model.
    Predict(predict::PredictArguments),
    /// Write a saved model in the form that another tool opens.
    Export(export::ExportArguments),
    /// List duplicates, contradictions and probable label errors of a data file, or the rows to label next.
    Check(check::CheckArguments),
    /// Fetch the pretrained encoders that Polytask knows by name.
    Encoder {
        #[command(subcommand)]
        command: encoders::EncoderCommand,
    },
    /// Serve the page (or any directory) to a browser on this machine.
    Serve(serve::ServeArguments),
}

/// Exit code after Ctrl+C, as shells give it: 128 and the signal's number.
const STOPPED: u8 = 130;

fn main() -> ExitCode {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !polytask::panics::catches_panic(panic) {
            default(panic);
        }
    }));
    let command = match Cli::try_parse() {
        Ok(cli) => cli.command,
        // One of several processes prints it.
        Err(error) if error.use_stderr() && !processes::is_first() => {
            processes::let_first_speak();
            return ExitCode::from(2);
        }
        Err(error) => error.exit(),
    };
    let done = match command {
        CliCommand::Train(arguments) => train::run(*arguments),
        CliCommand::Compare(arguments) => compare::run(*arguments),
        other => processes::check_single().and_then(|()| run_alone(other)),
    };
    match done.or_else(check_output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Of several processes that end for the same reason, one says why.
            if processes::is_first() {
                processes::say_end(&error);
            }
            processes::let_first_speak();
            ExitCode::from(if error.is::<checkpoints::Stopped>() { STOPPED } else { 2 })
        }
    }
}

/// Runs a command that has no use for several processes.
fn run_alone(command: CliCommand) -> Result<()> {
    match command {
        CliCommand::Train(_) | CliCommand::Compare(_) => unreachable!("they run in one or several processes"),
        CliCommand::Evaluate(arguments) => evaluate::run(arguments),
        CliCommand::Predict(arguments) => predict::run(arguments),
        CliCommand::Export(arguments) => export::run(arguments),
        CliCommand::Check(arguments) => check::run(arguments),
        CliCommand::Encoder { command } => encoders::run(command),
        CliCommand::Serve(arguments) => serve::run(arguments),
    }
}

/// Names standard output in errors of writing to it: those of files have their names already. A reader that stops early, such as
/// `head`, is no error.
fn check_output(error: Error) -> Result<()> {
    let error: Error = match error.downcast::<serde_json::Error>() {
        Ok(error) if error.is_io() => io::Error::from(*error).into(),
        Ok(error) => error,
        Err(other) => other,
    };
    match error.downcast::<io::Error>() {
        Ok(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Ok(error) => Err(format!("standard output: cannot be written: {error}").into()),
        Err(other) => Err(other),
    }
}
