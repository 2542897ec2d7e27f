"""Writes the expected numbers that Polytask's tests compare against, with PyTorch and transformers.

    python generate.py                     tiny/ only: a random BERT, needs no download
    python generate.py --encoder DIR       tiny/ and minilm/; DIR holds all-MiniLM-L6-v2

Everything runs on the CPU, in float32, on one thread, without dropout. README.md says what each file holds.

Shapes: B sentences in the batch, T tokens of the longest one, H hidden_size, C classes of a task.
"""

import argparse
import hashlib
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch.nn.functional import cross_entropy
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from transformers import (
    BertConfig,
    BertModel,
    get_constant_schedule_with_warmup,
    get_cosine_schedule_with_warmup,
    get_linear_schedule_with_warmup,
)
from transformers.utils import logging

CLASSES = {"a": 3, "b": 2}  # the notebook's two tasks
BLANK = -100  # "not labelled for this task": cross_entropy's ignore_index

TINY_CONFIG = {
    "model_type": "bert",
    "vocab_size": 64,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,  # eval() switches it off
    "attention_probs_dropout_prob": 0.1,
    "max_position_embeddings": 16,
    "type_vocab_size": 2,
    "initializer_range": 0.02,
    "layer_norm_eps": 1e-12,
    "pad_token_id": 0,
}
TINY_LENGTHS = [3, 7, 5, 12, 4, 9]
TINY_LABELS = {"a": [2, 0, BLANK, 1, 2, 0], "b": [1, BLANK, 0, 1, BLANK, 0]}
LABEL_SMOOTHING = 0.1
CLASS_WEIGHTS = {"a": [0.5, 2.0, 1.25], "b": [1.5, 0.75]}

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
NOTEBOOK_SENTENCES = [
    "The weather is nice today.",
    "I love programming in Python!",
    "This restaurant has great food.",
    "Artificial Intelligence is evolving rapidly.",
]
NOTEBOOK_LABELS = {"a": [2, 1, 0, 1], "b": [1, 1, 1, 0]}

# Each is here to break a tokenizer or an encoder in its own way.
SENTENCES = [
    "",
    "a",
    "Hello",
    "The weather is nice today.",
    "I love programming in Python!",
    "WHY is tHiS sentence In MiXeD cAsE?",
    "A café in São Paulo served crème brûlée to Zoë and Björn.",
    "cafe\u0301 with a combining accent, not a composed one",
    "In 1969, 3.5e8 people watched; tickets cost $1,299.99 (+20% tax).",
    "Wait... what?! \"Quotes\", (brackets), [more], {braces} & an em\u2014dash; it's 'fine'.",
    "我喜欢学习机器学习。",
    "東京 is the capital of 日本, and 서울 of 한국.",
    "Great job 🎉🚀 everyone!",
    "An unknown symbol: \u2e18 \U00012000 end.",
    "  leading,\ttabbed,\nbroken   and trailing   spaces  ",
    "antidisestablishmentarianism electroencephalographically",
    "https://example.org/path?q=multi-task&lang=en#top or mail me@example.org",
    "не все языки одинаковы, και όχι όλα τα αλφάβητα",
    "The special tokens [CLS], [SEP] and [MASK] may stand in a sentence, too.",
    "When the committee finally met on Thursday afternoon, after weeks of postponed calls, lost letters and "
    "unanswered questions, nobody could agree whether the old bridge should be repaired, replaced by a wider one "
    "or simply closed to traffic, and so they asked the engineers for a third report on what each choice would "
    "cost the town over the next twenty years.",
]


class MultiTask(torch.nn.Module):
    """One encoder and a linear head per task; parameters carry the names of Polytask's model directory."""

    def __init__(self, bert, pooling):
        super().__init__()
        self.bert = bert
        self.heads = torch.nn.ModuleDict(
            {task: torch.nn.Linear(bert.config.hidden_size, classes) for task, classes in CLASSES.items()}
        )
        self.pooling = pooling

    def pool(self, input_ids, attention_mask):
        """Token ids and mask (B,T) -> sentence vectors (B,H)."""
        out = self.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=torch.zeros_like(input_ids)
        )
        if self.pooling == "pooler":
            return out.pooler_output
        xs = out.last_hidden_state
        if self.pooling == "cls":
            return xs[:, 0]
        mask = attention_mask.unsqueeze(-1).to(xs.dtype)  # mean over real tokens, [CLS] and [SEP] included
        return (xs * mask).sum(1) / mask.sum(1)

    def forward(self, input_ids, attention_mask):
        xs = self.pool(input_ids, attention_mask)
        return {task: head(xs) for task, head in self.heads.items()}


