"""The cells of the taxonomy as a heat map: how often each kind of rule from each kind of authority is helped with."""

from collections.abc import Sequence
from typing import Any, Final

import altair as alt

from blind_refusal.analysis import FAMILIES, CellSummary
from blind_refusal.reporting.charts.style import Layout, finished, rows
from blind_refusal.reporting.harmless import distinct, plain_text
from blind_refusal.reporting.palette import LIGHT
from blind_refusal.reporting.words import count, interval, label, percent

FEW: Final = 5
"""Cells with fewer cases are drawn as small tiles."""

_CLASSES: Final = {"under 10%": 0.0, "10–25%": 0.1, "25–50%": 0.25, "50–75%": 0.5, "75% and over": 0.75}
"""Classes of rates with the lowest rate of each; finer below, where most models are."""

_GROUP_ORDER: Final = ("government", "non_voluntary", "semi_voluntary", "voluntary")
_ROW = 30
_NAME_LIMIT = 60


def cells_chart(cells: Sequence[CellSummary], layout: Layout) -> dict[str, Any]:
    """Draw every cell that has a rate as a tile, those without a scored response as an outline, the rest as a dot."""
    names = _rows_of_map(cells)
    order = list(names.values())
    families = [label(family) for family in FAMILIES]
    tiles = [_tile(cell, names[cell.authority_group, cell.authority], layout) for cell in cells]
    taken = {(tile["family"], tile["authority"]) for tile in tiles}
    every = [(family, name) for (_, authority), name in names.items() if authority for family in families]
    empty = [{"family": family, "authority": name} for family, name in every if (family, name) not in taken]
    x = alt.X("family:N").sort(families).title(None).scale(domain=families)
    x = x.axis(orient="top", labelAngle=0 if layout.is_wide else -90, labelColor=LIGHT["ink"])
    # The headings of groups are rows without tiles; they are written in capitals, and so told from authorities.
    heading = "datum.value === upper(datum.value)"
    y = alt.Y("authority:N").sort(order).title(None).scale(domain=order)
    y = y.axis(
        labelColor={"condition": {"test": heading, "value": LIGHT["muted"]}, "value": LIGHT["ink"]},
        labelFontSize={"condition": {"test": heading, "value": layout.font - 2}, "value": layout.font},
    )
    layers = []
    for is_few, (width, height) in ((False, (0.97, 0.9)), (True, (0.62, 0.66))):
        base = alt.Chart(rows([tile for tile in tiles if tile["few"] is is_few and tile["text"]])).encode(x=x, y=y)
        tile = base.mark_rect(
            width={"band": width}, height={"band": height}, cornerRadius=3, ariaRoleDescription="hover"
        )
        layers.append(tile.encode(color=_colour("class:N", layout), description="hover:N"))
        text = base.mark_text(baseline="middle", fontSize=layout.font - 1)
        layers.append(text.encode(text="text:N", color=_colour("on_class:N", layout)))
    unscored = alt.Chart(rows([tile for tile in tiles if not tile["text"]])).mark_rect(
        width={"band": 0.62},
        height={"band": 0.66},
        fillOpacity=0,
        stroke=LIGHT["faint"],
        strokeDash=[3, 3],
        ariaRoleDescription="hover",
    )
    blanks = alt.Chart(rows(empty)).mark_point(size=6, filled=True, opacity=1, color=LIGHT["leader"])
    layers += [unscored.encode(x=x, y=y, description="hover:N"), blanks.encode(x=x, y=y)]
    chart = alt.layer(*layers).properties(
        width=layout.width,
        height=_ROW * len(order),
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
    )
    return finished(chart, layout)


def cell_of_hover(cells: Sequence[CellSummary], layout: Layout) -> dict[str, CellSummary]:
    """Return the cells by the hover text that their tiles have in a layout."""
    names = _rows_of_map(cells)
    return {_tile(cell, names[cell.authority_group, cell.authority], layout)["hover"]: cell for cell in cells}


def _rows_of_map(cells: Sequence[CellSummary]) -> dict[tuple[str, str | None], str]:
    """Return the names of all rows from top to bottom: for each group its heading (no authority), then its members."""
    members: dict[str, set[str]] = {}
    for cell in cells:
        members.setdefault(cell.authority_group, set()).add(cell.authority)
    known = [group for group in _GROUP_ORDER if group in members]
    wanted: dict[tuple[str, str | None], str] = {}
    for group in [*known, *sorted(members.keys() - set(known))]:
        wanted[group, None] = plain_text(label(group)).upper()
        wanted |= {(group, authority): plain_text(label(authority)) for authority in sorted(members[group])}
    return distinct(wanted, _NAME_LIMIT)


def _colour(field: str, layout: Layout) -> alt.Color:
    """Return the one scale of colours, for tiles and for the text on them; its legend shows the tiles only."""
    heat = {name: LIGHT[f"heat-{number}"] for number, name in enumerate(_CLASSES)}
    on_heat = {f"on {name}": LIGHT[f"on-heat-{number}"] for number, name in enumerate(_CLASSES)}
    scale = alt.Scale(domain=[*heat, *on_heat], range=[*heat.values(), *on_heat.values()])
    return alt.Color(field).scale(scale).legend(columns=5 if layout.is_wide else 2, values=list(heat))


def _tile(cell: CellSummary, authority: str, layout: Layout) -> dict[str, Any]:
    family = label(cell.family)
    rate = cell.helps.estimate
    heat = next((name for name, lowest in reversed(_CLASSES.items()) if rate is not None and rate >= lowest), "")
    detail = f"{count(cell.n, 'response')} to {count(cell.cases, 'case')}"
    found = "no scored response" if rate is None else f"helps {percent(rate)} (95% {interval(cell.helps)}%), {detail}"
    return {
        "family": family,
        "authority": authority,
        "few": cell.cases < FEW,
        "class": heat,
        "on_class": f"on {heat}",
        "text": "" if rate is None else f"{100 * rate:.0f}{'%' if layout.is_wide else ''}",
        "hover": f"{family}, {authority}: {found}",
    }
