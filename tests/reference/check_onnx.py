"""Checks an ONNX file that Polytask wrote against the model directory that it was written from.

    pip install numpy onnx onnxruntime safetensors tokenizers
    polytask predict --model MODEL --data FILE --json > answers.jsonl
    python check_onnx.py MODEL model.onnx answers.jsonl [--bits 8 [--same-label 0.98]]

- The file is well formed, by onnx's own checker, and its metadata says what MODEL/config.json says.
- Its sentence vectors and logits are those of a BERT that this script computes with NumPy, one sentence at a time.
- Its probabilities and labels are the answers of `polytask predict`.

onnxruntime gets batches of sentences of different lengths, padded with random words: an answer that padding changes is wrong.
Prints the figures as JSON; exits with 1 and a sentence for each check that fails.
"""

import argparse
import json
import math
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file
from tokenizers import Tokenizer

# Sentences of a batch.
BATCH = 7
# Sentences that NumPy computes.
COMPUTED = 21

# The most that is allowed. Errors of vectors and logits are max |x - y| / max |y|; of probabilities, max |x - y|.
LIMITS = {
    32: {"embedding error": 1e-4, "logits error": 1e-4, "probability error": 1e-4, "alone error": 1e-4},
    8: {"alone error": 1e-2},
}
# The least that is allowed: the cosine of a vector with NumPy's.
LEAST = {32: {"cosine": 1 - 1e-6}, 8: {"cosine": 0.95}}


