"""Exports an encoder to ONNX for ONNX Runtime Web, and encodes the sentences that it is timed on.

    python export_onnx.py --encoder DIR --out OUT [--sentences NAME=FILE.json ...]

Writes OUT/model.onnx, with the inputs that Hugging Face's BERT has (input_ids, attention_mask and token_type_ids, each
(B,T) int64) and the output sentence_embedding (B,H), mean-pooled in the graph; and for each list of sentences
OUT/NAME.json: {"shape": [B, T], "input_ids": [...], "attention_mask": [...]}, padded to the longest. Needs torch,
transformers, onnx and onnxscript.
"""

import argparse
import json
from pathlib import Path

import torch
from transformers import BertModel
from transformers.utils import logging

from pytorch_step import padded_batch


class SentenceEmbedding(torch.nn.Module):
    def __init__(self, bert):
        super().__init__()
        self.bert = bert

    def forward(self, input_ids, attention_mask, token_type_ids):
        xs = self.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(xs.dtype)
        return (xs * mask).sum(1) / mask.sum(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", type=Path, required=True, metavar="DIR", help="a BERT in Hugging Face's layout")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT")
    parser.add_argument("--sentences", nargs="*", default=[], metavar="NAME=FILE", help="JSON lists of sentences")
    args = parser.parse_args()

    args.out.mkdir(parents=True, exist_ok=True)
    for name, file in (pair.split("=", 1) for pair in args.sentences):
        input_ids, attention_mask = padded_batch(args.encoder, json.loads(Path(file).read_text()))
        encoded = {
            "shape": list(input_ids.shape),
            "input_ids": input_ids.flatten().tolist(),
            "attention_mask": attention_mask.flatten().tolist(),
        }
        (args.out / f"{name}.json").write_text(json.dumps(encoded))

    logging.disable_progress_bar()
    # With plain attention the graph has fewer nodes than with the fused one, and ONNX Runtime is a little faster on it.
    bert = BertModel.from_pretrained(args.encoder, dtype=torch.float32, attn_implementation="eager")
    # Three tensors: of one tensor given twice, the exporter makes one input.
    example = tuple(torch.full((2, 8), number) for number in (7, 1, 0))
    sizes = {0: torch.export.Dim("B"), 1: torch.export.Dim("T")}
    torch.onnx.export(
        SentenceEmbedding(bert).eval(),
        example,
        args.out / "arriving.onnx",
        input_names=["input_ids", "attention_mask", "token_type_ids"],
        output_names=["sentence_embedding"],
        dynamic_shapes=(sizes, sizes, sizes),
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    (args.out / "arriving.onnx").rename(args.out / "model.onnx")


if __name__ == "__main__":
    main()
