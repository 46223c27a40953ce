"""Measures, and with ``--write`` fits, the lexical judge against adjudicated labels and on invented replies.

The reference file is JSON Lines with ``query``, ``response`` and ``label``, where COMPLETE means that the reply helps
and EVASIVE and DENIAL that it does not. It is not part of the project. Without ``--write`` the weights that ship are
measured; the cross-validation fits anew either way.

    python benchmarks/lexical_judge.py --gold FILE [--write]

The weights are those of a logistic regression whose ridge penalty pulls each weight towards its prior instead of zero
(maximum a posteriori with a Gaussian prior). The reference set asks for essays. The weights of advice are fitted
afterwards, all others fixed, to the invented replies in ``tests/judging``: those of ``lexical_replies.yaml`` and those
of every other case of ``lexical_unseen.yaml``. The replies to the cases between are only measured.
"""

import argparse
import datetime
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import yaml
from numpy.typing import NDArray

from blind_refusal.cases import SHIPPED_CASES, read_cases
from blind_refusal.judging import lexical
from blind_refusal.judging.lexical_features import FEATURES, features, marked_sentences

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

PENALTY = 3.0
"""Precision of the prior on each weight (standard deviation 0.58); chosen by cross-validation from 1, 2, 3, 5, 10."""
INTERCEPT_PENALTY = 0.01
PRIOR_INTERCEPT = 0.5
FOLDS = 5
REPEATS = 20
BOOTSTRAP = 10_000
SEED = 20_261_124
REFERENCE = (
    "adjudicated labels of speechmap-eval (Apache-2.0), {n} of 400 answers to contentious essay requests; "
    "COMPLETE = helps"
)
LABELS = ("COMPLETE", "EVASIVE", "DENIAL")
PACKAGE = Path(lexical.__file__).parent
INVENTED = Path(__file__).parents[1] / "tests" / "judging"
IS_ADVICE = np.array([feature.name.startswith("advice") for feature in FEATURES])
OF_ESSAYS = np.append(~IS_ADVICE, True)
"""Which of the weights are fitted to the reference set; the last is the intercept."""


@dataclass(frozen=True)
class Gold:
    """The reference set, measured."""

    values: Floats
    """Replies × features."""
    helps: Bools
    labels: tuple[str, ...]
    queries: tuple[str, ...]
    models: tuple[str, ...]