class Bert:
    """Encoder, pooling and heads as `modeling_bert.py` computes them, for one sentence."""

    def __init__(self, config, weights):
        self.config, self.weights = config, weights

    def linear(self, name, x):
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def norm(self, name, x):
        centred = x - x.mean(-1, keepdims=True)
        variance = (centred**2).mean(-1, keepdims=True)
        scaled = centred / np.sqrt(variance + self.config.get("layer_norm_eps", 1e-12))
        return scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def activation(self, x):
        match self.config.get("hidden_act", "gelu"):
            case "gelu":
                return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))
            case "gelu_new" | "gelu_pytorch_tanh":
                return x * 0.5 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
            case "relu":
                return np.maximum(x, 0)
            case other:
                raise SystemExit(f"config.json: hidden_act is {other!r}, which this script does not know")

    def attention(self, name, x):
        heads = self.config["num_attention_heads"]
        q, k, v = (
            self.linear(f"{name}.{part}", x).reshape(len(x), heads, -1).swapaxes(0, 1) for part in ("query", "key", "value")
        )
        scores = q @ k.swapaxes(1, 2) / math.sqrt(q.shape[-1])
        powers = np.exp(scores - scores.max(-1, keepdims=True))
        return (powers / powers.sum(-1, keepdims=True) @ v).swapaxes(0, 1).reshape(len(x), -1)

    def embedding(self, ids):
        table = {name: self.weights[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type")}
        x = self.norm("embeddings.LayerNorm", table["word"][ids] + table["position"][: len(ids)] + table["token_type"][0])
        for i in range(self.config["num_hidden_layers"]):
            layer = f"encoder.layer.{i}"
            attended = self.linear(f"{layer}.attention.output.dense", self.attention(f"{layer}.attention.self", x))
            x = self.norm(f"{layer}.attention.output.LayerNorm", x + attended)
            up = self.activation(self.linear(f"{layer}.intermediate.dense", x))
            x = self.norm(f"{layer}.output.LayerNorm", x + self.linear(f"{layer}.output.dense", up))
        match self.config["polytask"]["pooling"]:
            case "mean":
                return x.mean(0)
            case "cls":
                return x[0]
            case "pooler":
                return np.tanh(self.linear("pooler.dense", x[0]))

    def logits(self, embedding):
        polytask = self.config["polytask"]
        temperature = polytask.get("temperature", {})
        names = [task["name"] for task in polytask["tasks"]]
        return {name: self.linear(f"heads.{name}", embedding) / temperature.get(name, 1) for name in names}


def run(session, sentences, batch):
    """Each output of all sentences, which go into the session `batch` at a time."""
    words, parts = np.random.default_rng(0), []
    for start in range(0, len(sentences), batch):
        rows = sentences[start : start + batch]
        longest = max(map(len, rows))
        mask = np.array([[1] * len(row) + [0] * (longest - len(row)) for row in rows], dtype=np.int64)
        # Ids that the file knows, since they occur.
        ids = words.choice(np.concatenate(sentences), size=mask.shape).astype(np.int64)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
        parts.append(session.run(None, {"input_ids": ids, "attention_mask": mask}))
    names = [output.name for output in session.get_outputs()]
    return {name: np.concatenate(values) for name, values in zip(names, zip(*parts))}


def relative(found, expected):
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def softmax(logits):
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def metadata_faults(session, polytask):
    """A sentence for each field of the metadata that is not the config's."""
    found = session.get_modelmeta().custom_metadata_map
    temperature = polytask.get("temperature", {})
    tasks = [
        {**task, "output": f"logits.{task['name']}", "temperature": temperature.get(task["name"], 1)}
        for task in polytask["tasks"]
    ]
    expected = {"polytask.pooling": polytask["pooling"], "polytask.tasks": tasks}
    if "max_length" in polytask:
        expected["polytask.max_length"] = str(polytask["max_length"])
    read = {key: json.loads(value) if key == "polytask.tasks" else value for key, value in found.items()}
    return [] if read == expected else [f"the metadata is {read}, and config.json says {expected}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("answers", type=Path)
    parser.add_argument("--bits", type=int, choices=[8, 32], default=32)
    parser.add_argument("--same-label", type=float, default=0.98, help="the least share of answers with the same label")
    arguments = parser.parse_args()
    limits = LIMITS[arguments.bits]
    least = {**LEAST[arguments.bits], "same label": arguments.same_label}

    config = json.loads((arguments.model / "config.json").read_text())
    polytask = config["polytask"]
    answers = [json.loads(line) for line in arguments.answers.read_text().splitlines()]
    tokenizer = Tokenizer.from_file(str(arguments.model / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(polytask.get("max_length", config.get("max_position_embeddings", 512)))
    sentences = [encoding.ids for encoding in tokenizer.encode_batch([answer["text"] for answer in answers])]

    onnx.checker.check_model(str(arguments.file), full_check=True)
    session = onnxruntime.InferenceSession(str(arguments.file), providers=["CPUExecutionProvider"])
    faults = metadata_faults(session, polytask)
    outputs = run(session, sentences, BATCH)
    alone = run(session, sentences[:COMPUTED], 1)

    weights = load_file(arguments.model / "model.safetensors")
    bert = Bert(config, {name.removeprefix("bert."): values for name, values in weights.items()})
    vectors = np.array([bert.embedding(sentence) for sentence in sentences[:COMPUTED]])
    found = outputs["sentence_embedding"][:COMPUTED]
    lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(vectors, axis=1)
    figures = {
        "sentences": len(sentences),
        "embedding error": relative(found, vectors),
        "cosine": float(((found * vectors).sum(1) / lengths).min()),
        # Sentences by themselves against sentences in a batch.
        "alone error": max(relative(values, outputs[name][:COMPUTED]) for name, values in alone.items()),
    }
    for name, logits in bert.logits(vectors).items():
        labels = [answer["tasks"][name]["label"] for answer in answers]
        probabilities = np.array([answer["tasks"][name]["probabilities"] for answer in answers])
        given = outputs[f"logits.{name}"]
        task = next(task for task in polytask["tasks"] if task["name"] == name)
        same = [task["labels"][best] == label for best, label in zip(given.argmax(1), labels)]
        of_task = {
            "logits error": relative(given[:COMPUTED], logits),
            "probability error": float(np.abs(softmax(given) - probabilities).max()),
            "same label": sum(same) / len(same),
        }
        figures.update({f"{figure} of {name}": value for figure, value in of_task.items()})

    for figure, value in figures.items():
        kind = figure.split(" of ")[0]
        # Written so that NaN fails too.
        if not value <= limits.get(kind, math.inf):
            faults.append(f"{figure} is {value:.2g}; at most {limits[kind]:.2g} is right")
        if not value >= least.get(kind, -math.inf):
            faults.append(f"{figure} is {value:.6g}; at least {least[kind]:.6g} is right")
    print(json.dumps(figures, indent=2))
    sys.exit("\n".join(faults) or 0)


if __name__ == "__main__":
    main()
