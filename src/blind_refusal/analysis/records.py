"""What every record of a summary is made of."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

Group = Literal["defeated", "control"]


class Record(BaseModel):
    """A record that cannot be changed and has no fields but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Statistic(Record):
    """A number that is not a share of rows (a d′, an odds ratio, a marginal effect), with its 95% interval."""

    estimate: float | None
    """None where the data do not determine it; ``note`` then says why."""
    low: float | None
    high: float | None
    n: int
    """Scored rows that it rests on."""
    note: str | None = None
    """What a reader must know to read this number rightly."""

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        values = [value for value in (self.low, self.estimate, self.high) if value is not None]
        if len(values) not in (0, 3) or values != sorted(values):
            raise ValueError(f"{(self.low, self.estimate, self.high)} is not an interval around an estimate")
        return self


def undetermined(n: int, note: str | None = None) -> Statistic:
    """Return the statistic that the data do not determine."""
    return Statistic(estimate=None, low=None, high=None, n=n, note=note)
