"""Writes weighting.json beside it: what the weighting methods should do with recorded gradients and losses.

    python weighting.py

Everything here works on the gradients themselves, never on their inner products, in float64, and looks for each optimum in
another way than Polytask: by descent on the simplex, by alternating projections, by quasi-Newton steps, by singular values.
torchjd, where it has the method, is recorded beside it. README.md says what the file holds.

Shapes: K tasks, P shared parameters.
"""

import argparse
import itertools
import json
from pathlib import Path

import torch
import torchjd.aggregation as jd
from torchjd.linalg import QuadprogProjector

P = 50
CAGRAD_C = 0.4

# K, how much the gradients have in common (negative: they conflict), and their lengths.
CASES = {
    "two in conflict": (2, -1.0, [1.0, 1.0]),
    "two in agreement, unlike": (2, 1.0, [1.0, 8.0]),
    "three at random": (3, 0.0, [1.0, 1.0, 1.0]),
    "three in conflict, unlike": (3, -0.6, [0.2, 1.0, 3.0]),
    "five at random": (5, 0.0, [1.0] * 5),
    "five in conflict, unlike": (5, -0.4, [0.3, 1.0, 2.0, 1.0, 0.5]),
}


def gradients(seed, k, common, lengths):
    """(K,P), in steps of 1/1024, so that JSON holds them exactly."""
    generator = torch.Generator().manual_seed(seed)
    gs = torch.randn(k, P, generator=generator, dtype=torch.float64)
    shared = torch.randn(P, generator=generator, dtype=torch.float64)
    if common >= 0:
        gs = gs + common * shared
    else:  # take out part of their mean, which leaves them in conflict
        gs = gs + common * gs.mean(0) * 2 ** 0.5 + 0.3 * shared * (torch.arange(k) % 2 * 2.0 - 1.0)[:, None]
    gs = gs * torch.tensor(lengths, dtype=torch.float64)[:, None]
    return (gs * 1024).round() / 1024


# --- One update (P) from gradients (K,P) ------------------------------------------------------------------------------


def pcgrad_surgery(gs, i, order):
    """Task i's gradient, projected off the others in this order."""
    v = gs[i].clone()
    for j in order:
        if v @ gs[j] < 0:
            v = v - (v @ gs[j]) / (gs[j] @ gs[j]) * gs[j]
    return v


def pcgrad(gs):
    """For every task and every order of the others, the projected gradient as factors (K) of the gradients."""
    tables = []
    for i in range(len(gs)):
        others = [j for j in range(len(gs)) if j != i]
        table = {}
        for order in itertools.permutations(others):
            factors = torch.linalg.lstsq(gs.T, pcgrad_surgery(gs, i, order)[:, None]).solution[:, 0]
            table[",".join(map(str, order))] = factors.tolist()
        tables.append(table)
    return tables


def onto_simplex(w):
    """The nearest point with w >= 0, sum 1 (Duchi, Shalev-Shwartz, Singer, Chandra 2008)."""
    ordered, _ = w.sort(descending=True)
    excess = (ordered.cumsum(0) - 1) / torch.arange(1, len(w) + 1)
    return (w - excess[(ordered > excess).nonzero()[-1, 0]]).clamp(min=0)


def newton(objective, x):
    """A few of Newton's steps from nearby."""
    for _ in range(6):
        slope = torch.autograd.functional.jacobian(objective, x)
        x = x - torch.linalg.solve(torch.autograd.functional.hessian(objective, x), slope)
    return x


def least_on_simplex(objective, k):
    """Projected gradient descent until it is clear who is in; then Newton's method among those."""
    w = torch.full((k,), 1 / k, dtype=torch.float64)
    step = 1.0
    for _ in range(500):
        slope = torch.autograd.functional.jacobian(objective, w)
        step *= 1.5
        while True:
            trial = onto_simplex(w - step * slope)
            move = trial - w
            if objective(trial) <= objective(w) + slope @ move + move @ move / (2 * step) or step < 1e-9:
                break
            step /= 2
        w = trial
        if move.abs().max() <= 1e-8:
            break
    inside = (w > 1e-5).nonzero()[:, 0]

    def whole(some):
        """The weights, from those of all that are in but the last."""
        return torch.zeros(k, dtype=torch.float64).index_put((inside,), torch.cat([some, 1 - some.sum().reshape(1)]))

    if len(inside) > 1:
        w = whole(newton(lambda some: objective(whole(some)), w[inside[:-1]]))
    else:
        w = whole(w[:0])
    slope = torch.autograd.functional.jacobian(objective, w)
    slack = slope - slope[inside].mean()
    check("not the least", slack[inside].abs().max(), 1e-10)
    check("not the least", -slack.min(), 1e-10)
    return w


