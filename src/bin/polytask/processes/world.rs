//! The processes of an MPI job.

use std::time::{Duration, Instant};

use mpi::Threading;
use mpi::environment::Universe;
use mpi::request::{LocalScope, Request};
use mpi::topology::{Communicator, SimpleCommunicator};
use mpi::traits::{Destination, Source};
use polytask::parallel::{Group, Ranks};

use super::heartbeat::Heartbeat;
use crate::Result;

/// The tag of what ranks send to each other while they train.
const DATA: i32 = 1;

/// The most bytes of one message: MPI counts them in 31 bits.
const MESSAGE: usize = 1 << 28;

/// How long a rank asks again and again whether a message has arrived. After that it sleeps in between, so that ranks which
/// share a core do not take it from those that still compute.
const EAGER: Duration = Duration::from_millis(2);
const SLEEP: Duration = Duration::from_micros(50);

/// The MPI job, which ends when this is dropped.
pub struct World {
    // Ends before MPI does.
    heartbeat: Option<Heartbeat>,
    _universe: Universe,
}

impl World {
    /// Starts MPI and the heartbeat.
    pub fn start() -> Result<(Self, Ranks)> {
        let (universe, threading) =
            mpi::initialize_with_threading(Threading::Multiple).ok_or("MPI has been started before")?;
        if threading < Threading::Multiple {
            return Err(
                "this MPI library cannot be called by several threads at once (MPI_THREAD_MULTIPLE), which the ranks' \
                        watch over each other needs; use Open MPI or MPICH"
                    .into(),
            );
        }
        let world = universe.world();
        let rank = MpiRank { rank: world.rank() as usize, size: world.size() as usize };
        let heartbeat = Some(Heartbeat::start(rank.rank, rank.size));
        Ok((Self { heartbeat, _universe: universe }, Ranks::new(rank)))
    }

    /// Ends all processes with exit code 2.
    pub fn abort(&self) -> ! {
        SimpleCommunicator::world().abort(2)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The others would wait for this rank.
            self.abort();
        }
        drop(self.heartbeat.take());
    }
}

#[derive(Debug, Clone, Copy)]
struct MpiRank {
    rank: usize,
    size: usize,
}

impl Group for MpiRank {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.size
    }

    fn exchange(&self, to: &[&[u8]], from: &mut [&mut [u8]]) -> polytask::Result<()> {
        let world = SimpleCommunicator::world();
        mpi::request::scope(|scope| {
            let mut requests = Vec::new();
            for (rank, buffer) in from.iter_mut().enumerate().filter(|(rank, _)| *rank != self.rank) {
                let process = world.process_at_rank(rank as i32);
                for piece in buffer.chunks_mut(MESSAGE) {
                    requests.push(process.immediate_receive_into_with_tag(scope, piece, DATA));
                }
            }
            // Each begins with the rank after it, so that not all send to the same one at first.
            for rank in (1..self.size).map(|i| (self.rank + i) % self.size) {
                let process = world.process_at_rank(rank as i32);
                for piece in to[rank].chunks(MESSAGE) {
                    requests.push(process.immediate_send_with_tag(scope, piece, DATA));
                }
            }
            complete(requests);
        });
        Ok(())
    }
}

/// Waits until all are complete. It asks instead of blocking: a blocking wait would take the whole core. A rank that never
/// answers is the heartbeat's matter, which ends this process.
fn complete<'a>(mut requests: Vec<Request<'a, [u8], &LocalScope<'a>>>) {
    let mut idle_since = Instant::now();
    while !requests.is_empty() {
        let before = requests.len();
        requests = requests.into_iter().filter_map(|request| request.test().err()).collect();
        if requests.len() < before {
            idle_since = Instant::now();
        } else if idle_since.elapsed() < EAGER {
            std::thread::yield_now();
        } else {
            std::thread::sleep(SLEEP);
        }
    }
}
