"""`models`: the suites and configurations that can be asked, and the embedded model."""

from typing import Annotated

import typer


def models(
    suite: Annotated[
        str | None, typer.Argument(help="A suite by name, or a file: list its configurations.", metavar="SUITE")
    ] = None,
) -> None:
    """List the suites of models that ship, or the configurations of one."""
    from blind_refusal.cli.console import OUT
    from blind_refusal.cli.tables import plain_table
    from blind_refusal.subjects import read_suite, shipped_suites
    from blind_refusal.text import one_line

    if suite is None:
        table = plain_table("Suites", "suite", "models", "what it is")
        table.columns[2].justify = "left"
        for name in shipped_suites():
            shipped = read_suite(name)
            table.add_row(name, str(len(shipped.models)), shipped.description)
        OUT.print(table)
        OUT.print("`blind-refusal models SUITE` lists one; `run --suite SUITE` asks its models.")
        OUT.print("Without a suite: any model of Inspect by its name, and embedded/smollm2, which needs no key.")
        return
    found = read_suite(suite)
    table = plain_table(found.description, "label", "model", "family", "reasoning", "$ in/cached/out")
    for column in table.columns[1:4]:
        column.justify = "left"
    for model in found.models:
        prices = model.prices
        cached = "–" if prices is None or prices.cached is None else f"{prices.cached:g}"
        shown = "–" if prices is None else f"{prices.input:g}/{cached}/{prices.output:g}"
        table.add_row(one_line(model.label), one_line(model.name), one_line(model.family), model.reasoning, shown)
    OUT.print(table)
    OUT.print(f"Tested: {one_line(found.tested, 500)}")
    if found.prices_of:
        OUT.print(f"Prices: {one_line(found.prices_of, 500)}")
