//! The matrix product as wasm computes it, with its tests: a module that holds nothing else, so that it compiles in seconds.
//! `../kernel.mjs` calls [`count`], [`name`] and [`run`].
#![cfg(target_arch = "wasm32")]

#[path = "../../src/ops/gemm_wasm.rs"]
mod gemm_wasm;
#[path = "../../src/ops/matmul.rs"]
mod matmul;
#[path = "../../src/ops/matmul_cases.rs"]
mod matmul_cases;

use std::cell::Cell;

use matmul::{Into, Strides, matmul};
use threads::threads;

/// Stands in for `ops::threads`: as many threads as a test says. A product that is cut is counted; its halves are computed
/// one after the other.
mod threads {
    use super::{SPLITS, THREADS};

    pub fn threads() -> usize {
        THREADS.get()
    }

    pub fn join(a: impl FnOnce(), b: impl FnOnce()) {
        SPLITS.set(SPLITS.get() + 1);
        b();
        a();
    }
}

thread_local! {
    static THREADS: Cell<usize> = const { Cell::new(1) };
    static SPLITS: Cell<usize> = const { Cell::new(0) };
    static REPRODUCIBLE: Cell<bool> = const { Cell::new(true) };
}

/// Stands in for `ops::is_reproducible`.
#[cfg(target_feature = "relaxed-simd")]
fn is_reproducible() -> bool {
    REPRODUCIBLE.get()
}

const OWN: &[(&str, fn())] = &[
    ("pieces make the same bits as the whole", pieces_make_the_same_bits_as_the_whole),
    ("a product beyond 2³² multiplications is cut", a_product_beyond_32_bits_is_cut),
];

fn tests() -> impl Iterator<Item = &'static (&'static str, fn())> {
    matmul_cases::CASES.iter().chain(OWN)
}

/// Computes on so many threads, and says how often the product was cut.
fn on(threads: usize, product: impl FnOnce()) -> usize {
    THREADS.set(threads);
    SPLITS.set(0);
    product();
    THREADS.set(1);
    SPLITS.get()
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
            // Thirds: sums that are rounded.
            let third = |x: f32| x / 3.0;
            let lhs: Vec<f32> = matmul_cases::matrix((m, k), lhs_strides, 0.0, 1).into_iter().map(third).collect();
            let rhs: Vec<f32> = matmul_cases::matrix((k, n), rhs_strides, 0.0, 2).into_iter().map(third).collect();
            for into in [Into::Overwrite, Into::Add] {
                let product = |threads: usize| {
                    let mut dst = vec![0.25; m * n];
                    let splits = on(threads, || {
                        matmul((m, n, k), &mut dst, Strides::rows(n), into, &lhs, lhs_strides, &rhs, rhs_strides, 0.7);
                    });
                    (splits, dst.into_iter().map(f32::to_bits).collect::<Vec<u32>>())
                };
                let (_, whole) = product(1);
                for threads in 2..=9 {
                    let (splits, bits) = product(threads);
                    let pieces = threads.min((m * n * k) >> 19);
                    assert_eq!(splits, pieces - 1, "({m},{n},{k}) on {threads} threads");
                    assert!(bits == whole, "({m},{n},{k}) on {threads} threads: other bits than on one");
                }
            }
        }
    }
}

fn a_product_beyond_32_bits_is_cut() {
    // m·n·k = 2³²: 0 in 32 bits. The operands are one number over and over.
    let (m, n, k) = (2048, 1024, 2048);
    let same = Strides { row: 0, column: 0 };
    let mut dst = vec![0.0; m * n];
    let splits = on(4, || {
        matmul((m, n, k), &mut dst, Strides::rows(n), Into::Overwrite, &[0.5], same, &[1.0], same, 1.0);
    });
    assert_eq!(splits, 3);
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

/// Runs test `i`, with fused multiplications where the module has them unless they are not wanted. One that fails says why,
/// and traps.
#[unsafe(no_mangle)]
extern "C" fn run(i: usize, reproducible: bool) {
    std::panic::set_hook(Box::new(|panic| say(&panic.to_string())));
    REPRODUCIBLE.set(reproducible);
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
