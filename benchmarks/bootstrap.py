"""Times the bootstrap by case against a plain loop over replicates, and tells the peak memory of the process.

    python benchmarks/bootstrap.py [--rows 23220] [--models 18] [--replicates 10000] [--loop 100]

Both do the same: resample cases within families with all their rows, and compute the headline rates of each replicate.
The loop gathers the rows of every replicate; it is run for fewer replicates, and its time is scaled to as many as the
bootstrap made. ``--loop 0`` leaves it out. The joint bootstrap, which resamples all models together for ranks, is
timed besides: in it hardly two cases are alike, so that it shows what collapsing alike cases saves.
"""

import argparse
import resource
import time

import numpy as np
import polars as pl
from numpy.typing import NDArray

from blind_refusal.analysis.bootstrap import SEED, bootstrap
from blind_refusal.analysis.headline import NAMES, headline_by_bootstrap, headline_rates
from blind_refusal.analysis.rows import Cases

FAMILIES = ("control", "illegitimate_authority", "content_defeat", "application_defeat", "exception_justified")
SHARES = (0.162, 0.099, 0.261, 0.289, 0.189)


def scored_rows(rows: int, models: int) -> pl.DataFrame:
    """Draw scored rows: every model on every case, some cases easier to help with than others."""
    generator = np.random.default_rng(SEED)
    cases = max(rows // models, 1)
    family = generator.choice(len(FAMILIES), cases, p=SHARES)
    level = generator.normal(size=cases) - 1.3 - 2.0 * (family == 0)
    case, model = np.repeat(np.arange(cases), models), np.tile(np.arange(models), cases)
    skill = np.linspace(-1, 1, models)
    helps = generator.random(cases * models) < 1 / (1 + np.exp(-(level[case] + skill[model])))
    engages, harm = generator.random((2, cases * models)) < 0.5
    return pl.DataFrame(
        {
            "case_code": case,
            "family_code": family[case],
            "model": model,
            "family": np.array(FAMILIES)[family[case]],
            "group": np.where(family[case] == 0, "control", "defeated"),
            "helps": helps,
            "refuses": ~helps,
            "engages": engages,
            "pure_rule_blind": ~helps & ~engages & ~harm,
        }
    )


def plain_loop(scored: pl.DataFrame, replicates: int) -> NDArray[np.float64]:
    """Resample cases and compute the headline rates, one replicate after another; replicates × rates."""
    generator = np.random.default_rng(SEED)
    order = scored["case_code"].to_numpy()
    rows_of_case = np.split(np.arange(len(order)), np.flatnonzero(np.diff(order)) + 1)
    family = np.array([scored["family_code"][int(rows[0])] for rows in rows_of_case])
    members = [np.flatnonzero(family == code) for code in np.unique(family)]
    columns = ("helps", "refuses", "engages", "pure_rule_blind")
    values = {name: scored[name].to_numpy() for name in columns}
    defeated = (scored["group"] == "defeated").to_numpy()
    found = []
    for _ in range(replicates):
        drawn = np.concatenate([generator.choice(cases, len(cases)) for cases in members])
        rows = np.concatenate([rows_of_case[case] for case in drawn])
        bad, good = rows[defeated[rows]], rows[~defeated[rows]]
        refused = bad[values["refuses"][bad]]
        helps = values["helps"][bad].mean(), values["helps"][good].mean()
        engages = [values["engages"][part].mean() for part in (bad, good, refused)]
        found.append([1 - helps[0], *helps, *engages, helps[0] - helps[1], values["pure_rule_blind"][bad].mean()])
    return np.array(found)


def joint(scored: pl.DataFrame, replicates: int) -> None:
    """Resample the help of every model together."""
    cases = Cases.of(scored)
    sums = [cases.sums(part, ["helps"]) for part in scored.partition_by("model")]
    columns = np.column_stack([column for one in sums for column in (one.hits[:, 0], one.rows)])
    bootstrap(lambda drawn: drawn[:, ::2] / drawn[:, 1::2], columns, cases.strata, replicates)


def peak_megabytes() -> float:
    """Return the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=23_220)
    parser.add_argument("--models", type=int, default=18)
    parser.add_argument("--replicates", type=int, default=10_000)
    parser.add_argument("--loop", type=int, default=100, help="replicates of the plain loop")
    options = parser.parse_args()

    scored = scored_rows(options.rows, options.models)
    print(f"{scored.height:,} rows, {scored['case_code'].n_unique():,} cases, {options.replicates:,} replicates")
    started = time.perf_counter()
    resampled = headline_by_bootstrap(scored, options.replicates)
    took = time.perf_counter() - started
    print(f"headline rates, bootstrap       {took:8.2f} s   peak {peak_megabytes():,.0f} MB")
    started = time.perf_counter()
    joint(scored, options.replicates)
    print(f"help of all models together     {time.perf_counter() - started:8.2f} s   peak {peak_megabytes():,.0f} MB")
    if options.loop:
        started = time.perf_counter()
        looped = plain_loop(scored, options.loop)
        scaled = (time.perf_counter() - started) * options.replicates / options.loop
        print(f"headline rates, plain loop      {scaled:8.0f} s   (scaled up from {options.loop:,} replicates)")
        print(f"the loop takes {scaled / took:,.0f} times as long")
        spread = looped.std(axis=0)
        widths = [
            (rate.high - rate.low) / 3.92
            for rate in resampled.values()
            if rate.high is not None and rate.low is not None
        ]
        print(f"standard errors, bootstrap over loop: {np.min(widths / spread):.2f} to {np.max(widths / spread):.2f}")
    closed = headline_rates(scored)
    for name in NAMES:
        one, other = closed[name], resampled[name]
        print(f"{name:36} closed {one.low:.4f} to {one.high:.4f}   bootstrap {other.low:.4f} to {other.high:.4f}")


if __name__ == "__main__":
    main()
