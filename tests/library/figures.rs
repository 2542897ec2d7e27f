//! Intervals, tests and calibration against statsmodels, scipy and scikit-learn: `tests/reference/calibration.json`, which
//! `calibration.py` there made.

use polytask::metrics::{Tally, fit_temperature, sign_test, wilson_interval};
use serde_json::Value;

fn golden() -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/calibration.json");
    serde_json::from_slice(&std::fs::read(path).expect("the golden")).expect("JSON")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

#[track_caller]
fn close(what: &str, ours: f64, theirs: f64, tolerance: f64) {
    assert!((ours - theirs).abs() <= tolerance, "{what}: {ours}, expected {theirs}");
}

#[test]
fn intervals_are_those_of_statsmodels() {
    for row in golden()["intervals"].as_array().unwrap() {
        let row = numbers(row);
        let [low, high] = wilson_interval(row[0] as u32, row[1] as u32);
        close(&format!("{row:?}"), low.into(), row[2], 1e-6);
        close(&format!("{row:?}"), high.into(), row[3], 1e-6);
    }
}

#[test]
fn sign_tests_are_those_of_scipy() {
    for row in golden()["sign_tests"].as_array().unwrap() {
        let row = numbers(row);
        close(&format!("{row:?}"), sign_test(row[0] as u32, row[1] as u32), row[2], 1e-9);
    }
    // 2⁻²⁰⁰⁰⁰ is too small for a number, but one-sided halves are not.
    close("a tie", sign_test(10_000, 10_000), 0.502_820_9, 1e-6);
    assert_eq!(sign_test(20_000, 0), 0.0);
}

#[test]
fn reliability_diagrams_are_those_of_scikit_learn_and_temperatures_those_of_scipy() {
    for case in golden()["cases"].as_array().unwrap() {
        let classes = case["classes"].as_u64().unwrap() as usize;
        let logits: Vec<f32> = numbers(&case["logits"]).into_iter().map(|x| x as f32).collect();
        let labels: Vec<i64> = numbers(&case["labels"]).into_iter().map(|x| x as i64).collect();
        // In batches, as an evaluation adds them.
        let mut tally = Tally::with_confidences(classes);
        for (logits, labels) in logits.chunks(16 * classes).zip(labels.chunks(16)) {
            tally.add(logits, labels, 0.0, labels.len() as f64);
        }
        let calibration = tally.metrics().unwrap().calibration.unwrap();
        let [accuracies, confidences] = ["accuracies", "confidences"].map(|name| numbers(&case[name]));
        assert_eq!(calibration.bins.len(), accuracies.len());
        for ((bin, accuracy), confidence) in calibration.bins.iter().zip(accuracies).zip(confidences) {
            assert_eq!(bin.count as usize, labels.len() / calibration.bins.len());
            close("accuracy", bin.accuracy.into(), accuracy, 1e-6);
            close("confidence", bin.confidence.into(), confidence, 1e-6);
        }
        close("ece", calibration.ece.into(), case["ece"].as_f64().unwrap(), 1e-6);

        let theirs = case["temperature"].as_f64().unwrap();
        let ours = fit_temperature(&logits, classes, &labels).unwrap();
        close("temperature", f64::from(ours) / theirs, 1.0, 1e-5);
        // Rows without a label change nothing.
        let unlabelled = fit_temperature(
            &[&logits[..], &[9.0, -9.0, 0.0, 5.0][..classes]].concat(),
            classes,
            &[&labels[..], &[-100]].concat(),
        );
        assert_eq!(unlabelled, Some(ours));
    }
}

#[test]
fn temperatures_of_answers_that_have_none() {
    // All right: the smaller the better. All wrong: the larger.
    assert_eq!(fit_temperature(&[1.0, 0.0], 2, &[0]), Some(0.05));
    assert_eq!(fit_temperature(&[1.0, 0.0], 2, &[1]), Some(20.0));
    assert_eq!(fit_temperature(&[1.0, 0.0], 2, &[-100]), None);
    assert_eq!(fit_temperature(&[], 2, &[]), None);
    assert_eq!(fit_temperature(&[f32::NAN, 0.0, 1.0, 0.0], 2, &[0, 0]), None);
    // Extreme logits: right but for one, whose loss counts 1e4/T.
    let t = fit_temperature(&[1e4, -1e4, 1e4, -1e4], 2, &[0, 1]).unwrap();
    assert_eq!(t, 20.0);
}

#[test]
fn calibration_of_few_and_of_equal_confidences() {
    let calibration = |logits: &[f32], labels: &[i64]| {
        let mut tally = Tally::with_confidences(2);
        tally.add(logits, labels, 0.0, 1.0);
        tally.metrics().and_then(|metrics| metrics.calibration)
    };
    assert_eq!(calibration(&[], &[]), None);
    assert_eq!(calibration(&[1.0, 0.0], &[-100]), None);
    // One sure answer, wrong: one bin that is off by all of it.
    let one = calibration(&[1e4, -1e4], &[1]).unwrap();
    assert_eq!((one.ece, one.bins.len(), one.bins[0].confidence, one.bins[0].accuracy), (1.0, 1, 1.0, 0.0));
    // 30 answers of one confidence share a bin, whatever their order; half of them are right.
    let logits = [3_f32.ln(), 0.0].repeat(30);
    let first_right: Vec<i64> = (0..30).map(|i| i / 15).collect();
    let in_turn: Vec<i64> = (0..30).map(|i| i % 2).collect();
    let [a, b] = [first_right, in_turn].map(|labels| calibration(&logits, &labels).unwrap());
    assert_eq!(a, b);
    assert_eq!((a.bins.len(), a.bins[0].count), (1, 30));
    assert!((a.ece - 0.25).abs() < 1e-6, "{a:?}");
    // Without confidences there is none.
    let mut tally = Tally::new(2);
    tally.add(&logits, &[0; 30], 0.0, 30.0);
    assert_eq!(tally.metrics().unwrap().calibration, None);
}
