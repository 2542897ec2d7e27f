//! The processes that train one model together under `mpirun` or `srun`; mostly there is only one.
//!
//! Rank 0 alone prints and writes files. What goes wrong before the training goes wrong on all of them: each tells the others,
//! and rank 0 prints one sentence. In the training an error that only one rank can have ends them all at once.

#[cfg(feature = "mpi")]
mod heartbeat;
#[cfg(feature = "nccl")]
mod nccl;
mod shared_file;
#[cfg(feature = "mpi")]
mod world;

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use candle_core::Device;
use polytask::parallel::Ranks;

pub use shared_file::SharedFile;

use crate::Result;

/// The error of a rank that has none of its own.
#[derive(Debug)]
pub struct Told;

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("another rank cannot go on")
    }
}

impl std::error::Error for Told {}

/// How many processes were started together, as far as their launcher tells: Open MPI's, MPICH's, or Slurm's with PMIx.
fn launched() -> usize {
    let of_slurm = if std::env::var_os("PMIX_RANK").is_some() { number("SLURM_STEP_NUM_TASKS") } else { None };
    number("OMPI_COMM_WORLD_SIZE").or_else(|| number("PMI_SIZE")).or(of_slurm).unwrap_or(1)
}

/// Whether this process is the one that prints.
pub fn is_first() -> bool {
    let rank = ["OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK"].into_iter().find_map(number);
    launched() == 1 || rank.unwrap_or(0) == 0
}

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Prints on stderr why the command ends, the first time. In one piece: `mpirun` prints what processes write as it comes.
pub fn say_end(why: impl std::fmt::Display) {
    static SAID: AtomicBool = AtomicBool::new(false);
    if SAID.swap(true, Ordering::Relaxed) {
        return;
    }
    // Nobody is left to tell that stderr cannot be written.
    let _ = std::io::stderr().write_all(format!("polytask: {why}\n").as_bytes());
}

