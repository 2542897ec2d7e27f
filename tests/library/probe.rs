//! The probe against scikit-learn: `tests/reference/probe.json`, which `probe.py` there made.

use std::collections::BTreeMap;
use std::path::Path;

use polytask::compute::Context;
use polytask::probe::Probe;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    vectors: Vec<Vec<f32>>,
    labels: Vec<u32>,
    classes: usize,
    l2: f64,
    probabilities: Vec<Vec<f32>>,
}

#[test]
fn probabilities_are_those_of_scikit_learn() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/probe.json");
    let cases: BTreeMap<String, Case> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(cases.len(), 5);
    let context = Context::default();
    for (name, case) in cases {
        let h = case.vectors[0].len();
        let vectors = case.vectors.concat();
        let labels: Vec<Option<u32>> = case.labels.iter().copied().map(Some).collect();
        let probe = Probe::fit(&vectors, h, &labels, case.classes, case.l2, &context);
        let worst = probe
            .predict_proba(&vectors, &context)
            .iter()
            .zip(case.probabilities.concat())
            .map(|(ours, theirs)| (ours - theirs).abs())
            .fold(0.0, f32::max);
        assert!(worst < 1e-4, "{name}: {worst}");
        // The rows of the weights add up to 0, as scikit-learn's do: of all solutions the shortest.
        let sum: f32 = (0..case.classes).map(|class| probe.weight()[class * h]).sum();
        assert!(sum.abs() < 1e-3, "{name}: {sum}");
    }
}
