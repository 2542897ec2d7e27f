//! A thread in each process that notices when another process has died or stalled, and then ends them all.
//!
//! Rank 0 and each other rank send each other a byte several times a second, from a thread of their own, so also while they
//! compute, read or write. A process whose bytes stay away has ended or is stopped. `mpirun` often notices a dead process first,
//! and says so itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mpi::request::{Request, StaticScope};
use mpi::topology::{Communicator, SimpleCommunicator};
use mpi::traits::{Destination, Source};

/// The tag of its messages.
const TAG: i32 = 2;

const EVERY: Duration = Duration::from_millis(200);

/// How long a process may be silent.
const LIMIT: Duration = Duration::from_secs(6);

/// The bytes that a rank sends: `ALIVE` again and again, `BYE` as the last one.
static ALIVE: u8 = 1;
static BYE: u8 = 0;

/// The thread, until this is dropped.
pub struct Heartbeat {
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Heartbeat {
    /// Starts the thread of `rank` among `size` ranks.
    pub fn start(rank: usize, size: usize) -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let seen = ends.clone();
        let thread = std::thread::spawn(move || watch(rank, size, &seen));
        Self { ends, thread: Some(thread) }
    }
}

impl Drop for Heartbeat {
    /// Says goodbye to the others, and waits until they have said it too: no message may be under way when MPI ends.
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A process whose bytes this one expects.
struct Peer {
    rank: usize,
    heard: Instant,
    has_left: bool,
}

fn watch(rank: usize, size: usize, ends: &AtomicBool) {
    let world = SimpleCommunicator::world();
    let watched = if rank == 0 { 1..size } else { 0..1 };
    let mut peers: Vec<Peer> = watched.map(|rank| Peer { rank, heard: Instant::now(), has_left: false }).collect();
    let mut sent: Vec<Request<'static, u8, StaticScope>> = Vec::new();
    // If rank 0 stalls, all others notice; the lowest of them speaks first, and ends the rest.
    let limit = LIMIT + Duration::from_millis(500) * rank.saturating_sub(1).min(6) as u32;
    let mut has_left = false;
    let mut last = Instant::now();
    while !(has_left && peers.iter().all(|peer| peer.has_left) && sent.is_empty()) {
        let leaves = ends.load(Ordering::Relaxed);
        if !has_left {
            let byte = if leaves { &BYE } else { &ALIVE };
            for peer in &peers {
                sent.push(world.process_at_rank(peer.rank as i32).immediate_send_with_tag(StaticScope, byte, TAG));
            }
            has_left = leaves;
        }
        sent = sent.into_iter().filter_map(|request| request.test().err()).collect();
        let now = Instant::now();
        // If this process itself was stopped, the others could not be heard.
        let slept = now.duration_since(last) > LIMIT / 2;
        for peer in peers.iter_mut().filter(|peer| !peer.has_left) {
            let process = world.process_at_rank(peer.rank as i32);
            if slept {
                peer.heard = now;
            }
            while process.immediate_probe_with_tag(TAG).is_some() {
                let mut byte = 0_u8;
                process.receive_into_with_tag(&mut byte, TAG);
                peer.heard = now;
                peer.has_left |= byte == BYE;
            }
            let silence = now.duration_since(peer.heard);
            if !peer.has_left && silence > limit {
                super::say_end(format!(
                    "rank {} has not answered for {} s: it has died or stalled, and the others cannot go on without it; \
                     the same command with --resume goes on from the last checkpoint",
                    peer.rank,
                    silence.as_secs()
                ));
                world.abort(2);
            }
        }
        last = now;
        // Short, when it is only the goodbyes that are missing.
        std::thread::sleep(if has_left { Duration::from_millis(5) } else { EVERY });
    }
}
