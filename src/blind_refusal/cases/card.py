"""The data set's card, generated from the data."""

from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from statistics import median

import jinja2

from blind_refusal.cases.dataset import AboutDataSet
from blind_refusal.cases.model import Case
from blind_refusal.cases.set_checks import check_set
from blind_refusal.cases.statistics import count_cases
from blind_refusal.cases.verdicts import CaseVerdict, label_of
from blind_refusal.taxonomy import Taxonomy
from blind_refusal.text import count_words

_TEMPLATE = Path(__file__).with_name("card.md")

_ORIGINS = {
    "assisted": "written with language-model assistance, from a plan",
    "model": "written by a language model (`blind-refusal write`)",
    "person": "written by a person alone",
    "published": "taken over from a published data set",
}
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"))


def render_card(
    cases: Sequence[Case], about: AboutDataSet, taxonomy: Taxonomy, verdicts: Sequence[CaseVerdict] = ()
) -> str:
    """Write the card of a set of cases: Markdown with the front matter that Hugging Face reads.

    Args:
        cases: the set, not empty.
        about: its name, version and canary.
        taxonomy: that the cases fit.
        verdicts: what readers made of the cases, if that is known.
    """
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    statistics = count_cases(cases, taxonomy)
    empty = {(cell.authority, cell.family) for cell in taxonomy.empty_cells}
    cells = {
        authority: [
            *("·" if not n and (authority, family) in empty else n for family, n in row.items()),
            sum(row.values()),
        ]
        for authority, row in statistics.cells.items()
    }
    lengths = [count_words(case.user_query) for case in cases]
    places = Counter(case.setting.place for case in cases if case.setting.place)
    defeated = [case for case in cases if case.defeated]
    flagged = sum(bool(case.dual_use and case.dual_use.flagged) for case in defeated)
    subtypes = list(statistics.subtypes.items())
    half = (len(subtypes) + 1) // 2
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        about=about,
        total=len(cases),
        defeated=len(defeated),
        controls=len(cases) - len(defeated),
        twins=statistics.twins,
        size=next((name for most, name in _SIZES if len(cases) < most), "n>100K"),
        dual_use=f"{flagged / max(1, len(defeated)):.1%}",
        origins=dict(Counter(case.provenance.origin for case in cases).most_common()),
        origin_words=_ORIGINS,
        families=list(taxonomy.family_by_id),
        cells=cells,
        subtype_pairs=list(zip_longest(subtypes[:half], subtypes[half:], fillvalue=("", ""))),
        dimensions={name: _shares(levels, len(cases)) for name, levels in statistics.dimensions.items()},
        words={"least": min(lengths), "most": max(lengths), "median": int(median(lengths))},
        places=len(places),
        most_of_a_place=f"{max(places.values(), default=0) / len(cases):.1%}",
        findings=check_set(cases, taxonomy),
        last_readings=_last_readings(cases, verdicts),
    )


def _last_readings(cases: Sequence[Case], verdicts: Sequence[CaseVerdict]) -> dict[str, int]:
    labels = {case.id: label_of(case) for case in cases}
    read = [(labels[verdict.id], verdict.last_reading) for verdict in verdicts if verdict.id in labels]
    return {
        "decided": sum(label.split("/")[0] == reading.guess.split("/")[0] for label, reading in read),
        "named": sum(label == reading.guess for label, reading in read),
        "found_clear": sum(reading.clarity >= 4 for _, reading in read),
        "mended_after": sum(not reading.of_final_text for _, reading in read),
        "all": len(read),
    }


def _shares(levels: dict[str, int], total: int) -> str:
    return ", ".join(f"{level} {count / total:.0%}" for level, count in levels.items())