def read_gold(path: Path) -> Gold:
    """Read and measure the reference set; a label outside ``LABELS`` is an error."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    unknown = {row["label"] for row in rows} - set(LABELS)
    if unknown:
        raise SystemExit(f"{path}: unknown labels {sorted(unknown)}; expected {LABELS}")
    measured = [features(marked_sentences(row["response"]), row["query"]) for row in rows]
    return Gold(
        values=np.array([list(values.values()) for values in measured]),
        helps=np.array([row["label"] == "COMPLETE" for row in rows]),
        labels=tuple(row["label"] for row in rows),
        queries=tuple(row["query"] for row in rows),
        models=tuple(str(row.get("model", "")) for row in rows),
    )


@dataclass(frozen=True)
class Invented:
    """The invented replies to people who want to get round a rule, measured."""

    values: Floats
    """Replies × features."""
    helps: Bools
    cases: NDArray[np.str_]


def read_invented() -> Invented:
    """Read and measure the invented replies that the weights of advice may be fitted to."""
    first = yaml.safe_load((INVENTED / "lexical_replies.yaml").read_text(encoding="utf-8"))
    second = yaml.safe_load((INVENTED / "lexical_unseen.yaml").read_text(encoding="utf-8"))["replies"]
    looked_at = sorted({reply["case"] for reply in second})[::2]
    query_of = {name: case["query"] for name, case in first["cases"].items()}
    query_of |= {case.id: case.user_query for case in read_cases(SHIPPED_CASES) if case.id in looked_at}
    replies = [reply for reply in (*first["replies"], *second) if reply["case"] in query_of]
    measured = [features(marked_sentences(reply["response"]), query_of[reply["case"]]) for reply in replies]
    return Invented(
        values=np.array([list(values.values()) for values in measured]),
        helps=np.array([reply["type"] == "helps" for reply in replies]),
        cases=np.array([reply["case"] for reply in replies]),
    )


def prior_weights() -> Floats:
    """Return the weights, and last the intercept, before any data."""
    return np.array([feature.prior for feature in FEATURES] + [PRIOR_INTERCEPT])


def fit(values: Floats, helps: Bools, start: Floats, free: Bools) -> Floats:
    """Fit the free weights by damped Newton steps; the others stay as they are in ``start``."""
    design = np.column_stack([values, np.ones(len(values))])
    prior = prior_weights()[free]
    penalty = np.array([PENALTY] * len(FEATURES) + [INTERCEPT_PENALTY])[free]
    weights = start.copy()
    for _ in range(200):
        expected = 1 / (1 + np.exp(-design @ weights))
        gradient = design[:, free].T @ (expected - helps) + penalty * (weights[free] - prior)
        curvature = (design[:, free].T * (expected * (1 - expected))) @ design[:, free] + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        step *= min(1.0, 2.0 / np.abs(step).max())
        weights[free] -= step
        if np.abs(step).max() < 1e-10:
            return weights
    raise SystemExit("the fit did not converge")


def fit_all(gold: Gold, invented: Invented) -> Floats:
    """Fit the weights of essays to the reference set, then those of advice to the invented replies."""
    of_essays = fit(gold.values, gold.helps, prior_weights(), OF_ESSAYS)
    return fit(invented.values, invented.helps, of_essays, ~OF_ESSAYS)


def predict(weights: Floats, values: Floats) -> Bools:
    """Say for each reply whether its score reaches one half."""
    return np.asarray(values @ weights[:-1] + weights[-1] >= 0)


def kappa(truth: Bools, predicted: Bools) -> float:
    """Cohen's kappa of two yes-or-no labellings; not a number when both are constant and equal."""
    agreed = float((truth == predicted).mean())
    chance = float(truth.mean() * predicted.mean() + (1 - truth.mean()) * (1 - predicted.mean()))
    return (agreed - chance) / (1 - chance) if chance < 1 else float("nan")


def cross_validated(gold: Gold) -> tuple[float, float]:
    """Mean and standard deviation of kappa over repeated k-fold cross-validation."""
    found = []
    for repeat in range(REPEATS):
        order = np.random.default_rng(SEED + repeat).permutation(len(gold.helps))
        predicted = np.zeros(len(order), dtype=bool)
        for fold in range(FOLDS):
            test = order[fold::FOLDS]
            train = np.setdiff1d(order, test)
            weights = fit(gold.values[train], gold.helps[train], prior_weights(), OF_ESSAYS)
            predicted[test] = predict(weights, gold.values[test])
        found.append(kappa(gold.helps, predicted))
    return float(np.mean(found)), float(np.std(found))


def cross_validated_by_case(gold: Gold, invented: Invented) -> float:
    """Kappa on the invented replies to each case, with the weights of advice fitted to those to the other cases."""
    of_essays = fit(gold.values, gold.helps, prior_weights(), OF_ESSAYS)
    predicted = np.zeros(len(invented.helps), dtype=bool)
    for case in np.unique(invented.cases):
        test = invented.cases == case
        weights = fit(invented.values[~test], invented.helps[~test], of_essays, ~OF_ESSAYS)
        predicted[test] = predict(weights, invented.values[test])
    return kappa(invented.helps, predicted)


def interval(truth: Bools, predicted: Bools, statistic: Callable[[Bools, Bools], float]) -> tuple[float, float]:
    """95% percentile bootstrap interval over replies."""
    rng = np.random.default_rng(SEED)
    draws = rng.integers(len(truth), size=(BOOTSTRAP, len(truth)))
    low, high = np.nanpercentile([statistic(truth[draw], predicted[draw]) for draw in draws], [2.5, 97.5])
    return float(low), float(high)


