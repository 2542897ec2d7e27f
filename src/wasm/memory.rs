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

/// Memory that a run will use, taken and touched before it begins. The browser gives each page of it, with zeros, at the first
/// touch; for a run with the page's encoder that takes 0.4 s in all, which would be part of its first step.
#[derive(Debug, Default)]
pub(super) struct Room {
    bytes: Vec<u8>,
    touched: usize,
}

impl Room {
    /// Bytes from one touch to the next: no page is smaller.
    const PAGE: usize = 1 << 12;
    /// Bytes that are touched at once, in some 20 ms.
    const PART: usize = 1 << 24;

    /// Takes the memory, without a touch; none where there is not enough.
    pub(super) fn of(bytes: u64) -> Self {
        let mut room = Self::default();
        if let Ok(bytes) = usize::try_from(bytes) {
            let _ = room.bytes.try_reserve_exact(bytes);
        }
        room
    }

    /// Touches the next part, and says whether there are more.
    pub(super) fn touch(&mut self) -> bool {
        let rest = &mut self.bytes.spare_capacity_mut()[self.touched..];
        let part = rest.len().min(Self::PART);
        for page in rest[..part].chunks_mut(Self::PAGE) {
            page[0].write(0);
        }
        self.touched += part;
        part == Self::PART
    }
}
