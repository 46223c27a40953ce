"""Answers of raters, judges and the consensus to the same question about the same items, side by side."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from blind_refusal.analysis import NOTHING, Estimate, wilson
from blind_refusal.analysis.coefficients import AgreementCoefficients, agreement_coefficients, codes
from blind_refusal.judging import ResponseType
from blind_refusal.review.agreement_records import JudgeComparison, PredictiveValues, RaterComparison
from blind_refusal.review.consensus import answer_text, answers_of
from blind_refusal.review.labels import QUESTIONS, Phase

_YES: Final = answer_text(True)
_CONSENSUS: Final = "\0consensus"  # no rater can have this name
_POSITIVE: Final = {"response_type": ("helps", str(ResponseType.HELPS))}
"""Questions with more than two answers: the name of the yes-or-no question that stands for them, and its yes."""


class SideBySide:
    """Answers side by side: per question a row per item, a column per rater and judge, and one for the consensus."""

    def __init__(
        self,
        phase: Phase,
        answers: pl.DataFrame,
        consensus: pl.DataFrame,
        facts: pl.DataFrame,
        verdicts: pl.DataFrame | None,
    ) -> None:
        self.phase = phase
        self.judges = [] if verdicts is None else verdicts["judge"].unique().sort().to_list()
        people = answers.filter(~pl.col("adjudicates"))
        together = consensus.select("item_id", "question", "answer", who=pl.lit(_CONSENSUS))
        said = pl.concat([people.select("item_id", "question", "answer", "who"), together])
        self._said = said.join(facts, on="item_id", how="left").with_columns(pl.col("weight").fill_null(1.0))
        self._judged = _judge_answers(verdicts) if verdicts is not None else None
        families = self._said["family"].drop_nulls().unique().sort().to_list()
        self._families: list[str | None] = [None, *families]

    def questions(self) -> list[tuple[str, str | None]]:
        """Return every question for all families together and for each of them."""
        return [(question.name, family) for family in self._families for question in QUESTIONS[self.phase]]

    def between(self, raters: Sequence[str], question: str, family: str | None) -> RaterComparison:
        """Compare raters with each other."""
        table, cannot_tell = self._columns(question, family, list(raters))
        coefficients, answers, confusion = self._compare(table, question, len(raters))
        return RaterComparison(
            question=question,
            family=family,
            raters=list(raters),
            coefficients=coefficients,
            answers=answers,
            confusion=confusion,
            cannot_tell=cannot_tell,
        )

    def with_judge(self, rater: str | None, judge: str, question: str, family: str | None) -> JudgeComparison:
        """Compare a rater or the consensus with a judge."""
        who = _CONSENSUS if rater is None else rater
        table, cannot_tell = self._with_judge(who, judge, question, family)
        coefficients, answers, confusion = self._compare(table, question, 2)
        return JudgeComparison(
            question=question,
            family=family,
            rater=rater,
            judge=judge,
            coefficients=coefficients,
            answers=answers,
            confusion=confusion,
            cannot_tell=cannot_tell,
        )

    def predictive(self, judge: str, question: str, family: str | None) -> PredictiveValues:
        """Say how far the consensus shares a judge's yes and no."""
        table, _ = self._with_judge(_CONSENSUS, judge, question, family)
        name, yes = _POSITIVE.get(question, (question, _YES))
        both = table.drop_nulls().select("weight", truly=pl.col(_column(0)) == yes, judged=pl.col(_column(1)) == yes)
        return PredictiveValues(
            judge=judge,
            question=name,
            family=family,
            positive=_share(both.filter("judged").select("weight", hit="truly")),
            negative=_share(both.filter(~pl.col("judged")).select("weight", hit=~pl.col("truly"))),
        )

    def _columns(self, question: str, family: str | None, who: list[str]) -> tuple[pl.DataFrame, int]:
        """Return a column per person, and how many items all of them looked at without all being able to tell.

        The columns have names of ours, since a person may have any.
        """
        rows = self._said.filter(pl.col("question") == question, pl.col("who").is_in(who))
        if family is not None:
            rows = rows.filter(pl.col("family") == family)
        looked = rows.group_by("item_id").agg(pl.len(), pl.col("answer").is_null().any().alias("unsure"))
        unsure = looked.filter((pl.col("len") == len(who)) & pl.col("unsure")).height
        own = [pl.col("answer").filter(pl.col("who") == name).first() for name in who]
        columns = [column.cast(pl.String).alias(_column(place)) for place, column in enumerate(own)]
        table = rows.group_by("item_id").agg(pl.col("weight").first(), *columns).sort("item_id")
        return table, unsure

    def _with_judge(self, who: str, judge: str, question: str, family: str | None) -> tuple[pl.DataFrame, int]:
        table, _ = self._columns(question, family, [who])
        if self._judged is None:
            raise ValueError("there are no verdicts to compare with")
        own = self._judged.filter(pl.col("judge") == judge, pl.col("question") == question)
        judged = own.select("item_id", pl.col("answer").alias(_column(1)))
        joined = table.join(judged, on="item_id", how="inner", maintain_order="left")
        unsure = 0 if who == _CONSENSUS else joined[_column(0)].null_count()
        return joined, unsure

    def _compare(
        self, table: pl.DataFrame, question: str, people: int
    ) -> tuple[AgreementCoefficients, list[str], list[list[int]] | None]:
        answers = answers_of(self.phase, question)
        if people == 2:
            table = table.drop_nulls()
        columns = [_column(place) for place in range(people)]
        ratings = codes(table.select(columns).rows(), answers).reshape(table.height, people)
        coefficients = agreement_coefficients(ratings, len(answers), table["weight"].to_numpy())
        if people != 2:
            return coefficients, answers, None
        counts = [[0] * len(answers) for _ in answers]
        for one, two in ratings.tolist():
            counts[one][two] += 1
        return coefficients, answers, counts


def _column(place: int) -> str:
    return f"answer_{place}"


def _judge_answers(verdicts: pl.DataFrame) -> pl.DataFrame:
    """Return the judges' sound verdicts, one row per verdict and question."""
    names = [question.name for question in QUESTIONS[Phase.VERDICTS]]
    sound = verdicts.filter(pl.col("status") == "ok").select(
        "judge", pl.col("response_id").alias("item_id"), *(pl.col(name).cast(pl.String) for name in names)
    )
    return sound.unpivot(names, index=["judge", "item_id"], variable_name="question", value_name="answer")


def _share(hits: pl.DataFrame) -> Estimate:
    """Estimate a weighted share with Wilson's limits on the effective number of items, (Σw)² / Σw²."""
    if hits.is_empty():
        return NOTHING
    weight, hit = hits["weight"].to_numpy(), hits["hit"].to_numpy()
    share = float(weight[hit].sum() / weight.sum())
    low, high = wilson(share, float(weight.sum() ** 2 / (weight**2).sum()))
    return Estimate(estimate=share, low=low, high=high, n=hits.height, k=int(hits["hit"].sum()))