def mgda(gs):
    scale = gs.norm(dim=1).max()
    return least_on_simplex(lambda w: (w @ gs / scale).square().sum() / 2, len(gs)) @ gs


def cagrad(gs):
    mean = gs.mean(0)
    root_phi = CAGRAD_C * mean.norm()
    scale = gs.norm(dim=1).max() ** 2
    w = least_on_simplex(lambda w: ((w @ gs) @ mean + root_phi * (w @ gs).norm()) / scale, len(gs))
    return mean + root_phi / (w @ gs).norm() * (w @ gs)


def imtl_g(gs):
    """Equation 6 of the paper: the weights of all tasks but the first, from differences to the first."""
    us = gs / gs.norm(dim=1, keepdim=True)
    ds = gs[:1] - gs[1:]
    es = us[:1] - us[1:]
    rest = (gs[0] @ es.T) @ torch.linalg.inv(ds @ es.T)
    return torch.cat([1 - rest.sum().reshape(1), rest]) @ gs


def nash_mtl(gs):
    """Quasi-Newton steps on the logarithms of the weights; at the minimum, (g_i . d) w_i = 1."""
    logs = (-gs.norm(dim=1).log()).requires_grad_(True)
    optimizer = torch.optim.LBFGS([logs], max_iter=100, line_search_fn="strong_wolfe")

    def objective(logs):
        return (logs.exp() @ gs).square().sum() / 2 - logs.sum()

    def closure():
        optimizer.zero_grad()
        value = objective(logs)
        value.backward()
        return value

    optimizer.step(closure)
    weights = newton(objective, logs.detach()).exp()
    check("nash-mtl", ((gs @ (weights @ gs)) * weights - 1).abs().max(), 1e-10)
    return weights @ gs


def onto_dual_cone(v, gs):
    """The nearest vector that has no negative product with any gradient, by Dykstra's alternating projections (1983)."""
    corrections = torch.zeros_like(gs)
    for _ in range(10_000):
        before = v.clone()
        for j, g in enumerate(gs):
            y = v + corrections[j]
            v = y - (y @ g).clamp(max=0) / (g @ g) * g
            corrections[j] = y - v
        if (v - before).norm() <= 1e-14 * v.norm():
            break
    return v


def upgrad(gs):
    return torch.stack([onto_dual_cone(g, gs) for g in gs]).mean(0)


def aligned_mtl(gs):
    """The nearest matrix with equal singular values, the least there is; its rows summed."""
    u, sigma, vt = torch.linalg.svd(gs, full_matrices=False)
    return sigma.min() * (u @ vt).sum(0)


def torchjds(gs):
    """torchjd's updates (P), brought to the same scale.

    It averages where Aligned-MTL's authors sum, and solves Nash-MTL's equations for a scaled matrix. PCGrad draws its own
    orders, of which there is only one for two tasks. Smoothing that can be switched off is off.
    """
    k = len(gs)
    updates = {
        "cagrad": jd.CAGrad(c=CAGRAD_C, norm_eps=0.0)(gs),
        "mgda": jd.MGDA(epsilon=1e-12, max_iters=20_000)(gs),
        "imtl-g": jd.IMTLG()(gs),
        "upgrad": jd.UPGrad(projector=QuadprogProjector(norm_eps=0.0, reg_eps=0.0))(gs),
        "aligned-mtl": k * jd.AlignedMTL()(gs),
    }
    if k == 2:
        updates["pcgrad"] = jd.PCGrad()(gs)
    nash = jd.NashMTL(n_tasks=k, max_norm=0.0, optim_niter=200)(gs)
    nash = nash * k**0.5 / nash.norm()
    weights = torch.linalg.lstsq(gs.T, nash[:, None]).solution[:, 0]
    # Its sequence of approximations does not always arrive.
    if ((gs @ nash) * weights - 1).abs().max() < 1e-3:
        updates["nash-mtl"] = nash
    return updates


