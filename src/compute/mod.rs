//! Where and how a model computes: one [`Context`], which the model owns and every operation receives.
//!
//! It holds the device, the number of threads, the arithmetic, and the memory that steps reuse. Models with different
//! contexts share a process (and so a browser's worker) without changing each other's results. This is also the place
//! where another backend will be added.
//!
//! # Global state
//!
//! The library has one kind of process-wide state, in the browser's `threads` build alone: a wasm instance has a single
//! thread pool, rayon's global one, since its threads are web workers that the page starts once. `browser_threads.rs`
//! has it, with the queue through which those workers take up their work. Natively every context has a pool of its own.

#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
mod browser_threads;
mod cpu;
mod pool;
mod rows;
mod workspace;

use candle_core::Device;

pub use cpu::{Arithmetic, Cpu};
#[cfg(target_arch = "wasm32")]
pub(crate) use pool::join;
pub(crate) use rows::{each_item, each_rows};
pub(crate) use workspace::Buffer;

use pool::Pool;
use workspace::Workspace;

/// Where and how a model computes. Clones are cheap and share the thread pool and the reused memory.
///
/// ```
/// use candle_core::Device;
/// use polytask::compute::{Arithmetic, Context};
///
/// let context = Context::new(Device::Cpu, 2).with_arithmetic(Arithmetic::Reproducible);
/// assert_eq!(context.cpu().threads(), 2);
/// assert_eq!(context.cpu().arithmetic(), Arithmetic::Reproducible);
/// ```
#[derive(Debug, Clone)]
pub struct Context {
    device: Device,
    cpu: Cpu,
    pool: Pool,
    workspace: Workspace,
}

impl Default for Context {
    /// One thread of the CPU, with fast arithmetic.
    fn default() -> Self {
        Self::new(Device::Cpu, 1)
    }
}

impl Context {
    /// Computes on `device` with fast arithmetic; the kernels for the CPU use up to `threads` threads, at least 1. Results
    /// do not depend on the number of threads.
    ///
    /// Where the system gives no more threads, everything runs on the caller's. In the browser more than one thread needs
    /// the `threads` build, and its pool must have been started.
    pub fn new(device: Device, threads: usize) -> Self {
        let pool = Pool::new(threads);
        let cpu = Cpu::new(pool.threads(), Arithmetic::Fast);
        Self { device, cpu, pool, workspace: Workspace::default() }
    }

    /// The same context with this arithmetic.
    pub fn with_arithmetic(self, arithmetic: Arithmetic) -> Self {
        Self { cpu: Cpu::new(self.cpu.threads(), arithmetic), ..self }
    }

    /// Where tensors are.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// How the kernels for the CPU compute.
    pub fn cpu(&self) -> Cpu {
        self.cpu
    }

    /// Runs `work` on one of the context's threads, so that its kernels find the other threads awake when they divide their
    /// work. With one thread, or if the caller is on a pool's thread already, `work` runs on the caller's thread.
    #[cfg(any(not(target_arch = "wasm32"), target_feature = "atomics"))]
    pub fn on_threads<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.pool.run(work)
    }

    /// Runs `work`: this build has one thread.
    #[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
    pub fn on_threads<R>(&self, work: impl FnOnce() -> R) -> R {
        self.pool.run(work)
    }

    /// `work` of each item, in the items' order. Natively the context's threads share the items.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn map<T: Sync, R: Send>(&self, items: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
        use rayon::prelude::*;
        match self.pool.threads() {
            1 => items.iter().map(work).collect(),
            _ => self.pool.run(|| items.par_iter().map(work).collect()),
        }
    }

    /// `work` of each item, in the items' order.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn map<T, R>(&self, items: &[T], work: impl Fn(&T) -> R) -> Vec<R> {
        items.iter().map(work).collect()
    }

    /// A buffer of `len` numbers. It holds old values, not zeros.
    pub(crate) fn buffer(&self, len: usize) -> Buffer {
        self.workspace.take(len)
    }

    /// How many buffers were allocated so far.
    #[cfg(test)]
    pub(crate) fn buffers_made(&self) -> usize {
        self.workspace.made()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_keep_their_own_threads_and_arithmetic() {
        let one = Context::new(Device::Cpu, 1);
        let three = Context::new(Device::Cpu, 3).with_arithmetic(Arithmetic::Reproducible);
        let clone = three.clone().with_arithmetic(Arithmetic::Fast);
        assert_eq!(one.cpu(), Cpu::new(1, Arithmetic::Fast));
        assert_eq!(three.cpu(), Cpu::new(3, Arithmetic::Reproducible));
        assert_eq!(clone.cpu(), Cpu::new(3, Arithmetic::Fast));
        assert_eq!(three.on_threads(rayon::current_num_threads), 3);
        let caller = std::thread::current().id();
        assert_eq!(one.on_threads(|| std::thread::current().id()), caller);
        assert_ne!(three.on_threads(|| std::thread::current().id()), caller);
    }
}
