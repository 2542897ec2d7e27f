//! The memory that all runs of the instance share.

use std::cell::Cell;

/// Bytes that 32 bits can address: the runs of all sessions share them.
const MEMORY: u64 = 1 << 32;

thread_local! {
    /// Bytes that the runs of all sessions need. Sessions never leave the thread that made them.
    static NEEDED: Cell<u64> = const { Cell::new(0) };
}

/// Bytes that one run needs, for as long as it lasts.
#[derive(Debug)]
pub(super) struct Share(pub(super) u64);

impl Share {
    pub(super) fn of(bytes: u64) -> Self {
        NEEDED.set(NEEDED.get() + bytes);
        Self(bytes)
    }

    /// The most that a run may take whose share is `own` so far: everything that the other runs leave.
    pub(super) fn most(own: u64) -> u64 {
        MEMORY.saturating_sub(NEEDED.get() - own)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        NEEDED.set(NEEDED.get() - self.0);
    }
}
