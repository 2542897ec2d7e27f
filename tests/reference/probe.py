"""Writes probe.json beside it: scikit-learn's logistic regression on small sets of unit vectors.

    python probe.py

README.md says what the file holds.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

# Rows, numbers a row, classes, C.
CASES = {
    "four classes": (60, 8, 4, 1.0),
    "four classes, confident": (60, 8, 4, 100.0),
    "twelve classes, few rows each": (36, 16, 12, 10.0),
    "rare classes": (50, 8, 5, 1.0),
    "two classes": (40, 6, 2, 1.0),
}


def case(seed, name, rows, h, classes, c):
    random = np.random.default_rng(seed)
    labels = np.arange(rows) % classes
    if name == "rare classes":
        labels = np.minimum(random.geometric(0.5, rows) - 1, classes - 1)
        labels[:classes] = range(classes)
    means = random.normal(size=(classes, h))
    vectors = means[labels] + 1.2 * random.normal(size=(rows, h))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    # In steps of 1/4096, so that JSON and float32 hold them exactly.
    vectors = np.round(vectors * 4096) / 4096
    model = LogisticRegression(C=c, tol=1e-10, max_iter=100_000).fit(vectors, labels)
    assert list(model.classes_) == list(range(classes))
    return {
        "vectors": vectors.tolist(),
        "labels": labels.tolist(),
        "classes": classes,
        # With two classes scikit-learn fits one sigmoid: the difference of the two rows of weights, so half the penalty.
        "l2": (2 if classes == 2 else 1) / c,
        "probabilities": [[float(f"{p:.9g}") for p in row] for row in model.predict_proba(vectors)],
    }


if __name__ == "__main__":
    cases = {name: case(i, name, *sizes) for i, (name, sizes) in enumerate(CASES.items())}
    (Path(__file__).parent / "probe.json").write_text(json.dumps(cases) + "\n")