METHODS = {
    "cagrad": cagrad,
    "mgda": mgda,
    "imtl-g": imtl_g,
    "nash-mtl": nash_mtl,
    "upgrad": upgrad,
    "aligned-mtl": aligned_mtl,
}


def updates():
    golden = {}
    for seed, (name, (k, common, lengths)) in enumerate(CASES.items()):
        gs = gradients(seed, k, common, lengths)
        ours = {method: update(gs) for method, update in METHODS.items()}
        theirs = torchjds(gs)
        angles = (gs / gs.norm(dim=1, keepdim=True)) @ (gs / gs.norm(dim=1, keepdim=True)).T
        print(f"{name}: cosines {[round(angles[i, j].item(), 2) for i in range(k) for j in range(i)]}")
        for method, update in ours.items():
            if method in theirs:
                print(f"  {method}: torchjd differs by {(update - theirs[method]).norm() / update.norm():.1e}")
            else:
                print(f"  {method}: torchjd did not arrive")
        golden[name] = {
            "gradients": gs.tolist(),
            "pcgrad": pcgrad(gs),
            "updates": {method: update.tolist() for method, update in ours.items()},
            "torchjd": {method: update.tolist() for method, update in theirs.items()},
        }
    return golden


# --- Gradients that are linearly dependent ------------------------------------------------------------------------------

# All of each set's tasks are in conflict with others, but for the last two sets'.
DEPENDENT = {
    "five in three dimensions": [[-4, -3, 2], [2, -4, 3], [3, 1, 4], [-2, 3, -3], [-3, -3, 3]],
    "six in three dimensions": [[-4, -3, 2], [4, 1, 1], [1, -4, -4], [4, -4, -4], [-4, -4, 1], [2, 4, -4]],
    "five in a plane": [[0.75, 0], [-8.5, 0.125], [0, -0.125], [10.25, -12.5], [-1.25, 0]],
    "six in half a space": [[3, 1, 1], [-2, 1, 0], [1, 2, -3], [0, 1, 2], [-1, 1, -1], [4, 3, 1]],
    "copies": [[1, 2, 0, -1], [2, -1, 1, 0], [1, 2, 0, -1], [4, -2, 2, 0], [-1, 0, 2, 3]],
}


def subsets(k):
    return (list(some) for n in range(k + 1) for some in itertools.combinations(range(k), n))


def nearest_with_gains(v, gs, m):
    """The nearest vector to v with g_i . d >= m for all i: it is v's projection onto where some of them are equal."""
    best = None
    for some in subsets(len(gs)):
        step = torch.linalg.lstsq(gs[some], (m - gs[some] @ v)[:, None], driver="gelsd").solution[:, 0] if some else 0 * v
        d = v + step
        if (gs @ d - m).min() >= -1e-11 and (best is None or step.norm() < (best - v).norm()):
            best = d
    return best


def dependent_upgrad(gs):
    return torch.stack([nearest_with_gains(g, gs, 0.0) for g in gs]).mean(0)


def dependent_cagrad(gs):
    """The largest m whose nearest vector is within the radius, by bisection."""
    mean = gs.mean(0)

    def reached(m):
        d = nearest_with_gains(mean, gs, m)
        return d if d is not None and (d - mean).norm() <= CAGRAD_C * mean.norm() else None

    low, high = (gs @ mean).min().item(), 2 * mean.norm().item() * gs.norm(dim=1).min().item()
    if reached(0.0) is not None:
        low = max(low, 0.0)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if reached(middle) is not None else (low, middle)
    return reached(low)


def dependent_mgda(gs):
    """The shortest of the mixtures that are nearest to zero among all of some gradients' weights with sum 1."""
    best = None
    for some in subsets(len(gs)):
        if some:
            rows = torch.cat([gs[some], torch.ones(len(some), 1, dtype=torch.float64)], dim=1)
            # Nearest to (0, ..., 0, 1) with negative weights allowed; then scaled to the sum 1.
            target = torch.zeros(rows.shape[1], 1, dtype=torch.float64)
            target[-1] = 1.0
            w = torch.linalg.lstsq(rows.T, target, driver="gelsd").solution[:, 0]
            d = w @ gs[some] / w.sum()
            if w.min() >= -1e-11 and (best is None or d.norm() < best.norm()):
                best = d
    return best