def pad(sentences):
    """Ragged token ids -> input_ids, attention_mask (B,T)."""
    longest = max(map(len, sentences))
    ids = torch.tensor([ids + [0] * (longest - len(ids)) for ids in sentences])
    mask = torch.tensor([[1] * len(ids) + [0] * (longest - len(ids)) for ids in sentences])
    return ids, mask


def loss_of(logits, labels, label_smoothing=0.0, class_weights=None):
    """Cross-entropy over the labelled rows: logits (B,C), labels (B) -> their mean, weighted if classes are."""
    weight = None if class_weights is None else torch.tensor(class_weights)
    return cross_entropy(
        logits, torch.tensor(labels), weight=weight, ignore_index=BLANK, label_smoothing=label_smoothing
    )


def losses_of(logits, labels, label_smoothing=0.0, class_weights=None):
    """Each task's loss and their plain sum."""
    weights = class_weights or {}
    losses = {task: loss_of(logits[task], labels[task], label_smoothing, weights.get(task)) for task in CLASSES}
    return losses | {"total": losses["a"] + losses["b"]}


def train(
    model, batch, labels, optimizer, steps, schedule=None, max_grad_norm=None, before_step=None, **loss_settings
):
    """Trains on one batch. Losses are those of each step's forward pass, before its update."""
    history = {"a": [], "b": [], "total": []}
    learning_rates = []
    for step in range(steps):
        if before_step is not None:
            before_step(step)
        losses = losses_of(model(*batch), labels, **loss_settings)
        optimizer.zero_grad()
        losses["total"].backward()
        if max_grad_norm is not None:
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_grad_norm)
        learning_rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if schedule is not None:
            schedule.step()
        for name, loss in losses.items():
            history[name].append(loss.item())
    return history, learning_rates


def tiny_weights():
    """Random values for every parameter, so that no bias is 0 and no LayerNorm is the identity."""
    generator = torch.Generator().manual_seed(20)
    weights = {}
    for name, parameter in sorted(MultiTask(BertModel(BertConfig(**TINY_CONFIG)), "mean").named_parameters()):
        noise = torch.randn(parameter.shape, generator=generator)
        weights[name] = 1 + 0.1 * noise if name.endswith("LayerNorm.weight") else 0.2 * noise
    return weights


def tiny_model(weights, pooling="mean", hidden_act="gelu"):
    config = BertConfig(**TINY_CONFIG | {"hidden_act": hidden_act}, attn_implementation="eager")
    model = MultiTask(BertModel(config), pooling).eval()
    model.load_state_dict(weights, strict=True)
    return model


def tiny_sentences():
    generator = torch.Generator().manual_seed(21)
    vocab_size = TINY_CONFIG["vocab_size"]
    return [
        [1, *torch.randint(3, vocab_size, (length - 2,), generator=generator).tolist(), 2] for length in TINY_LENGTHS
    ]


def decayed_groups(model, weight_decay):
    """The usual AdamW groups: biases and LayerNorms do not decay."""
    spared = [p for name, p in model.named_parameters() if name.endswith("bias") or "LayerNorm" in name]
    rest = [p for name, p in model.named_parameters() if not (name.endswith("bias") or "LayerNorm" in name)]
    return [{"params": rest, "weight_decay": weight_decay}, {"params": spared, "weight_decay": 0.0}]


