"""Checks that other tools open a model directory that Polytask wrote, and compute what `polytask predict` answers.

    pip install torch transformers sentence-transformers safetensors
    polytask predict --model MODEL --data FILE --json > answers.jsonl
    python check_model.py MODEL answers.jsonl

- sentence-transformers opens MODEL; the heads of model.safetensors on its sentence vectors give the answers' probabilities.
- transformers' AutoModel and AutoTokenizer open it; pooled as config.json says, they give the same sentence vectors.

Prints the largest differences as JSON; exits with 1 if one is above 1e-5.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer
from transformers import AutoModel, AutoTokenizer

MOST = 1e-5


def pooled(model, encoded, pooling):
    """Sentence vectors (B,H) as config.json's pooling says."""
    out = model(**encoded)
    if pooling == "pooler":
        return out.pooler_output
    if pooling == "cls":
        return out.last_hidden_state[:, 0]
    mask = encoded["attention_mask"].unsqueeze(-1).float()
    return (out.last_hidden_state * mask).sum(1) / mask.sum(1)


def main(directory, answers):
    config = json.loads((directory / "config.json").read_text())["polytask"]
    answers = [json.loads(line) for line in answers.read_text().splitlines()]
    texts = [answer["text"] for answer in answers]
    weights = load_file(directory / "model.safetensors")

    vectors = SentenceTransformer(str(directory), device="cpu").encode(texts, convert_to_tensor=True, batch_size=7)
    probability = 0.0
    for task in config["tasks"]:
        name = task["name"]
        logits = vectors @ weights[f"heads.{name}.weight"].T + weights[f"heads.{name}.bias"]
        found = torch.softmax(logits / config.get("temperature", {}).get(name, 1.0), -1)
        expected = torch.tensor([answer["tasks"][name]["probabilities"] for answer in answers])
        probability = max(probability, (found - expected).abs().max().item())
        labels = [task["labels"][i] for i in found.argmax(-1).tolist()]
        assert labels == [answer["tasks"][name]["label"] for answer in answers], f"other labels for {name}"

    tokenizer = AutoTokenizer.from_pretrained(directory)
    model = AutoModel.from_pretrained(directory).eval()
    with torch.no_grad():
        encoded = tokenizer(texts, padding=True, truncation=True, max_length=config["max_length"], return_tensors="pt")
        others = pooled(model, encoded, config["pooling"])
    scale = vectors.abs().max()
    figures = {
        "sentences": len(texts),
        "probabilities": probability,
        "sentence vectors": ((vectors - others).abs().max() / scale).item(),
    }
    print(json.dumps(figures))
    return 0 if max(figures["probabilities"], figures["sentence vectors"]) <= MOST else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
