//! What an input may cost: memory and time.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Bytes that an input may cost beside [`PER_BYTE`] for each of its own.
const BASE: usize = 64 << 20;
const PER_BYTE: usize = 64;
/// Time for an input of any size that libFuzzer makes (at most a megabyte), also on a busy machine and with its instrumentation.
const LONGEST: Duration = Duration::from_secs(20);

/// Counts the bytes in use, and the most that there were.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

fn add(bytes: usize) {
    let now = IN_USE.fetch_add(bytes, Ordering::Relaxed) + bytes;
    MOST.fetch_max(now, Ordering::Relaxed);
}

// SAFETY: every call goes to the system's allocator with the layout that it came with; the counters own no memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `alloc`.
        let block = unsafe { System.alloc(layout) };
        if !block.is_null() {
            add(layout.size());
        }
        block
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        let block = unsafe { System.alloc_zeroed(layout) };
        if !block.is_null() {
            add(layout.size());
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: `block` came from the system's allocator with this layout.
        unsafe { System.dealloc(block, layout) };
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: `block` came from the system's allocator with this layout, and the caller keeps the contract of `realloc`.
        let moved = unsafe { System.realloc(block, layout, size) };
        if !moved.is_null() {
            // While it is copied, both may be there.
            add(size);
            IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        }
        moved
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Does `work` for an input of so many bytes.
///
/// # Panics
///
/// If it takes more memory or time than that is worth.
pub fn within(bytes: usize, work: impl FnOnce()) {
    let before = IN_USE.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let began = Instant::now();
    work();
    let took = began.elapsed();
    let most = MOST.load(Ordering::Relaxed).saturating_sub(before);
    let limit = BASE + PER_BYTE * bytes;
    assert!(most <= limit, "{bytes} bytes made it take {most} bytes of memory, and {limit} are allowed");
    assert!(took <= LONGEST, "{bytes} bytes took {took:?}");
}
