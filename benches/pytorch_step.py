"""Times PyTorch on the work that Polytask's benchmarks time: training steps, or forward passes.

    python pytorch_step.py --encoder DIR --sentences FILE.json --threads 1 --warm-up 3 --counted 20 [--forward]

FILE.json is a list of sentences: one batch, padded to the longest of them, as PyTorch's users do. Prints one JSON line:
{"ms": [one number a step], "tokens": the sentences' own, "padded": B·T, "torch", "transformers"}.

A training step is what an ordinary PyTorch user writes: BertModel with its default attention, mean pooling, two
linear heads (3 and 2 classes), summed cross-entropy, zero_grad, backward, Adam with its defaults. The model is in
train() mode with dropout set to 0, so that both sides do the same arithmetic. A forward pass runs in eval() and
inference_mode(), from token ids to sentence vectors.
"""

import argparse
import json
import time
from pathlib import Path

import torch
import transformers
from tokenizers import Tokenizer
from torch.nn.functional import cross_entropy
from transformers import BertModel
from transformers.utils import logging

CLASSES = (3, 2)  # of the two heads


class SentenceVectors(torch.nn.Module):
    """BERT and mean pooling over each sentence's own tokens."""

    def __init__(self, bert):
        super().__init__()
        self.bert = bert

    def forward(self, input_ids, attention_mask):
        xs = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(xs.dtype)
        return (xs * mask).sum(1) / mask.sum(1)


class MultiTask(torch.nn.Module):
    def __init__(self, bert):
        super().__init__()
        self.vectors = SentenceVectors(bert)
        self.heads = torch.nn.ModuleList([torch.nn.Linear(bert.config.hidden_size, classes) for classes in CLASSES])

    def forward(self, input_ids, attention_mask):
        xs = self.vectors(input_ids, attention_mask)
        return [head(xs) for head in self.heads]


def padded_batch(encoder, sentences):
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.enable_padding()  # to the longest sentence, where the file may ask for a fixed length
    encodings = tokenizer.encode_batch(sentences)
    return torch.tensor([e.ids for e in encodings]), torch.tensor([e.attention_mask for e in encodings])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", type=Path, required=True, metavar="DIR", help="a BERT in Hugging Face's layout")
    parser.add_argument("--sentences", type=Path, required=True, metavar="FILE", help="a JSON list of sentences")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--warm-up", type=int, default=3, help="steps that are run first and not counted")
    parser.add_argument("--counted", type=int, default=20, help="steps that are timed")
    parser.add_argument("--forward", action="store_true", help="time forward passes instead of training steps")
    args = parser.parse_args()

    logging.disable_progress_bar()
    torch.manual_seed(0)
    torch.set_num_threads(args.threads)
    bert = BertModel.from_pretrained(
        args.encoder, dtype=torch.float32, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    batch = padded_batch(args.encoder, json.loads(args.sentences.read_text()))

    if args.forward:
        model = SentenceVectors(bert).eval()

        @torch.inference_mode()
        def step():
            return model(*batch)

    else:
        model = MultiTask(bert).train()
        optimizer = torch.optim.Adam(model.parameters())
        labels = [torch.arange(len(batch[0])) % classes for classes in CLASSES]

        def step():
            loss = sum(cross_entropy(logits, ys) for logits, ys in zip(model(*batch), labels))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()  # as a training loop that reports its loss would

    ms = []
    for _ in range(args.warm_up + args.counted):
        start = time.perf_counter()
        step()
        ms.append(round((time.perf_counter() - start) * 1e3, 3))
    input_ids, attention_mask = batch
    print(
        json.dumps(
            {
                "ms": ms[args.warm_up :],
                "tokens": int(attention_mask.sum()),
                "padded": input_ids.numel(),
                "torch": torch.__version__,
                "transformers": transformers.__version__,
            }
        )
    )


if __name__ == "__main__":
    main()
