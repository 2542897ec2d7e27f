//! The targets without the fuzzer: with the seeds, with what it has found, and with seeds that are changed at random.

use std::path::Path;

use polytask_fuzz::{TARGETS, run, seeds};

/// Changed seeds a target.
const CHANGED: usize = 400;

#[test]
fn every_target_bears_its_seeds() {
    for (target, _) in TARGETS {
        let seeds = seeds(target);
        assert!(!seeds.is_empty(), "{target} has no seeds");
        for seed in seeds {
            run(target, &seed);
        }
    }
}

#[test]
fn what_the_fuzzer_has_found_does_no_harm_any_more() {
    for (target, _) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("found").join(target);
        for file in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            println!("{target}: {}", file.path().display());
            run(target, &std::fs::read(file.path()).expect("a committed file"));
        }
    }
}

#[test]
fn damaged_seeds_do_no_harm() {
    for (target, _) in TARGETS {
        let seeds = seeds(target);
        let mut random = Random(1);
        for i in 0..CHANGED {
            let mut input = seeds[i % seeds.len()].clone();
            for _ in 0..1 + random.below(4) {
                damage(&mut input, &mut random);
            }
            run(target, &input);
        }
    }
}

/// Changes, removes, repeats or cuts off some bytes.
fn damage(input: &mut Vec<u8>, random: &mut Random) {
    const TELLING: &[u8] = b"\0\"{}[],:;\t\n\r0-9e\\\xff\x80\x7f";
    if input.is_empty() {
        return;
    }
    let at = random.below(input.len());
    match random.below(6) {
        0 => input[at] ^= 1 << random.below(8),
        1 => input[at] = TELLING[random.below(TELLING.len())],
        2 => input.insert(at, TELLING[random.below(TELLING.len())]),
        3 => input.truncate(at),
        4 => drop(input.drain(at..(at + 1 + random.below(9)).min(input.len()))),
        _ => {
            let end = (at + 1 + random.below(40)).min(input.len());
            let copy = input[at..end].to_vec();
            input.splice(at..at, copy);
        }
    }
}

/// Numbers that are the same on every machine (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) % n as u64) as usize
    }
}