def write_tiny(folder):
    folder.mkdir(parents=True, exist_ok=True)
    weights = tiny_weights()
    sentences = tiny_sentences()
    batch = pad(sentences)

    save_file(weights, folder / "weights.safetensors")
    write_json(folder / "config.json", TINY_CONFIG)
    write_json(folder / "batch.json", {"sentences": sentences, "labels": TINY_LABELS})

    for pooling in ["mean", "cls", "pooler"]:
        model = tiny_model(weights, pooling)
        logits = model(*batch)
        losses = losses_of(logits, TINY_LABELS)
        losses["total"].backward()
        golden = {f"logits.{task}": xs.detach() for task, xs in logits.items()}
        golden |= {f"loss.{name}": loss.detach().reshape(1) for name, loss in losses.items()}
        # A parameter that the loss does not reach (the pooler, unless it pools) has no gradient at all.
        golden |= {f"grad.{name}": p.grad for name, p in model.named_parameters() if p.grad is not None}

        model = tiny_model(weights, pooling)
        history, _ = train(model, batch, TINY_LABELS, torch.optim.Adam(model.parameters(), lr=1e-3), 10)
        golden["adam_losses"] = torch.tensor([history["a"], history["b"], history["total"]]).T.contiguous()
        check_falls(f"tiny {pooling}", history["total"])
        save_file(golden, folder / f"{pooling}.safetensors")

    write_json(folder / "optim.json", tiny_optimizers(weights, batch))
    write_json(folder / "activations.json", {act: tiny_activation(weights, batch, act) for act in ["gelu_new", "relu"]})
    settings = tiny_settings(weights, batch) | {"gradual_unfreezing": tiny_unfreezing(weights, batch)}
    write_json(folder / "settings.json", settings | {"cross_entropy": tiny_cross_entropy(weights, batch)})
    write_json(folder / "averaging.json", tiny_averaging(weights, batch))


def one_step_ahead(schedule_of, optimizer, warmup, **steps):
    """transformers' schedule from its second step on: its first has rate 0 and would train nothing."""
    schedule = schedule_of(optimizer, num_warmup_steps=warmup, **{name: n + 1 for name, n in steps.items()})
    schedule.step()
    return schedule


def tiny_optimizers(weights, batch):
    """Ten total losses and learning rates with each optimizer, clipping and schedule (mean pooling)."""
    adam, adamw, sgd = torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD
    runs = {
        "adamw": (lambda m: adamw(decayed_groups(m, 0.1), lr=1e-3), None, None),
        "sgd": (lambda m: sgd(m.parameters(), lr=0.05), None, None),
        "adam_weight_decay": (lambda m: adam(m.parameters(), lr=1e-3, weight_decay=0.1), None, None),
        "adam_clip": (lambda m: adam(m.parameters(), lr=1e-3), None, 1.0),
        "adam_linear": (lambda m: adam(m.parameters(), lr=1e-3), get_linear_schedule_with_warmup, None),
        "adam_cosine": (lambda m: adam(m.parameters(), lr=1e-3), get_cosine_schedule_with_warmup, None),
    }
    golden = {}
    for name, (optimizer_of, schedule_of, max_grad_norm) in runs.items():
        model = tiny_model(weights)
        optimizer = optimizer_of(model)
        schedule = schedule_of and one_step_ahead(schedule_of, optimizer, 3, num_training_steps=10)
        history, learning_rates = train(model, batch, TINY_LABELS, optimizer, 10, schedule, max_grad_norm)
        check_falls(f"tiny {name}", history["total"])
        golden[name] = {"losses": history["total"], "learning_rates": learning_rates}
    return golden


def parameter_groups(model, learning_rate, head_learning_rate, weight_decay):
    """Encoder and heads with a learning rate each; biases and LayerNorms do not decay. The first group is encoder."""
    groups = []
    for part, rate in [("bert.", learning_rate), ("heads.", head_learning_rate)]:
        for spared in [False, True]:
            named = [(name, p) for name, p in model.named_parameters() if name.startswith(part)]
            chosen = [p for name, p in named if (name.endswith("bias") or "LayerNorm" in name) == spared]
            groups.append({"params": chosen, "lr": rate, "weight_decay": 0.0 if spared else weight_decay})
    return groups


