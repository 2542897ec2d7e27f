"""Times what users of Hugging Face's tools run, on the file that Polytask's command gets: an epoch with `Trainer`, or sentence
vectors with sentence-transformers.

    python hugging_face.py train|encode --encoder DIR --data FILE.csv --threads 2

FILE.csv has the columns text and intent. Prints one JSON line: {"seconds", "torch", "transformers", …}.

`train` is full fine-tuning of AutoModelForSequenceClassification, batch 32, each batch padded to its longest sentence; dropout is
0, as in our run. `encode` has SentenceTransformer.encode's own batch size. Only the calls of `Trainer.train` and `encode` are
timed: the process, its imports and the model are ready before, and for `train` the sentences are tokenised.
"""

import argparse
import csv
import json
import tempfile
import time
from pathlib import Path

import torch
import transformers


def rows(file):
    with open(file, encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def train(args):
    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        DataCollatorWithPadding,
        Trainer,
        TrainingArguments,
    )

    data = rows(args.data)
    labels = sorted({row["intent"] for row in data})
    tokenizer = AutoTokenizer.from_pretrained(args.encoder)
    encodings = tokenizer([row["text"] for row in data], truncation=True, max_length=128)
    examples = [
        {"input_ids": ids, "attention_mask": mask, "label": labels.index(row["intent"])}
        for ids, mask, row in zip(encodings["input_ids"], encodings["attention_mask"], data)
    ]
    model = AutoModelForSequenceClassification.from_pretrained(
        args.encoder, num_labels=len(labels), hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    with tempfile.TemporaryDirectory() as out:
        settings = TrainingArguments(
            out,
            num_train_epochs=1,
            per_device_train_batch_size=32,
            learning_rate=5e-5,
            use_cpu=True,
            report_to=[],
            save_strategy="no",
            logging_strategy="no",
            disable_tqdm=True,
            seed=0,
        )
        trainer = Trainer(model, settings, train_dataset=examples, data_collator=DataCollatorWithPadding(tokenizer))
        start = time.perf_counter()
        trainer.train()
        return {"seconds": time.perf_counter() - start}


def encode(args):
    import sentence_transformers

    texts = [row["text"] for row in rows(args.data)]
    model = sentence_transformers.SentenceTransformer(str(args.encoder), device="cpu")
    model.encode(texts[:64])
    start = time.perf_counter()
    model.encode(texts)
    return {
        "seconds": time.perf_counter() - start,
        "sentence-transformers": sentence_transformers.__version__,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("job", choices=["train", "encode"])
    parser.add_argument("--encoder", type=Path, required=True, metavar="DIR", help="a BERT in Hugging Face's layout")
    parser.add_argument("--data", type=Path, required=True, metavar="FILE", help="a CSV file with the columns text and intent")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()

    transformers.utils.logging.set_verbosity_error()
    torch.manual_seed(0)
    torch.set_num_threads(args.threads)
    said = {"train": train, "encode": encode}[args.job](args)
    print(json.dumps({**said, "torch": torch.__version__, "transformers": transformers.__version__}))


if __name__ == "__main__":
    main()
