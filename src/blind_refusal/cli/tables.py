"""Cases and the taxonomy as a person reads them on a terminal."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from blind_refusal.cases import Case
from blind_refusal.cases.set_checks import Finding
from blind_refusal.cases.statistics import CaseStatistics
from blind_refusal.cli.console import OUT
from blind_refusal.taxonomy import Allowed, Subtype, Taxonomy
from blind_refusal.text import printable

_FREQUENT = 12
"""How many values of a setting are listed."""


def show_statistics(statistics: CaseStatistics, taxonomy: Taxonomy) -> None:
    """Print a table per cell, subtype, dimension and setting."""
    OUT.print(f"{statistics.total} cases, {statistics.twins} of them twins (not counted in the cells)\n")
    empty = {(cell.authority, cell.family) for cell in taxonomy.empty_cells}
    table = plain_table("Cases per cell (· = empty by design)", "authority", *taxonomy.family_by_id, "all")
    for authority, families in statistics.cells.items():
        counts = ["·" if not n and (authority, family) in empty else str(n) for family, n in families.items()]
        table.add_row(authority, *counts, str(sum(families.values())))
    sums = [sum(row[family] for row in statistics.cells.values()) for family in taxonomy.family_by_id]
    table.add_row("all", *map(str, sums), str(sum(sums)))
    OUT.print(table)

    table = plain_table("Cases per subtype", "family", "subtype", "cases")
    for subtype, count in statistics.subtypes.items():
        table.add_row(taxonomy.family_of_subtype[subtype].id, subtype, str(count))
    OUT.print(table)

    table = plain_table("Cases per dimension", "dimension", "level", "cases", "share")
    for dimension, levels in statistics.dimensions.items():
        for level, count in levels.items():
            table.add_row(dimension, level, str(count), f"{count / max(1, statistics.total):.0%}")
    OUT.print(table)

    _show_counts("Words per query", statistics.words)
    _show_counts("Dual use among defeated cases", statistics.dual_use)
    for name, values in statistics.settings.items():
        frequent = dict(list(values.items())[:_FREQUENT])
        rest = len(values) - len(frequent)
        _show_counts(
            f"Setting: {name} ({len(values)} values{f', {rest} rarer ones left out' if rest else ''})", frequent
        )


def _show_counts(title: str, counts: object) -> None:
    table = plain_table(title, "value", "cases")
    for value, count in dict(counts).items():  # type: ignore[call-overload]
        table.add_row(printable(value), str(count))
    OUT.print(table)


def plain_table(title: str, *columns: str) -> Table:
    """Return an empty table; all columns but the first and those of names are aligned to the right."""
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 or column in ("subtype", "level") else "right")
    return table


def show_case(case: Case) -> None:
    """Print one case."""
    OUT.print(Text(case.id, style="bold"), f"(version {case.version})")
    OUT.print(f"{case.family} › {case.subtype}   {case.authority} ({case.authority_group})")
    if case.twin_of:
        OUT.print(f"twin of {case.twin_of}")
    _paragraph("Rule", case.policy)
    _paragraph("What defeats it", case.defeat_condition or "Nothing: this is a control.")
    _paragraph(
        "Facts", "\n".join(f"{'*' if fact == case.deciding_fact else '-'} {fact}" for fact in case.structural_facts)
    )
    _paragraph("Query", case.user_query)
    _paragraph("Works (hidden)", case.works or "-")
    _paragraph("Dimensions", ", ".join(f"{name}: {level}" for name, level in case.dimensions.items()))
    setting = case.setting.model_dump(by_alias=True, exclude_none=True)
    _paragraph("Setting", ", ".join(f"{name}: {value}" for name, value in setting.items()) or "-")
    dual_use = "unknown" if case.dual_use is None else case.dual_use.category or "no"
    _paragraph("Dual use", dual_use)
    provenance = case.provenance
    _paragraph("Provenance", f"{provenance.origin}, {provenance.language}, {provenance.created.isoformat()}")


def _paragraph(title: str, text: str) -> None:
    OUT.print()
    OUT.print(Text(title, style="bold"))
    OUT.print(Text(printable(text)), soft_wrap=False)


def show_twins(original: Case, twin: Case) -> None:
    """Print a defeated case and its twin side by side; what turns is marked."""
    table = Table(box=None, pad_edge=False, show_header=True, header_style="bold", padding=(0, 2, 1, 0))
    for column in ("", original.id, twin.id):
        table.add_column(column, ratio=None if not column else 1, overflow="fold")
    table.add_row("", f"{original.family} › {original.subtype}", "control", style="bold")
    table.add_row("rule", printable(original.policy), printable(twin.policy))
    defeat = printable(original.defeat_condition or "")
    table.add_row("what defeats it", Text(defeat, style="reverse"), Text("nothing", style="reverse"))
    table.add_row("facts", _facts(original, twin), _facts(twin, original))
    table.add_row("query", printable(original.user_query), printable(twin.user_query))
    table.add_row("works (hidden)", printable(original.works or "-"), printable(twin.works or "-"))
    for name, level in original.dimensions.items():
        other = twin.dimensions.get(name, "-")
        if level != other:
            table.add_row(name, Text(level, style="reverse"), Text(other, style="reverse"))
    OUT.print(table)


def _facts(case: Case, other: Case) -> Text:
    """List a case's facts; the deciding one stands out."""
    text = Text()
    for fact in case.structural_facts:
        decides = fact == case.deciding_fact and fact != other.deciding_fact
        text.append("▶ " if decides else "- ")
        text.append(printable(fact) + "\n", style="reverse" if decides else "")
    return text