def dependent_aligned_mtl(gs):
    u, sigma, vt = torch.linalg.svd(gs, full_matrices=False)
    kept = sigma > 1e-6 * sigma.max()
    return sigma[kept].min() * (u[:, kept] @ vt[kept]).sum(0)


def dependent():
    golden = {}
    for name, rows in DEPENDENT.items():
        gs = torch.tensor(rows, dtype=torch.float64)
        ours = {
            "cagrad": dependent_cagrad(gs),
            "mgda": dependent_mgda(gs),
            "upgrad": dependent_upgrad(gs),
            "aligned-mtl": dependent_aligned_mtl(gs),
        }
        # Its solver for UPGrad needs a matrix that is not singular.
        theirs = {
            "cagrad": jd.CAGrad(c=CAGRAD_C, norm_eps=0.0)(gs),
            "mgda": jd.MGDA(epsilon=1e-12, max_iters=20_000)(gs),
            "upgrad": jd.UPGrad(projector=QuadprogProjector(norm_eps=0.0, reg_eps=1e-9))(gs),
            "aligned-mtl": len(gs) * jd.AlignedMTL()(gs),
        }
        longest = gs.norm(dim=1).max()
        print(f"{name}: rank {torch.linalg.matrix_rank(gs)}")
        for method, update in ours.items():
            off = (update - theirs[method]).norm() / longest
            print(f"  {method}: length {update.norm() / longest:.1e}, torchjd differs by {off:.1e} of the longest")
        golden[name] = {
            "gradients": gs.tolist(),
            "updates": {method: update.tolist() for method, update in ours.items()},
            "torchjd": {method: update.tolist() for method, update in theirs.items()},
        }
    return golden


# --- Weights over a run of steps ---------------------------------------------------------------------------------------

K = 3
STEPS = 20


def course():
    """Losses before and after each step's update, gradient norms at the last layer, learning rates; null: no label."""
    generator = torch.Generator().manual_seed(40)

    def uniform(low, high):
        return round(low + (high - low) * torch.rand(1, generator=generator).item(), 4)

    steps = []
    for step in range(STEPS):
        decay = [0.97**step, 0.85**step, 1.0]
        losses = [round(scale * d * uniform(0.8, 1.2), 4) for scale, d in zip([1.1, 0.7, 2.5], decay)]
        blank = {4: [1], 7: [0], 8: [0, 2], 13: [2], 14: [1]}.get(step, [])
        steps.append(
            {
                "losses": [None if i in blank else loss for i, loss in enumerate(losses)],
                "after": [None if i in blank else round(loss * uniform(0.8, 1.05), 4) for i, loss in enumerate(losses)],
                "norms": [None if i in blank else uniform(0.05, 2.0) for i in range(K)],
                "learning_rate": uniform(1e-3, 5e-2),
            }
        )
    return steps


def parts(step):
    return [i for i, loss in enumerate(step["losses"]) if loss is not None]


def scalars(value):
    """K parameters of one number each: Adam passes over those without a gradient."""
    return [torch.tensor(value, dtype=torch.float64, requires_grad=True) for _ in range(K)]


def spread(tasks, weights):
    """The weights of those that take part, at their places among all."""
    row = [None] * K
    for i, weight in zip(tasks, weights):
        row[i] = float(weight)
    return row


def uncertainty(steps):
    s = scalars(0.0)
    adam = torch.optim.Adam(s)
    rows = []
    for step in steps:
        tasks = parts(step)
        rows.append(spread(tasks, [(-s[i]).exp().item() / 2 for i in tasks]))
        adam.param_groups[0]["lr"] = step["learning_rate"]
        adam.zero_grad()
        sum(((-s[i]).exp() * step["losses"][i] + s[i]) / 2 for i in tasks).backward()
        adam.step()
        with torch.no_grad():
            for x in s:
                x.clamp_(-4, 4)
    return rows


