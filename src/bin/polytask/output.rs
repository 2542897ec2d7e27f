//! A run's output: progress and the printout for people, the log for machines.

use std::io::{IsTerminal, Write};
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use polytask::printout::printout;
use polytask::protocol::Event;

use crate::Result;
use crate::files::Log;
use crate::processes::note;

/// The notebook's printout on stdout, a progress bar on a terminal's stderr, JSON lines in the log. Neither ends a run: what could
/// not be written is told at its end.
pub struct Output {
    bar: ProgressBar,
    log: Option<Log>,
    /// Why nothing is printed any more.
    unheard: Option<std::io::Error>,
    /// Whether anything has been printed. A blank line precedes every epoch but the first, as in the notebook.
    printed: bool,
    /// Whether another process shows the run.
    is_silent: bool,
}

impl Output {
    /// `kept` bytes at the start of the log stay, those of a run that goes on.
    pub fn new(log: Option<&Path>, kept: u64) -> Result<Self> {
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        bar.set_style(ProgressStyle::with_template("{bar:30} step {pos}/{len}, {eta} left  {msg}")?);
        let log = log.map(|path| Log::open(path, kept)).transpose()?;
        Ok(Self { bar, log, unheard: None, printed: false, is_silent: false })
    }

    /// None, for a process among several that does not print.
    pub fn silent() -> Self {
        Self { bar: ProgressBar::hidden(), log: None, unheard: None, printed: false, is_silent: true }
    }

    /// Bytes in the log so far; 0 without a log.
    pub fn logged(&self) -> u64 {
        self.log.as_ref().map_or(0, Log::len)
    }

    /// Writes an event to the log only.
    pub fn log(&mut self, event: &Event) -> Result<()> {
        self.log.as_mut().map_or(Ok(()), |log| log.add(event))
    }

    /// Writes an event to the log and prints it.
    pub fn show(&mut self, event: &Event) -> Result<()> {
        if self.is_silent {
            return Ok(());
        }
        self.log(event)?;
        match event {
            Event::Start(start) => self.bar.set_length(start.steps_per_epoch as u64 * u64::from(start.epochs)),
            Event::Step(step) => {
                let losses: Vec<String> = step.losses.iter().map(|(task, x)| format!("{task} {x:.4}")).collect();
                self.bar.set_message(losses.join("  "));
                self.bar.set_position(step.step as u64);
            }
            Event::End(_) => self.bar.finish_and_clear(),
            _ => {}
        }
        match (event, printout(event)) {
            (Event::Warning(_), Some(line)) => self.bar.suspend(|| note(line)),
            (Event::Epoch(_), Some(lines)) => {
                let lines = if self.printed { format!("\n{lines}") } else { lines };
                self.print(&lines);
            }
            (_, Some(lines)) => self.print(&lines),
            (_, None) => {}
        }
        Ok(())
    }

    /// Shows a run of these first events that goes on after `steps` steps; its log holds them already.
    pub fn goes_on(&mut self, prelude: &[Event], steps: usize) {
        if let Some(Event::Start(start)) = prelude.first() {
            self.bar.set_length(start.steps_per_epoch as u64 * u64::from(start.epochs));
            self.bar.set_position(steps as u64);
        }
        self.printed = steps > 0;
    }

    /// The first error of what was written.
    pub fn end(self) -> Result<()> {
        self.log.as_ref().map_or(Ok(()), Log::end)?;
        self.unheard.map_or(Ok(()), |why| Err(why.into()))
    }

    fn print(&mut self, lines: &str) {
        self.printed = true;
        if self.unheard.is_none() {
            // Not println!, which panics when the reader is gone.
            self.unheard = self.bar.suspend(|| writeln!(std::io::stdout(), "{lines}")).err();
        }
    }
}