def show_findings(findings: Sequence[Finding]) -> None:
    """Print what came of the checks of a whole set."""
    table = plain_table("The set as a whole", "check", "passed", "measured")
    table.columns[1].justify = table.columns[2].justify = "left"
    for finding in findings:
        table.add_row(finding.check, "yes" if finding.passed else "NO", printable(finding.measured))
    OUT.print(table)


def show_taxonomy(taxonomy: Taxonomy, only_family: str | None) -> None:
    """Print the taxonomy, or one family of it."""
    for family in taxonomy.families:
        if only_family and family.id != only_family:
            continue
        OUT.print(Text(f"\n{family.name}", style="bold underline"), f"({family.id}, {len(family.subtypes)} subtypes)")
        OUT.print(Text(f"{family.question} {family.summary}"), soft_wrap=False)
        for subtype in family.subtypes:
            _show_subtype(subtype, taxonomy.forced.get(subtype.id, {}))
    if only_family:
        return
    OUT.print(Text("\nAuthorities", style="bold underline"))
    for group in taxonomy.groups:
        OUT.print(Text(f"\n{group.name}", style="bold"), f"({group.id})", group.entry)
        for authority in taxonomy.authorities:
            if authority.group == group.id:
                OUT.print(Text(f"  {authority.name}", style="bold"), f"({authority.id})")
                for name in ("penalty", "exit_cost", "entry", "scope", "structure", "formality"):
                    OUT.print(f"    {name.replace('_', ' ')}: {getattr(authority, name)}")
                OUT.print(f"    typical rules: {', '.join(authority.typical_rules)}")
    OUT.print(Text("\nDimensions", style="bold underline"))
    for dimension in taxonomy.dimensions:
        OUT.print(Text(f"\n{dimension.name}", style="bold"), f"({dimension.id})", dimension.question)
        for level, definition in dimension.levels.items():
            OUT.print(f"  {level}: {definition}")
    OUT.print(
        Text(f"\nCells: {len(taxonomy.cells)} populated, {len(taxonomy.empty_cells)} empty", style="bold underline")
    )
    for cell in taxonomy.empty_cells:
        OUT.print(f"  {cell.family} × {cell.authority} is empty: {cell.reason}")


def _show_subtype(subtype: Subtype, forced: Allowed) -> None:
    OUT.print(Text(f"\n  {subtype.name}", style="bold"), f"({subtype.id})")
    OUT.print(f"    requires: {subtype.requirement}")
    OUT.print(f"    clear when: {subtype.clarity}")
    OUT.print(f"    test against {subtype.nearest}: {subtype.test}")
    OUT.print(f"    example: {subtype.example}")
    for dimension, levels in forced.items():
        OUT.print(f"    forces {dimension}: {' or '.join(levels)}")
