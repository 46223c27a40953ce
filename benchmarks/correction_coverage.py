"""Measures how often the corrected interval covers the true rate, for judges and rates of many kinds.

    python benchmarks/correction_coverage.py [--studies 1000]

Prints a Markdown table: share of simulated studies whose 95% interval holds the true rate (and mean half-width), for
the corrected rate, for the cross-check by sensitivity and specificity, and for the judge's own interval.
"""

import argparse
from dataclasses import dataclass

import numpy as np

from blind_refusal.analysis.correction import JudgedSample, correct
from blind_refusal.analysis.intervals import Estimate

SEED = 20_261_124
JUDGES = {"0.90 / 0.60": (0.9, 0.6), "0.95 / 0.95": (0.95, 0.95), "0.60 / 0.98": (0.6, 0.98)}
RATES = (0.5, 0.25, 0.05)


@dataclass(frozen=True)
class Design:
    """How responses and labels come about."""

    name: str
    responses: int = 2_000
    labels: int = 200
    per_case: int = 1
    by_judge: bool = False
    """Labels drawn evenly from those that the judge says yes and no to, instead of at random."""


DESIGNS = (
    Design("random draw"),
    Design("drawn by the judge's label", by_judge=True),
    Design("18 models, alike within cases", per_case=18),
    Design("18 models, drawn by the judge's label", responses=18_000, labels=400, per_case=18, by_judge=True),
)
_ALIKE = 4.0
"""Concentration of the beta distribution that cases' own rates are drawn from; a correlation of 0.2 within cases."""


def simulate(design: Design, rate: float, judge: tuple[float, float], generator: np.random.Generator) -> JudgedSample:
    """Simulate one study."""
    cases = np.repeat(np.arange(design.responses // design.per_case), design.per_case)
    own = np.full(cases.max() + 1, rate)
    if design.per_case > 1:
        own = generator.beta(rate * _ALIKE, (1 - rate) * _ALIKE, cases.max() + 1)
    size = len(cases)
    truth = generator.random(size) < own[cases]
    chance = generator.random(size)
    judged = np.where(truth, chance < judge[0], chance >= judge[1])
    labelled = np.zeros(size, dtype=bool)
    strata = judged.astype(np.int64) if design.by_judge else np.zeros(size, dtype=np.int64)
    for stratum in np.unique(strata):
        here = np.flatnonzero(strata == stratum)
        labelled[generator.permutation(here)[: design.labels // len(np.unique(strata))]] = True
    return JudgedSample(judged, labelled, truth, cases, strata)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--studies", type=int, default=1_000)
    studies = parser.parse_args().studies
    print("| design | judge's sensitivity / specificity | true rate | corrected | cross-check | uncorrected |")
    print("| --- | --- | --- | --- | --- | --- |")
    for design in DESIGNS:
        for name, judge in JUDGES.items():
            for rate in RATES:
                generator = np.random.default_rng(SEED)
                found = [correct(simulate(design, rate, judge, generator)) for _ in range(studies)]
                columns = [
                    [one.corrected for one in found],
                    [one.confusion for one in found],
                    [one.raw for one in found],
                ]
                shown = " | ".join(_coverage(column, rate) for column in columns)
                print(f"| {design.name} | {name} | {rate} | {shown} |", flush=True)


def _coverage(estimates: list[Estimate], rate: float) -> str:
    known = [(one.low, one.high) for one in estimates if one.low is not None and one.high is not None]
    covered = sum(low <= rate <= high for low, high in known) / max(1, len(known))
    half = float(np.mean([(high - low) / 2 for low, high in known])) if known else float("nan")
    return f"{covered:.3f} (± {half:.3f})"


if __name__ == "__main__":
    main()
