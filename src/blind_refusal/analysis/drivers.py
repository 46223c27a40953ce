"""What drives help: a logistic regression on properties of the case and on the model, cases being clusters.

Fitted by generalised estimating equations with an exchangeable working correlation within cases (Liang & Zeger 1986,
Biometrika 73); errors are the robust ones, with the correction of Mancl & DeRouen (2001, Biometrics 57) for up to
``FEW_CASES`` cases. Adjusted contrasts are average marginal effects: how much the rate of helping would change if all
responses were to a case of the level rather than of the reference, everything else as it is (delta method).
"""

import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from blind_refusal.analysis.bootstrap import SEED
from blind_refusal.analysis.design import Design, Term, build_design
from blind_refusal.analysis.evaluations import DIMENSIONS
from blind_refusal.analysis.intervals import t_quantile
from blind_refusal.analysis.records import Record, Statistic, undetermined

FEW_CASES: Final = 200
_BLOCKS: Final = (("family", "model"), ("dual_use", "authority_group"), DIMENSIONS)
MOST_ROWS: Final = 200_000
"""Of more scored responses, a random sample of whole cases is taken: memory and time grow with the rows."""
_MOST_LINEAR: Final = 15.0
"""A linear predictor beyond this means that the data are separated: its chance is below one in a million."""
_INTERCEPT_ONLY: Final = "Not fitted: too few cases or responses, or all responses alike."

Floats = NDArray[np.float64]


class Driver(Record):
    """One level of a variable against its reference: a row of a forest plot."""

    variable: str
    level: str
    reference: str
    """Empty where the level could not be compared."""
    odds_ratio: Statistic
    effect: Statistic
    """Average marginal effect on the rate of helping, a fraction in [−1, 1]."""
    n: int
    """Scored responses of the level."""
    k: int
    """Those among them that help."""


class Drivers(Record):
    """The regression of help."""

    method: str
    n: int
    """Scored responses that it was fitted to; 0 if it was not fitted."""
    cases: int
    within_case: float | None
    """Working correlation of responses to one case."""
    drivers: list[Driver]
    notes: list[str]


@dataclass(frozen=True)
class _Fit:
    coefficients: Floats
    covariance: Floats
    within_case: float | None
    notes: list[str]


_METHOD: Final = (
    "Logistic regression of help on family, model, dual use, authority group and the dimensions, over all scored "
    "responses; generalised estimating equations, exchangeable within cases, robust errors. Adjusted contrasts: "
    "average marginal effects with delta-method intervals."
)


def find_drivers(scored: pl.DataFrame) -> Drivers:
    """Fit the regression, as far as the data allow; what was left out is said in the notes."""
    scored, notes = _sampled(scored)
    blocks = [[name for name in block if scored[name].null_count() < scored.height] for block in _BLOCKS]
    design = build_design(scored, [block for block in blocks if block]) if scored.height else None
    if design is None:
        return Drivers(method=_METHOD, n=0, cases=0, within_case=None, drivers=[], notes=[_INTERCEPT_ONLY])
    fit = _fit(design)
    if fit is None:
        note = "Not fitted: levels in combination separate responses that help from those that do not."
        return Drivers(method=_METHOD, n=0, cases=0, within_case=None, drivers=[], notes=[*design.notes, note])
    cases = design.rows["case_code"].n_unique()
    quantile = t_quantile(cases - len(fit.coefficients))
    found = [_driver(design, fit, place, quantile) for place in range(len(design.terms))]
    return Drivers(
        method=_METHOD,
        n=design.rows.height,
        cases=cases,
        within_case=fit.within_case,
        drivers=[*found, *(_separated(*one) for one in design.separated)],
        notes=[*notes, *design.notes, *fit.notes],
    )


def _sampled(scored: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Return the rows of as many cases as the fit takes, and what to say of it."""
    if scored.height <= MOST_ROWS:
        return scored, []
    cases = scored["case_code"].unique().sort()
    kept = cases.sample(max(1, len(cases) * MOST_ROWS // scored.height), seed=SEED)
    note = f"Fitted to a random sample of {len(kept):,} of {len(cases):,} cases."
    return scored.filter(pl.col("case_code").is_in(kept.implode())), [note]


def _fit(design: Design) -> _Fit | None:
    """Fit the regression; None if the data are separated."""
    from statsmodels.genmod import cov_struct, families
    from statsmodels.genmod.generalized_estimating_equations import GEE

    helps = design.rows["helps"].to_numpy().astype(np.float64)
    cases = design.rows["case_code"].to_numpy()
    correction = "bias_reduced" if design.rows["case_code"].n_unique() <= FEW_CASES else "robust"
    notes: list[str] = []
    for structure in (cov_struct.Exchangeable(), cov_struct.Independence()):
        model = GEE(helps, design.matrix, groups=cases, family=families.Binomial(), cov_struct=structure)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # convergence is looked at below
            result = model.fit(maxiter=60, cov_type=correction)
        coefficients, covariance = np.asarray(result.params), np.asarray(result.cov_params())
        linear = design.matrix @ coefficients
        if not np.isfinite(covariance).all() or np.abs(linear).max() > _MOST_LINEAR:
            return None
        if result.converged:
            within = float(structure.dep_params) if isinstance(structure, cov_struct.Exchangeable) else None
            return _Fit(coefficients, covariance, within, notes)
        notes.append("The exchangeable correlation did not converge; responses were taken as independent in the fit.")
    return None


def _driver(design: Design, fit: _Fit, place: int, quantile: float) -> Driver:
    term, column = design.terms[place], place + 1
    of_level = design.rows.filter(pl.col(term.variable) == term.level)
    coefficient, error = fit.coefficients[column], float(np.sqrt(fit.covariance[column, column]))
    low, ratio, high = (float(np.exp(coefficient + step * quantile * error)) for step in (-1, 0, 1))
    return Driver(
        variable=term.variable,
        level=term.level,
        reference=term.reference,
        odds_ratio=Statistic(estimate=ratio, low=low, high=high, n=design.rows.height),
        effect=_effect(design, fit, term, column, quantile),
        n=of_level.height,
        k=int(of_level["helps"].sum()),
    )


def _effect(design: Design, fit: _Fit, term: Term, column: int, quantile: float) -> Statistic:
    """Return the average marginal effect of a level against its reference, by the delta method."""
    siblings = [place + 1 for place, other in enumerate(design.terms) if other.variable == term.variable]
    base = design.matrix @ fit.coefficients - design.matrix[:, siblings] @ fit.coefficients[siblings]
    without, with_level = _chance(base), _chance(base + fit.coefficients[column])
    slopes = (without * (1 - without), with_level * (1 - with_level))
    gradient = (slopes[1] - slopes[0]) @ design.matrix / len(base)
    gradient[siblings] = 0.0
    gradient[column] = slopes[1].mean()
    effect = float((with_level - without).mean())
    half = quantile * float(np.sqrt(gradient @ fit.covariance @ gradient))
    return Statistic(estimate=effect, low=max(effect - half, -1.0), high=min(effect + half, 1.0), n=len(base))


def _chance(linear: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-linear)), dtype=np.float64)


def _separated(term: Term, rows: pl.DataFrame) -> Driver:
    note = "All responses help, or none does: no finite odds ratio."
    return Driver(
        variable=term.variable,
        level=term.level,
        reference=term.reference,
        odds_ratio=undetermined(rows.height, note),
        effect=undetermined(rows.height, note),
        n=rows.height,
        k=int(rows["helps"].sum()),
    )