def tiny_settings(weights, batch):
    """Twenty losses and learning rates with one fine-tuning setting each, and with all of them (mean pooling)."""
    adam, adamw = torch.optim.Adam, torch.optim.AdamW
    plain = lambda m: adam(m.parameters(), lr=1e-3)
    loss_settings = {"label_smoothing": LABEL_SMOOTHING, "class_weights": CLASS_WEIGHTS}
    runs = {
        "adamw": (lambda m: adamw(decayed_groups(m, 0.1), lr=1e-3), None, {}),
        "linear": (plain, get_linear_schedule_with_warmup, {}),
        "cosine": (plain, get_cosine_schedule_with_warmup, {}),
        "constant": (plain, get_constant_schedule_with_warmup, {}),
        "max_grad_norm": (plain, None, {"max_grad_norm": 0.5}),
        "head_learning_rate": (lambda m: adam(parameter_groups(m, 1e-3, 1e-2, 0.0)), None, {}),
        "label_smoothing": (plain, None, {"label_smoothing": LABEL_SMOOTHING}),
        "class_weights": (plain, None, {"class_weights": CLASS_WEIGHTS}),
        "label_smoothing_and_class_weights": (plain, None, loss_settings),
        "all": (
            lambda m: adamw(parameter_groups(m, 1e-3, 1e-2, 0.1)),
            get_cosine_schedule_with_warmup,
            {"max_grad_norm": 0.5} | loss_settings,
        ),
    }
    golden = {}
    for name, (optimizer_of, schedule_of, settings) in runs.items():
        model = tiny_model(weights)
        optimizer = optimizer_of(model)
        steps = {} if schedule_of is get_constant_schedule_with_warmup else {"num_training_steps": 20}
        schedule = schedule_of and one_step_ahead(schedule_of, optimizer, 5, **steps)
        history, learning_rates = train(model, batch, TINY_LABELS, optimizer, 20, schedule, **settings)
        check_falls(f"tiny {name}", history["total"])
        golden[name] = {"losses": history, "learning_rates": learning_rates}
    return golden


