//! The matrix product as wasm computes it, with its tests: a module that holds nothing else, so that it compiles in seconds.
//! `../kernel.mjs` calls [`count`], [`name`] and [`run`].
#![cfg(target_arch = "wasm32")]

#[path = "../../src/compute/cpu.rs"]
pub mod cpu;
#[path = "../../src/ops/gemm_wasm.rs"]
mod gemm_wasm;
#[path = "../../src/ops/matmul.rs"]
mod matmul;
#[path = "../../src/ops/matmul_cases.rs"]
mod matmul_cases;
#[path = "../../src/ops/matrix.rs"]
mod matrix;

use std::cell::Cell;

use compute::{Arithmetic, Cpu};
use matmul::matmul;
use matrix::{Strides, WriteMode};

/// Stands in for the library's module of this name. A product that is cut into halves is counted; they are computed one
/// after the other.
pub mod compute {
    pub use crate::cpu::{Arithmetic, Cpu};

    pub fn join(a: impl FnOnce(), b: impl FnOnce()) {
        super::CUTS.set(super::CUTS.get() + 1);
        b();
        a();
    }
}

thread_local! {
    static CUTS: Cell<usize> = const { Cell::new(0) };
}

const OWN: &[(&str, fn())] = &[
    ("pieces make the same bits as the whole", pieces_make_the_same_bits_as_the_whole),
    ("a product beyond 2³² multiplications is cut", a_product_beyond_32_bits_is_cut),
    ("each arithmetic keeps its bits beside the other", each_arithmetic_keeps_its_bits_beside_the_other),
];

fn tests() -> impl Iterator<Item = &'static (&'static str, fn())> {
    matmul_cases::CASES.iter().chain(OWN)
}

/// Calls `product` and returns how often it was cut.
fn cuts(product: impl FnOnce()) -> usize {
    CUTS.set(0);
    product();
    CUTS.get()
}

/// Operands (m,k) and (k,n) whose sums are rounded: thirds.
fn thirds(shape: (usize, usize), strides: Strides, seed: u32) -> Vec<f32> {
    matmul_cases::matrix(shape, strides, 0.0, seed).into_iter().map(|x| x / 3.0).collect()
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

fn pieces_make_the_same_bits_as_the_whole() {
    // Cut by rows, by columns, and as its own transpose.
    let shapes = [(700, 61, 100), (65, 1000, 65), (40, 1000, 113)];
    for (m, n, k) in shapes {
        for (lhs_strides, rhs_strides) in [
            (Strides::rows(k), Strides::rows(n)),
            (Strides::rows(k), Strides::rows(k).transposed()),
            (Strides::rows(m).transposed(), Strides::rows(n)),
        ] {
            let lhs = thirds((m, k), lhs_strides, 1);
            let rhs = thirds((k, n), rhs_strides, 2);
            for (mode, arithmetic) in [
                (WriteMode::Overwrite, Arithmetic::Fast),
                (WriteMode::Add, Arithmetic::Fast),
                (WriteMode::Add, Arithmetic::Reproducible),
            ] {
                let product = |threads: usize| {
                    let cpu = Cpu::new(threads, arithmetic);
                    let mut dst = vec![0.25; m * n];
                    let cuts = cuts(|| {
                        let dst = (dst.as_mut_slice(), Strides::rows(n));
                        matmul(cpu, (m, n, k), dst, mode, (&lhs, lhs_strides), (&rhs, rhs_strides), 0.7);
                    });
                    (cuts, bits(&dst))
                };
                let (_, whole) = product(1);
                for threads in 2..=9 {
                    let (cuts, bits) = product(threads);
                    let pieces = threads.min((m * n * k) >> 19);
                    assert_eq!(cuts, pieces - 1, "({m},{n},{k}) on {threads} threads");
                    assert!(bits == whole, "({m},{n},{k}) on {threads} threads: other bits than on one");
                }
            }
        }
    }
}

/// Two models of unlike arithmetic take turns in one instance.
fn each_arithmetic_keeps_its_bits_beside_the_other() {
    let (m, n, k) = (65, 40, 113);
    let (lhs, rhs) = (thirds((m, k), Strides::rows(k), 1), thirds((k, n), Strides::rows(n), 2));
    let product = |arithmetic| {
        let mut dst = vec![0.0; m * n];
        let rows = Strides::rows;
        let cpu = Cpu::new(1, arithmetic);
        matmul(cpu, (m, n, k), (&mut dst, rows(n)), WriteMode::Overwrite, (&lhs, rows(k)), (&rhs, rows(n)), 1.0);
        bits(&dst)
    };
    let [fast, reproducible] = [Arithmetic::Fast, Arithmetic::Reproducible].map(product);
    for _ in 0..3 {
        assert!(
            product(Arithmetic::Reproducible) == reproducible,
            "reproducible products have other bits than at first"
        );
        assert!(product(Arithmetic::Fast) == fast, "fast products have other bits than at first");
    }
    // Added up term by term, each product rounded before it is added.
    let by_hand: Vec<u32> = (0..m * n)
        .map(|at| (0..k).fold(0.0_f32, |sum, p| sum + lhs[at / n * k + p] * rhs[p * n + at % n]).to_bits())
        .collect();
    assert!(reproducible == by_hand, "reproducible products are rounded otherwise than wasm specifies");
    // Every browser that runs relaxed SIMD fuses on the processors of the last ten years.
    let fuses = cfg!(target_feature = "relaxed-simd");
    assert!((fast != reproducible) == fuses, "fast and reproducible products: the flag has not reached the kernel");
}

fn a_product_beyond_32_bits_is_cut() {
    // m·n·k = 2³²: 0 in 32 bits. The operands are one number over and over.
    let (m, n, k) = (2048, 1024, 2048);
    let same = Strides { row: 0, column: 0 };
    let mut dst = vec![0.0; m * n];
    let cuts = cuts(|| {
        let (cpu, dst) = (Cpu::new(4, Arithmetic::Fast), (dst.as_mut_slice(), Strides::rows(n)));
        matmul(cpu, (m, n, k), dst, WriteMode::Overwrite, (&[0.5], same), (&[1.0], same), 1.0);
    });
    assert_eq!(cuts, 3);
    assert!(dst.iter().all(|&x| x == 1024.0));
}

/// How many tests there are.
#[unsafe(no_mangle)]
extern "C" fn count() -> usize {
    tests().count()
}

/// Says the name of test `i`.
#[unsafe(no_mangle)]
extern "C" fn name(i: usize) {
    if let Some((name, _)) = tests().nth(i) {
        say(name);
    }
}

/// Runs test `i`. One that fails says why, and traps.
#[unsafe(no_mangle)]
extern "C" fn run(i: usize) {
    std::panic::set_hook(Box::new(|panic| say(&panic.to_string())));
    if let Some((_, test)) = tests().nth(i) {
        test();
    }
}

#[link(wasm_import_module = "host")]
unsafe extern "C" {
    /// Takes in the UTF-8 text of `length` bytes at `start`.
    #[link_name = "say"]
    fn host_say(start: *const u8, length: usize);
}

fn say(text: &str) {
    // SAFETY: the text is there for as long as the host reads it.
    unsafe { host_say(text.as_ptr(), text.len()) }
}