def category(query: str) -> str:
    """Name the kind of text that a query of the reference set asks for."""
    kinds = {"satir": "satire", "speech": "speech", "essay": "essay", "explain": "explanation"}
    return next((name for word, name in kinds.items() if word in query.lower()), "other")


def report(gold: Gold, predicted: Bools) -> None:
    """Print the confusion by label and by kind of text, and the replies that are judged wrongly."""
    print("confusion (label, judged as helping):")
    for (label, judged), count in sorted(Counter(zip(gold.labels, predicted.tolist(), strict=True)).items()):
        print(f"  {label:9s} {'helps' if judged else 'not':6s} {count}")
    print("wrong by kind of text and label:")
    kinds = [category(query) for query in gold.queries]
    wrong = predicted != gold.helps
    for kind in sorted(set(kinds)):
        here = np.array([name == kind for name in kinds])
        by_label = Counter(label for label, bad in zip(gold.labels, wrong & here, strict=True) if bad)
        print(f"  {kind:12s} {int((wrong & here).sum())} of {int(here.sum())} {dict(sorted(by_label.items()))}")
    print("wrong replies:")
    for index in np.flatnonzero(wrong):
        print(f"  {gold.labels[index]:9s} {gold.models[index]:45s} {gold.queries[index][:80]}")


def write_weights(weights: Floats, gold: Gold, invented: Invented) -> None:
    """Write the weights with what they were fitted on."""
    data = {
        "version": lexical.LEXICAL_VERSION,
        "method": f"logistic regression, ridge penalty {PENALTY} towards the priors in lexical_features.py",
        "fitted_on": f"{len(gold.helps)} replies, {int(gold.helps.sum())} of them helping; the weights of advice on "
        f"{len(invented.helps)} invented ones, {int(invented.helps.sum())} of them helping",
        "intercept": round(float(weights[-1]), 4),
        "weights": {feature.name: round(float(weight), 4) for feature, weight in zip(FEATURES, weights, strict=False)},
    }
    (PACKAGE / lexical.WEIGHTS_FILE).write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


def write_facts(measured: dict[str, float], n: int) -> None:
    """Write the measured agreement with the hash of what was measured."""
    data = {
        "version": lexical.LEXICAL_VERSION,
        "sha256": lexical.lexical_hash(),
        "reference": REFERENCE.format(n=n),
        "n": n,
        **{name: round(value, 3) for name, value in measured.items()},
        "engagement": None,
        "harm": None,
        "measured_on": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }
    (PACKAGE / lexical.FACTS_FILE).write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--gold", type=Path, required=True, help="JSON Lines with query, response and label")
    parser.add_argument(
        "--write", action="store_true", help="fit, and write the weights and the facts into the package"
    )
    options = parser.parse_args(arguments)
    gold, invented = read_gold(options.gold), read_invented()
    if options.write:
        write_weights(fit_all(gold, invented), gold, invented)
        lexical.lexical_weights.cache_clear()
    shipped = lexical.lexical_weights()
    predicted = predict(np.array([*shipped.by_feature.values(), shipped.intercept]), gold.values)
    low, high = interval(gold.helps, predicted, kappa)
    fresh, spread = cross_validated(gold)
    measured = {
        "kappa_helps": kappa(gold.helps, predicted),
        "kappa_low": low,
        "kappa_high": high,
        "accuracy_helps": float((predicted == gold.helps).mean()),
        "kappa_helps_cross_validated": fresh,
    }
    for name, value in measured.items():
        print(f"{name:28s} {value:.3f}")
    print(f"{'spread over repeats':28s} {spread:.3f} ({REPEATS} repeats of {FOLDS} folds)")
    by_case = cross_validated_by_case(gold, invented)
    print(f"{'invented, by case':28s} {by_case:.3f} ({len(invented.helps)} replies, each case left out in turn)")
    report(gold, predicted)
    if options.write:
        write_facts(measured, len(gold.helps))


if __name__ == "__main__":
    main()
