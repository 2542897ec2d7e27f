"""Writes few_examples.json: the supervised contrastive loss with its gradient, by PyTorch's automatic differentiation in
float64, and ridge regression and nearest means by scikit-learn.

usage: python few_examples.py
"""

import json
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import Ridge
from sklearn.neighbors import NearestCentroid


def contrastive(xs: torch.Tensor, labels: list[int], temperature: float) -> torch.Tensor:
    """Khosla et al. 2020, equation 2, written sentence by sentence; -100 is no label."""
    rows = [i for i, label in enumerate(labels) if label != -100]
    zs = {i: xs[i] / xs[i].norm() for i in rows}
    terms = []
    for i in rows:
        others = [a for a in rows if a != i]
        partners = [p for p in others if labels[p] == labels[i]]
        if partners:
            below = sum(torch.exp(zs[i] @ zs[a] / temperature) for a in others)
            terms.append(-sum(torch.log(torch.exp(zs[i] @ zs[p] / temperature) / below) for p in partners) / len(partners))
    return sum(terms) / len(terms)


def main() -> None:
    generator = torch.Generator().manual_seed(4)
    cases = []
    for labels, temperature in [
        ([0, 1, 0, 2, -100, 1, 0, 3], 0.1),
        ([0, 1, 0, 2, -100, 1, 0, 3], 1.0),
        ([1, 1], 0.3),
        ([0, 0, 0, 0, 0], 0.07),
    ]:
        xs = torch.randn(len(labels), 6, generator=generator, dtype=torch.float64) * 3
        xs.requires_grad_()
        loss = contrastive(xs, labels, temperature)
        loss.backward()
        cases.append(
            {
                "embeddings": xs.detach().tolist(),
                "labels": labels,
                "temperature": temperature,
                "loss": loss.item(),
                "gradient": xs.grad.tolist(),
            }
        )

    random = np.random.default_rng(5)
    vectors = random.normal(size=(40, 5)) + 1
    labels = random.integers(0, 3, size=40)
    vectors += 0.7 * np.eye(3, 5)[labels]
    new = random.normal(size=(12, 5)) + 1
    ridge = Ridge(alpha=1.0).fit(vectors, np.eye(3)[labels])
    heads = {
        "vectors": vectors.tolist(),
        "labels": labels.tolist(),
        "new": new.tolist(),
        "ridge": {"weight": ridge.coef_.tolist(), "bias": ridge.intercept_.tolist()},
        "nearest_centroid": NearestCentroid().fit(vectors, labels).predict(new).tolist(),
    }
    path = Path(__file__).with_name("few_examples.json")
    path.write_text(json.dumps({"contrastive": cases, "heads": heads}, indent=1) + "\n")


if __name__ == "__main__":
    main()
