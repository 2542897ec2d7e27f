"""Writes calibration.json beside it: what the figures of held-out sentences should be.

    python calibration.py

Intervals are statsmodels', sign tests scipy's exact binomial test, reliability diagrams scikit-learn's calibration_curve with
bins of equal count, temperatures scipy's minimiser on the mean cross-entropy in float64. README.md says what the file holds.
"""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from scipy.stats import binomtest, norm
from sklearn.calibration import calibration_curve
from statsmodels.stats.proportion import proportion_confint

# statsmodels takes the significance level: that of z = 1.96.
ALPHA = 2 * norm.sf(1.96)

COUNTS = [(0, 1), (1, 1), (0, 10), (4, 10), (23, 32), (32, 32), (94, 200), (1600, 2000), (99999, 100000)]
DIFFERENCES = [(0, 0), (1, 0), (5, 0), (4, 1), (20, 16), (16, 20), (30, 12), (550, 450), (5200, 4800)]

# Sentences, classes, how large the logits are beside the truth, and the number of bins.
CASES = [(40, 2, 2.0, 4), (60, 3, 5.0, 6), (150, 4, 1.0, 15), (300, 3, 0.4, 15)]


def case(seed, n, classes, scale, bins):
    generator = np.random.default_rng(seed)
    # In steps of 1/1024, so that JSON and float32 hold them exactly.
    truth = generator.normal(size=(n, classes)) * 1.5
    labels = [int(generator.choice(classes, p=p)) for p in softmax(truth, axis=1)]
    logits = np.round(truth * scale * 1024) / 1024
    probabilities = softmax(logits, axis=1)
    predicted = logits.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    right = (predicted == labels).astype(int)
    accuracies, confidences = calibration_curve(right, confidence, n_bins=bins, strategy="quantile")
    assert len(accuracies) == bins and n % bins == 0
    ece = float(np.mean(np.abs(accuracies - confidences)))

    def loss(log_t):
        return -np.mean(log_softmax(logits / np.exp(log_t), axis=1)[np.arange(n), labels])

    found = minimize_scalar(loss, bounds=np.log([0.05, 20]), method="bounded", options={"xatol": 1e-10})
    return {
        "classes": classes,
        "logits": logits.flatten().tolist(),
        "labels": labels,
        "ece": ece,
        "accuracies": accuracies.tolist(),
        "confidences": confidences.tolist(),
        "temperature": float(np.exp(found.x)),
    }


golden = {
    "intervals": [[k, n, *map(float, proportion_confint(k, n, alpha=ALPHA, method="wilson"))] for k, n in COUNTS],
    "sign_tests": [
        [b, w, float(binomtest(b, b + w, 0.5, alternative="greater").pvalue) if b + w else 1.0] for b, w in DIFFERENCES
    ],
    "cases": [case(seed, *shape) for seed, shape in enumerate(CASES)],
}
Path(__file__).with_name("calibration.json").write_text(json.dumps(golden) + "\n")