/// Gives the process that prints the time to say why all end, where they cannot tell each other yet: `mpirun` kills the others as
/// soon as one ends with an exit code above 0.
pub fn let_first_speak() {
    if !is_first() {
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
}

/// Prints a line on stderr, if this process is the one that prints.
pub fn note(line: impl std::fmt::Display) {
    if is_first() {
        // A run goes on although nobody listens.
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}

/// An error if several processes were started for a command that runs in one.
pub fn check_single() -> Result<()> {
    if launched() == 1 {
        return Ok(());
    }
    Err(format!(
        "{} processes were started, and of all commands only train and compare run in several; start this one without mpirun or srun",
        launched()
    )
    .into())
}

/// This process among those that train together.
pub struct Processes {
    ranks: Ranks,
    /// Each process's host and the processor cores that it may use, as text.
    places: Vec<Place>,
    #[cfg(feature = "mpi")]
    world: Option<world::World>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    host: String,
    cores: String,
}

impl Processes {
    /// Joins the others, if there are any.
    #[cfg(feature = "mpi")]
    pub fn start() -> Result<Self> {
        if launched() == 1 {
            return Ok(Self { ranks: Ranks::alone(), places: vec![Place::here()], world: None });
        }
        let (world, ranks) = world::World::start()?;
        let mut processes = Self { ranks, places: Vec::new(), world: Some(world) };
        let here = Place::here();
        let places = processes.ranks.gather(format!("{}\n{}", here.host, here.cores).as_bytes())?;
        let place = |text: &Vec<u8>| {
            let text = String::from_utf8_lossy(text);
            let (host, cores) = text.split_once('\n').unwrap_or_default();
            Place { host: host.into(), cores: cores.into() }
        };
        processes.places = places.iter().map(place).collect();
        Ok(processes)
    }

    /// Checks that this is the only process.
    #[cfg(not(feature = "mpi"))]
    pub fn start() -> Result<Self> {
        if launched() > 1 {
            return Err(format!(
                "{} processes were started, and this polytask was built without MPI; build it with --features mpi",
                launched()
            )
            .into());
        }
        Ok(Self { ranks: Ranks::alone(), places: vec![Place::here()] })
    }

    /// The way to the others.
    pub fn ranks(&self) -> &Ranks {
        &self.ranks
    }

    /// The way to the others for a training on `device`: between graphics cards by NCCL, if it is built in.
    pub fn ranks_on(&self, device: &Device) -> Result<Ranks> {
        match device {
            #[cfg(feature = "nccl")]
            Device::Cuda(card) if self.ranks.size() > 1 => self.agree(nccl::on_cards(&self.ranks, card)),
            _ => Ok(self.ranks.clone()),
        }
    }

    /// Whether this process prints and writes files.
    pub fn is_first(&self) -> bool {
        self.ranks.rank() == 0
    }

    /// How many processes there are on this host.
    pub fn on_this_host(&self) -> usize {
        let host = &self.places[self.ranks.rank()].host;
        self.places.iter().filter(|place| place.host == *host).count()
    }

    /// This process's place among those on this host, from 0.
    pub fn place_on_this_host(&self) -> usize {
        let host = &self.places[self.ranks.rank()].host;
        self.places[..self.ranks.rank()].iter().filter(|place| place.host == *host).count()
    }

    /// How many processes share the cores that this one may use; 1 where each has its own.
    pub fn on_these_cores(&self) -> usize {
        let here = &self.places[self.ranks.rank()];
        self.places.iter().filter(|place| *place == here).count()
    }

    /// Whether it is so on any process.
    pub fn any(&self, own: bool) -> Result<bool> {
        Ok(self.ranks.gather(&[own.into()])?.iter().any(|other| other[..] != [0]))
    }

    /// `result`, if it is `Ok` on all processes. Else an error on all of them, which rank 0 prints.
    pub fn agree<T>(&self, result: Result<T>) -> Result<T> {
        if self.ranks.size() == 1 {
            return result;
        }
        let own = result.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let all = self.ranks.gather(own.as_bytes())?;
        let Some(rank) = all.iter().position(|text| !text.is_empty()) else { return result };
        match result {
            // It says by its type what is to be done, so it stays the one that it is.
            Err(error) if rank == 0 || !self.is_first() => Err(error),
            _ if !self.is_first() => Err(Told.into()),
            _ => {
                let text = String::from_utf8_lossy(&all[rank]);
                Err(format!("rank {rank}, on {}: {text}", self.places[rank].host).into())
            }
        }
    }

    /// Leaves the others, with `result`. Its error is printed before: as soon as one process ends with an exit code above 0,
    /// `mpirun` kills the others.
    pub fn end(self, result: Result<()>) -> Result<()> {
        if let (Err(error), true) = (&result, self.ranks.size() > 1 && self.is_first()) {
            say_end(error);
        }
        result
    }

    /// Ends all processes after an error that only this one has.
    #[cfg(feature = "mpi")]
    pub fn end_all_if_alone_with(&self, error: &crate::Error) {
        let is_everywhere = error
            .downcast_ref::<polytask::Error>()
            .is_some_and(|error| matches!(error, polytask::Error::Diverged(_) | polytask::Error::Parallel(_)));
        if let (Some(world), false) = (&self.world, is_everywhere || error.is::<crate::checkpoints::Stopped>()) {
            let rank = self.ranks.rank();
            say_end(format!("rank {rank}, on {}: {error}", self.places[rank].host));
            world.abort();
        }
    }

    /// Does nothing: there are no others.
    #[cfg(not(feature = "mpi"))]
    pub fn end_all_if_alone_with(&self, _error: &crate::Error) {}
}

impl Place {
    fn here() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let status = read("/proc/self/status");
        let cores = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap_or_default();
        let host = read("/proc/sys/kernel/hostname");
        Self { host: host.trim().into(), cores: cores.trim().into() }
    }
}
