//! The settings of the kernels for the CPU: how many threads they use, and how they round.

/// How products and sums are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arithmetic {
    /// As fast as the processor can: in wasm builds with relaxed SIMD a multiplication and its addition are one
    /// instruction, whose rounding depends on the processor.
    #[default]
    Fast,
    /// The same bits in every browser on every machine: no fused multiply-add where a processor may lack it. Only wasm
    /// builds with relaxed SIMD compute differently from [`Arithmetic::Fast`].
    Reproducible,
}

impl Arithmetic {
    /// The arithmetic for a recipe's setting `reproducible`.
    pub fn of(reproducible: bool) -> Self {
        if reproducible { Self::Reproducible } else { Self::Fast }
    }
}

/// The number of threads and the arithmetic of the kernels for the CPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cpu {
    threads: usize,
    arithmetic: Arithmetic,
}

impl Cpu {
    /// Up to `threads` threads, at least 1, and this arithmetic.
    pub const fn new(threads: usize, arithmetic: Arithmetic) -> Self {
        Self { threads: if threads == 0 { 1 } else { threads }, arithmetic }
    }

    /// The largest number of threads that a kernel may use; at least 1.
    pub fn threads(self) -> usize {
        self.threads
    }

    /// How products and sums are rounded.
    pub fn arithmetic(self) -> Arithmetic {
        self.arithmetic
    }
}