def tiny_unfreezing(weights, batch):
    """Twenty AdamW losses; every five steps one more part trains: the heads, layer 1, layer 0, the embeddings."""
    model = tiny_model(weights)
    optimizer = torch.optim.AdamW(decayed_groups(model, 0.1), lr=1e-3)
    model.bert.requires_grad_(False)
    phases = [None, model.bert.encoder.layer[1], model.bert.encoder.layer[0], model.bert.embeddings]

    def unfreeze(step):
        if step % 5 == 0 and step > 0:
            phases[step // 5].requires_grad_(True)

    history, learning_rates = train(model, batch, TINY_LABELS, optimizer, 20, before_step=unfreeze)
    check_falls("tiny gradual_unfreezing", history["total"])
    return {"losses": history, "learning_rates": learning_rates}


def tiny_averaging(weights, batch):
    """Twenty AdamW steps, and the losses of the weights' average after each; swa averages from the eleventh on."""
    used = {token for sentence in tiny_sentences() for token in sentence}
    unused = next(row for row in range(TINY_CONFIG["vocab_size"]) if row not in used)
    golden = {"unused_row": unused}
    for name, first, averaged_by in [("ema", 0, get_ema_multi_avg_fn(0.8)), ("swa", 10, None)]:
        model = tiny_model(weights)
        average = AveragedModel(model, multi_avg_fn=averaged_by)
        optimizer = torch.optim.AdamW(decayed_groups(model, 0.1), lr=1e-3)
        history = {"a": [], "b": [], "total": []}
        for step in range(20):
            losses = losses_of(model(*batch), TINY_LABELS)
            optimizer.zero_grad()
            losses["total"].backward()
            optimizer.step()
            if step >= first:
                average.update_parameters(model)
            with torch.no_grad():
                shown = average if step >= first else model
                for task, loss in losses_of(shown(*batch), TINY_LABELS).items():
                    history[task].append(loss.item())
        row = average.module.bert.embeddings.word_embeddings.weight[unused]
        golden[name] = {"losses": history, "word_embedding": row.tolist()}
    return golden


def tiny_cross_entropy(weights, batch):
    """The loss of task a's logits and its gradient, plain, with smoothed labels, with weighted classes, with both."""
    with torch.no_grad():
        logits = tiny_model(weights)(*batch)["a"]
    labels, class_weights = TINY_LABELS["a"], CLASS_WEIGHTS["a"]
    golden = {"logits": logits.tolist(), "labels": labels}
    golden |= {"label_smoothing": LABEL_SMOOTHING, "class_weights": class_weights}
    for name, settings in {
        "plain": (0.0, None),
        "smoothed": (LABEL_SMOOTHING, None),
        "weighted": (0.0, class_weights),
        "both": (LABEL_SMOOTHING, class_weights),
    }.items():
        xs = logits.clone().requires_grad_()
        loss = loss_of(xs, labels, *settings)
        loss.backward()
        golden[name] = {"loss": loss.item(), "gradient": xs.grad.tolist()}
    return golden


def tiny_activation(weights, batch, hidden_act):
    model = tiny_model(weights, hidden_act=hidden_act)
    logits = model(*batch)["a"].tolist()
    history, _ = train(model, batch, TINY_LABELS, torch.optim.Adam(model.parameters(), lr=1e-3), 3)
    check_falls(f"tiny {hidden_act}", history["total"])
    return {"logits.a": logits, "losses": history["total"]}


def minilm_model(encoder, pooling="mean", heads=None):
    bert = BertModel.from_pretrained(encoder, attn_implementation="eager", dtype=torch.float32)
    model = MultiTask(bert, pooling).eval()
    if heads is not None:
        model.load_state_dict(heads, strict=False)
    return model


def write_minilm(folder, encoder):
    found = hashlib.sha256((encoder / "model.safetensors").read_bytes()).hexdigest()
    if found != MINILM_SHA256:
        raise SystemExit(f"{encoder / 'model.safetensors'} has SHA-256 {found}, expected {MINILM_SHA256}")
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    tokenizer.no_padding()  # the file asks for 128 tokens, always: padded and truncated
    tokenizer.no_truncation()

    def tokenize(sentences):
        return [encoding.ids for encoding in tokenizer.encode_batch(sentences)]

    ids = tokenize(SENTENCES)
    write_json(folder / "sentences.json", {"sentences": SENTENCES, "input_ids": ids})
    pooled = {}
    for name, pooling in {"embeddings": "mean", "cls": "cls", "pooler": "pooler"}.items():
        model = minilm_model(encoder, pooling)
        with torch.no_grad():
            # One sentence at a time: no padding, hence nothing of it in the numbers.
            pooled[name] = torch.cat([model.pool(*pad([sentence])) for sentence in ids])
    save_file(pooled, folder / "embeddings.safetensors")

    hidden_size = model.bert.config.hidden_size
    generator = torch.Generator().manual_seed(22)
    heads = {}
    for task, classes in CLASSES.items():
        for name, shape in {"weight": (classes, hidden_size), "bias": (classes,)}.items():
            uniform = torch.rand(shape, generator=generator)
            heads[f"heads.{task}.{name}"] = (2 * uniform - 1) / hidden_size**0.5
    save_file(heads, folder / "heads.safetensors")

    ids = tokenize(NOTEBOOK_SENTENCES)
    golden = {"sentences": NOTEBOOK_SENTENCES, "input_ids": ids, "labels": NOTEBOOK_LABELS, "float64": {}}
    for rate in ["1e-4", "1e-3"]:
        for dtype in [torch.float32, torch.float64]:
            model = minilm_model(encoder, "mean", heads).to(dtype)
            optimizer = torch.optim.Adam(model.parameters(), lr=float(rate))
            history, _ = train(model, pad(ids), NOTEBOOK_LABELS, optimizer, 20)
            check_falls(f"minilm {rate} {dtype}", history["total"])
            (golden if dtype == torch.float32 else golden["float64"])[rate] = history
        for name, losses in golden[rate].items():
            pairs = list(zip(losses, golden["float64"][rate][name]))
            absolute = max(abs(x - y) for x, y in pairs)
            relative = max(abs(x - y) / y for x, y in pairs)
            print(f"minilm {rate} {name}: float32 vs float64 differ by {absolute:.1e}, relative {relative:.1e}")
    write_json(folder / "trajectory.json", golden)


def check_falls(what, losses):
    if not all(map(torch.isfinite, torch.tensor(losses))) or losses[-1] >= losses[0]:
        raise SystemExit(f"{what}: expected finite, falling losses, got {losses}")
    print(f"{what}: {losses[0]:.6f} -> {losses[-1]:.6f}")


def write_json(path, value):
    """One top-level key a line; nine digits, which tell any two float32 apart."""

    def shortest(value):
        if isinstance(value, float):
            return float(f"{value:.9g}")
        if isinstance(value, dict):
            return {key: shortest(item) for key, item in value.items()}
        if isinstance(value, list):
            return [shortest(item) for item in value]
        return value

    lines = [f"  {json.dumps(key)}: {json.dumps(item, ensure_ascii=False)}" for key, item in shortest(value).items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", type=Path, metavar="DIR", help="folder of all-MiniLM-L6-v2; without it, only tiny/")
    parser.add_argument("--out", type=Path, metavar="DIR", default=Path(__file__).parent, help="default: this folder")
    args = parser.parse_args()

    logging.disable_progress_bar()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    write_tiny(args.out / "tiny")
    if args.encoder is not None:
        write_minilm(args.out / "minilm", args.encoder)


if __name__ == "__main__":
    main()
