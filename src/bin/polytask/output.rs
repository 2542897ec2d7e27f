//! A run's output: progress and the printout for people, the log for machines.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, IsTerminal, Seek, SeekFrom, Write};
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use polytask::printout::printout;
use polytask::protocol::Event;

use crate::Result;

/// The notebook's printout on stdout, a progress bar on a terminal's stderr, JSON lines in the log.
pub struct Output {
    bar: ProgressBar,
    log: Option<BufWriter<File>>,
    /// Whether anything has been printed. A blank line precedes every epoch but the first, as in the notebook.
    printed: bool,
    /// Whether another process shows the run.
    is_silent: bool,
}

impl Output {
    /// `kept` bytes at the start of the log stay, those of a run that goes on.
    pub fn new(log: Option<&Path>, kept: u64) -> Result<Self> {
        let open = |path: &Path| -> Result<BufWriter<File>> {
            let open = || {
                let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
                let kept = kept.min(file.metadata()?.len());
                file.set_len(kept)?;
                file.seek(SeekFrom::Start(kept))?;
                Ok(BufWriter::new(file))
            };
            open().map_err(|e: std::io::Error| format!("--log: {}: cannot be written: {e}", path.display()).into())
        };
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        bar.set_style(ProgressStyle::with_template("{bar:30} step {pos}/{len}, {eta} left  {msg}")?);
        Ok(Self { bar, log: log.map(open).transpose()?, printed: false, is_silent: false })
    }

    /// None, for a process among several that does not print.
    pub fn silent() -> Self {
        Self { bar: ProgressBar::hidden(), log: None, printed: false, is_silent: true }
    }

    /// Bytes in the log so far; 0 without a log.
    pub fn logged(&mut self) -> Result<u64> {
        self.log.as_mut().map_or(Ok(0), |log| Ok(log.stream_position()?))
    }

    /// Writes an event to the log only.
    pub fn log(&mut self, event: &Event) -> Result<()> {
        if let Some(log) = &mut self.log {
            serde_json::to_writer(&mut *log, event)?;
            log.write_all(b"\n")?;
            log.flush()?;
        }
        Ok(())
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
            (Event::Warning(_), Some(line)) => self.bar.suspend(|| eprintln!("{line}")),
            (Event::Epoch(_), Some(lines)) => {
                let lines = if self.printed { format!("\n{lines}") } else { lines };
                self.print(&lines)?;
            }
            (_, Some(lines)) => self.print(&lines)?,
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

    fn print(&mut self, lines: &str) -> Result<()> {
        self.printed = true;
        // Not println!, which panics when the reader is gone.
        Ok(self.bar.suspend(|| writeln!(std::io::stdout(), "{lines}"))?)
    }
}
