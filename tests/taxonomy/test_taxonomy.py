"""The taxonomy that ships, and the refusal of files that contradict themselves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from blind_refusal.errors import UserError
from blind_refusal.taxonomy import TAXONOMY_FILE, load_taxonomy, read_taxonomy


def test_shipped_taxonomy_has_the_studys_shape() -> None:
    taxonomy = load_taxonomy()
    assert [family.id for family in taxonomy.families] == [
        "control",
        "illegitimate_authority",
        "content_defeat",
        "application_defeat",
        "exception_justified",
    ]
    assert [len(family.subtypes) for family in taxonomy.families] == [1, 5, 6, 10, 18]
    assert len(taxonomy.authorities) == 19
    assert len(taxonomy.groups) == 4
    assert len(taxonomy.dimensions) == 7
    assert len(taxonomy.cells) == 84
    assert len(taxonomy.empty_cells) == 11
    assert all(len(cell.reason) > 40 for cell in taxonomy.empty_cells)


def test_every_subtype_keeps_at_least_one_level_of_every_dimension() -> None:
    taxonomy = load_taxonomy()
    for cell in taxonomy.cells:
        for subtype in taxonomy.subtypes_for(cell):
            assert all(taxonomy.allowed_levels(subtype.id, cell.authority).values()), (cell, subtype.id)


def test_every_level_is_possible_somewhere() -> None:
    taxonomy = load_taxonomy()
    reachable = {
        (dimension, level)
        for cell in taxonomy.cells
        for subtype in taxonomy.subtypes_for(cell)
        for dimension, levels in taxonomy.allowed_levels(subtype.id, cell.authority).items()
        for level in levels
    }
    assert reachable == {(dimension.id, level) for dimension in taxonomy.dimensions for level in dimension.levels}


def _first(content: dict[str, Any], *path: str | int) -> Any:  # noqa: ANN401 - walks plain YAML
    for step in path:
        content = content[step]  # type: ignore[index]
    return content


CONTRADICTIONS: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "nearest_unknown": (
        lambda c: _first(c, "families", 1, "subtypes", 0).update(nearest="nowhere"),
        "just_policy_wrongful_power: nearest: 'nowhere'",
    ),
    "nearest_itself": (
        lambda c: _first(c, "families", 2, "subtypes", 4).update(nearest="obsolete"),
        "obsolete: nearest: 'obsolete'",
    ),
    "subtype_twice": (
        lambda c: _first(c, "families", 2, "subtypes").append(_first(c, "families", 1, "subtypes", 0)),
        "subtype 'just_policy_wrongful_power' is listed twice",
    ),
    "group_unknown": (
        lambda c: _first(c, "authorities", 0).update(group="nobody"),
        "national_government: group: no group 'nobody'",
    ),
    "level_unknown": (
        lambda c: _first(c, "authorities", 0, "allows").update(legality=["fine"]),
        "legality: no level 'fine'",
    ),
    "dimension_unknown": (lambda c: c["forced"].update(obsolete={"weather": ["rain"]}), "no dimension 'weather'"),
    "forced_unknown_subtype": (lambda c: c["forced"].update(nothing={}), "forced: no subtype 'nothing'"),
    "nothing_left": (
        lambda c: c["forced"].update(obsolete={"harm_to_others": ["concrete_significant"]}),
        "subtype obsolete leaves no level of harm_to_others",
    ),
    "empty_cell_unknown": (
        lambda c: c["empty_cells"].append({"family": "control", "authority": "moon", "reason": "far"}),
        "no authority 'moon'",
    ),
    "empty_cell_twice": (lambda c: c["empty_cells"].append(c["empty_cells"][0]), "is listed twice"),
    "field_missing": (lambda c: _first(c, "families", 0, "subtypes", 0).pop("test"), "families.0.subtypes.0.test"),
    "field_unknown": (lambda c: c.update(colour="red"), "colour"),
}


@pytest.mark.parametrize(("spoil", "expected"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_contradiction_is_refused_in_one_line(
    spoil: Callable[[dict[str, Any]], None], expected: str, tmp_path: Path
) -> None:
    content = yaml.safe_load(TAXONOMY_FILE.read_text(encoding="utf-8"))
    spoil(content)
    file = tmp_path / "taxonomy.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read_taxonomy(file)
    assert expected in str(caught.value)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["a: [", "\x00"], ids=["broken", "binary"])
def test_file_that_is_no_yaml_is_refused_in_one_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "taxonomy.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="is not YAML") as caught:
        read_taxonomy(file)
    assert "\n" not in str(caught.value)