def famo(steps):
    xi = scalars(0.0)
    adam = torch.optim.Adam(xi, lr=0.025, weight_decay=1e-3)
    rows = []
    for step in steps:
        tasks = parts(step)
        before, after = (torch.tensor([step[key][i] for i in tasks], dtype=torch.float64) for key in ["losses", "after"])
        z = torch.stack([xi[i] for i in tasks]).softmax(0)
        # The weights are the derivative of the method's loss by each task's.
        losses = before.clone().requires_grad_(True)
        c = (z / (losses + 1e-8)).sum().detach()
        (z.detach() * (losses + 1e-8).log() / c).sum().backward()
        rows.append(spread(tasks, losses.grad))
        adam.zero_grad()
        z.backward((before + 1e-8).log() - (after + 1e-8).log())
        adam.step()
    return rows


def gradnorm(steps):
    """Each task's gradient at the last layer is a vector of the recorded norm; |G - target| by autograd."""
    w = scalars(1.0)
    adam = torch.optim.Adam(w, lr=0.025)
    first = {}
    rows = []
    for step in steps:
        tasks = parts(step)
        n = len(tasks)
        held = sum(w[i].item() for i in tasks)
        with torch.no_grad():
            for i in tasks:
                w[i].mul_(n / held)
        rows.append(spread(tasks, [w[i].item() for i in tasks]))
        ratios = torch.tensor(
            [step["losses"][i] / first.setdefault(i, step["losses"][i]) for i in tasks], dtype=torch.float64
        )
        vectors = [torch.tensor([0.6, -0.8], dtype=torch.float64) * step["norms"][i] for i in tasks]
        sizes = torch.stack([(w[i] * vector).norm() for i, vector in zip(tasks, vectors)])
        target = (sizes.mean() * (ratios / ratios.mean()) ** 1.5).detach()
        adam.zero_grad()
        if n > 1:  # alone, a task is its own target
            (sizes - target).abs().sum().backward()
        else:
            w[tasks[0]].grad = torch.zeros((), dtype=torch.float64)
        adam.step()
        with torch.no_grad():
            for i in tasks:
                w[i].clamp_(min=1e-3)
            total = sum(w[i].item() for i in tasks)
            for i in tasks:
                w[i].mul_(held / total)
    return rows


EPOCHS = [[1.2, 0.9, 2.0], [0.8, 0.85, 1.9], [0.5, None, 1.95], [0.45, 0.6, 1.0], [0.4, 0.5, 1.5], [0.1, 0.5, 0.75]]


def dwa(epochs):
    """The weights of each epoch, the first included."""
    rows = []
    for t in range(len(epochs) + 1):
        if t < 2:
            rows.append([1.0] * K)
            continue
        pairs = zip(epochs[t - 1], epochs[t - 2])
        ratios = [1.0 if now is None or before is None else now / before for now, before in pairs]
        rows.append((K * (torch.tensor(ratios, dtype=torch.float64) / 2).softmax(0)).tolist())
    return rows


def runs():
    steps = course()
    return {
        "steps": steps,
        "uncertainty": uncertainty(steps),
        "famo": famo(steps),
        "gradnorm": gradnorm(steps),
        "epochs": EPOCHS,
        "dwa": dwa(EPOCHS),
    }


def check(what, error, bound):
    if not error <= bound:
        raise SystemExit(f"{what}: {error:.1e} is above {bound:.0e}")


def write_json(path, value):
    """One innermost list of numbers, or step, a line; twelve digits."""

    def shortest(value):
        if isinstance(value, float):
            return float(f"{value:.12g}")
        if isinstance(value, dict):
            return {key: shortest(item) for key, item in value.items()}
        if isinstance(value, list):
            return [shortest(item) for item in value]
        return value

    def lines(value, indent):
        nested = value.values() if isinstance(value, dict) else value
        if not any(isinstance(item, (dict, list)) for item in nested) or "losses" in value:
            return json.dumps(value)
        inner = " " * (indent + 2)
        if isinstance(value, dict):
            rows = [f"{inner}{json.dumps(key)}: {lines(item, indent + 2)}" for key, item in value.items()]
            brackets = "{}"
        else:
            rows = [inner + lines(item, indent + 2) for item in value]
            brackets = "[]"
        return brackets[0] + "\n" + ",\n".join(rows) + "\n" + " " * indent + brackets[1]

    path.write_text(lines(shortest(value), 0) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, metavar="DIR", default=Path(__file__).parent, help="default: this folder")
    args = parser.parse_args()
    torch.set_num_threads(1)
    write_json(args.out / "weighting.json", {"updates": updates(), "dependent": dependent(), "runs": runs()})


if __name__ == "__main__":
    main()
