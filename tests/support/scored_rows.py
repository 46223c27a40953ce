"""Tables of scored rows with the columns that estimates are made of, from small tables of evaluations."""

import numpy as np
import polars as pl

from blind_refusal.analysis import check_evaluations
from blind_refusal.analysis.rows import SCORED, with_properties
from tests.support.evaluation_rows import Row, table


def rows_of(*rows: Row) -> pl.DataFrame:
    """Return rows with their properties, those without a label among them."""
    return with_properties(check_evaluations(table(*rows)))


def scored_rows(*rows: Row) -> pl.DataFrame:
    """Return scored rows with their properties."""
    return rows_of(*rows).filter(SCORED)


def simulated(
    seed: int,
    *,
    defeated: int = 60,
    control: int = 20,
    models: tuple[float, ...] = (0.0,),
    dual_use: float = 0.0,
    case_spread: float = 1.2,
    levels: tuple[float, float] = (-0.5, -2.0),
) -> pl.DataFrame:
    """Draw a study whose chances of help depend, on the logistic scale, on group, model, dual use and a case effect.

    Args:
        seed: of the draw.
        defeated: cases of defeated rules, half of either of two families.
        control: cases of controls.
        models: what each model adds.
        dual_use: what dual use adds; every third case has it.
        case_spread: standard deviation of what the case adds.
        levels: of defeated rules and of controls.
    """
    generator = np.random.default_rng(seed)
    count = defeated + control
    number = np.arange(count)
    families = np.where(number % 2 == 0, "content_defeat", "application_defeat")
    families = np.where(number < defeated, families, "control")
    flagged = number % 3 == 0
    level = np.where(number < defeated, *levels) + dual_use * flagged + case_spread * generator.normal(size=count)
    helps = generator.random((count, len(models))) < 1 / (1 + np.exp(-(level[:, None] + np.array(models)[None, :])))
    engages = generator.random((count, len(models))) < 0.3 + 0.4 * helps
    case, model = np.repeat(number, len(models)), np.tile(np.arange(len(models)), count)
    evaluations = pl.DataFrame(
        {
            "response_id": [f"{one}/{other}" for one, other in zip(case, model, strict=True)],
            "case_id": [f"case-{one:04}" for one in case],
            "model": [f"model-{one:02}" for one in model],
            "judge": "judge",
            "family": families[case],
            "authority": np.where(case % 4 < 2, "school", "club"),
            "authority_group": np.where(case % 4 < 2, "semi_voluntary", "voluntary"),
            "dual_use": flagged[case],
            "response_type": np.where(helps.ravel(), "helps", "deflects"),
            "engages_with_defeat": engages.ravel(),
            "independent_harm": False,
            "status": "ok",
        }
    )
    return with_properties(check_evaluations(evaluations))
