//! A run's checkpoints, in `checkpoints/` of the directory that the model will be saved in.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use polytask::checkpoint::{Notes, Opened};
use polytask::protocol::Event;
use polytask::run::Run;

use crate::Result;
use crate::files::{open, temporary_in};
use crate::processes::{Processes, SharedFile, note};

/// The note of how many bytes the log had.
const LOGGED: &str = "logged";

/// Whether Ctrl+C was pressed, or the command was asked to end.
static STOP: AtomicBool = AtomicBool::new(false);

/// The run was stopped, and can go on.
#[derive(Debug)]
pub struct Stopped {
    step: usize,
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "stopped after step {}; the same command with --resume goes on from there", self.step)
    }
}

impl std::error::Error for Stopped {}

/// Where checkpoints are kept, and when they are due.
pub struct Checkpoints<'a> {
    processes: &'a Processes,
    directory: PathBuf,
    every: Option<u32>,
    /// This run's checkpoints, the newest last. Two are kept, in case the newest turns out damaged.
    kept: RefCell<VecDeque<PathBuf>>,
}

impl<'a> Checkpoints<'a> {
    /// Those of a run whose model will be saved in `out`. Of several processes rank 0 writes them. From now on Ctrl+C stops the run at the end of a piece of work; a
    /// second one stops it at once.
    pub fn new(out: &Path, every: Option<u32>, processes: &'a Processes) -> Self {
        static HANDLER: OnceLock<()> = OnceLock::new();
        HANDLER.get_or_init(|| {
            let stop = || {
                if STOP.swap(true, Ordering::Relaxed) {
                    std::process::exit(super::STOPPED.into());
                }
            };
            if let Err(error) = ctrlc::set_handler(stop) {
                note(format!("Warning: Ctrl+C will end the run without a checkpoint: {error}"));
            }
        });
        Self { processes, directory: out.join("checkpoints"), every, kept: RefCell::default() }
    }

    /// Called after each piece of the run's work with its events: saves a checkpoint if one is due. `logged`: bytes in the log.
    ///
    /// # Errors
    ///
    /// [`Stopped`], if the run was asked to stop.
    pub fn after(&self, events: &[Event], run: &mut Run, logged: u64) -> Result<()> {
        // All of several processes stop at the same step.
        let stop = self.processes.any(STOP.load(Ordering::Relaxed))? && !run.is_finished();
        let step = run.trainer().steps();
        let is_turn = |event: &Event| match event {
            Event::Step(report) => self.every.is_some_and(|every| report.step.is_multiple_of(every as usize)),
            Event::Contrastive(report) => self.every.is_some_and(|every| report.step.is_multiple_of(every)),
            Event::End(_) => self.every.is_some(),
            _ => false,
        };
        let due = events.iter().any(is_turn);
        if !self.processes.is_first() {
            return if stop { Err(Stopped { step }.into()) } else { Ok(()) };
        }
        if stop || due {
            let saved = self.save(run, logged);
            if stop {
                saved?;
                return Err(Stopped { step }.into());
            }
            if let Err(error) = saved {
                // The run matters more than its checkpoint; the one before is still there.
                note(format!("Warning: no checkpoint after step {step}: {error}"));
            }
        }
        Ok(())
    }

    /// Gives the newest whole checkpoint to `run`. Returns how many bytes the log had; `None` if there is no checkpoint.
    ///
    /// # Errors
    ///
    /// If the newest whole one is of another run.
    pub fn resume(&self, run: &mut Run) -> Result<Option<u64>> {
        let found = match self.processes.is_first() {
            true => self.newest_whole(),
            false => Ok(None),
        };
        let found = self.processes.agree(found)?;
        let name = found.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        let name = String::from_utf8_lossy(&self.processes.ranks().broadcast(name.as_bytes())?).into_owned();
        if name.is_empty() {
            note(format!("No checkpoint in {}: starting with the first step", self.directory.display()));
            return Ok(None);
        }
        let file = found.as_ref().map(|path| open(path)).transpose();
        let mut file = SharedFile::new(self.processes.agree(file)?, self.processes.ranks());
        let named = |error: polytask::Error| format!("{name}: {error}");
        let mut opened = Opened::new(&mut file).map_err(named)?;
        let logged = opened.notes().get(LOGGED).and_then(|logged| logged.parse().ok()).unwrap_or(0);
        run.restore(&mut opened).map_err(named)?;
        self.kept.borrow_mut().extend(found);
        note(format!("Going on after step {}, from {name}", run.trainer().steps()));
        Ok(Some(logged))
    }

    /// The newest checkpoint that is whole.
    fn newest_whole(&self) -> Result<Option<PathBuf>> {
        for path in self.all() {
            match Opened::verify(&mut BufReader::new(open(&path)?)) {
                Ok(()) => return Ok(Some(path)),
                Err(error) => note(format!("Warning: {}: {error}", path.display())),
            }
        }
        Ok(None)
    }

    fn save(&self, run: &mut Run, logged: u64) -> Result<()> {
        let checkpoint = run.checkpoint(&Notes::from([(LOGGED.into(), logged.to_string())]))?;
        let path = self.directory.join(format!("step-{:08}.safetensors", run.trainer().steps()));
        let write = || -> std::io::Result<()> {
            std::fs::create_dir_all(&self.directory)?;
            let file = temporary_in(&self.directory)?;
            let mut out = BufWriter::with_capacity(1 << 20, file.as_file());
            checkpoint.write_to(&mut out)?;
            out.flush()?;
            drop(out);
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|e| e.error)?;
            // The name too must outlast a power cut.
            #[cfg(unix)]
            File::open(&self.directory)?.sync_all()?;
            Ok(())
        };
        write().map_err(|e| format!("{}: cannot be written: {e}", path.display()))?;
        let mut kept = self.kept.borrow_mut();
        kept.retain(|other| *other != path);
        kept.push_back(path);
        while kept.len() > 2 {
            kept.pop_front();
        }
        for old in self.all().into_iter().filter(|old| !kept.contains(old)) {
            // One that cannot be removed only takes space.
            let _ = std::fs::remove_file(old);
        }
        Ok(())
    }

    /// The checkpoints, newest first.
    fn all(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(&self.directory).into_iter().flatten().flatten().map(|entry| entry.path());
        let is_one = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with("step-") && name.ends_with(".safetensors")
        };
        let mut all: Vec<PathBuf> = files.filter(is_one).collect();
        all.sort();
        all.reverse();
        all
    }
}
