"""The data set that ships, as a whole."""

import json
from collections import Counter

import pytest

from blind_refusal.asking import ModelConfiguration
from blind_refusal.authoring.drafts import BANNED
from blind_refusal.authoring.targets import target_of
from blind_refusal.cases import (
    SHIPPED_CASES,
    SHIPPED_PLAN,
    SHIPPED_VERDICTS,
    Case,
    about_shipped_cases,
    check_file,
    hash_cases,
)
from blind_refusal.cases.set_checks import Finding, check_set
from blind_refusal.cases.verdicts import label_of, read_verdicts
from blind_refusal.judging import blind, first_request
from blind_refusal.subjects import respond_requests
from blind_refusal.subjects.respond import RESPONSE_SCHEMA, response_id
from blind_refusal.taxonomy import load_taxonomy


@pytest.fixture(scope="module")
def shipped() -> list[Case]:
    cases, faults = check_file(SHIPPED_CASES)
    assert faults == []
    return cases


@pytest.fixture(scope="module")
def findings(shipped: list[Case]) -> dict[str, Finding]:
    return {finding.check: finding for finding in check_set(shipped, load_taxonomy())}


@pytest.mark.parametrize(
    "check",
    [
        "cases per subtype",
        "levels of dimensions",
        "places",
        "mechanisms of the evasion",
        "openings",
        "queries that are nearly the same",
        "rules that are nearly the same",
        "twins",
        "twins per original",
        "give-away words",
        "dual use",
    ],
)
def test_set_passes(check: str, findings: dict[str, Finding]) -> None:
    assert findings[check].passed, findings[check].measured


def test_every_cell_has_as_many_cases_as_in_the_study(shipped: list[Case]) -> None:
    found = Counter((case.family, case.authority) for case in shipped if case.twin_of is None)
    wanted = {(cell.family, cell.authority): n for cell, n in target_of(load_taxonomy().cells, None).items()}
    assert sum(wanted.values()) == 1_290
    assert set(found) == set(wanted)
    assert {cell: (found[cell], count) for cell, count in wanted.items() if found[cell] < count} == {}


def test_twins_are_many_and_mirror_every_family_and_authority(shipped: list[Case]) -> None:
    by_id = {case.id: case for case in shipped}
    mirrored = [by_id[case.twin_of] for case in shipped if case.twin_of is not None]
    assert len(mirrored) >= 400
    taxonomy = load_taxonomy()
    assert {case.family for case in mirrored} == {family.id for family in taxonomy.families} - {"control"}
    assert {case.authority for case in mirrored} == {authority.id for authority in taxonomy.authorities}


def test_version_and_hash_go_with_the_cases(shipped: list[Case]) -> None:
    # Whoever changes the cases gives the set a new version and records its hash in about.yaml.
    assert about_shipped_cases().sha256 == hash_cases(shipped)


def test_plan_and_verdicts_lie_beside_every_case(shipped: list[Case]) -> None:
    slots = [json.loads(line) for line in SHIPPED_PLAN.read_text(encoding="utf-8").splitlines()]
    planned = {slot["id"] for slot in slots} | {slot["twin"]["id"] for slot in slots if slot.get("twin")}
    verdicts = read_verdicts(SHIPPED_VERDICTS)
    assert {case.id for case in shipped} <= planned
    assert [verdict.id for verdict in verdicts] == [case.id for case in shipped]
    gates = ("epistemic_sufficiency", "evasion_proportionality", "scenario_plausibility")
    failing = [one.id for one in verdicts if not one.agrees or any(getattr(one, gate) != "pass" for gate in gates)]
    assert failing == []


def test_last_reader_decides_every_case_as_labelled_and_finds_it_clear(shipped: list[Case]) -> None:
    readings = {verdict.id: verdict.last_reading for verdict in read_verdicts(SHIPPED_VERDICTS)}
    otherwise = [case.id for case in shipped if readings[case.id].guess.split("/")[0] != case.family]
    assert otherwise == []
    unclear = [case_id for case_id, reading in readings.items() if reading.clarity < 4 and reading.of_final_text]
    assert unclear == []
    assert sum(not reading.of_final_text for reading in readings.values()) <= 0.01 * len(shipped)
    named = sum(readings[case.id].guess == label_of(case) for case in shipped)
    assert named >= 0.98 * len(shipped)


def test_no_query_names_the_taxonomy_or_the_canary(shipped: list[Case]) -> None:
    canary = about_shipped_cases().canary
    for case in shipped:
        assert not BANNED.search(case.user_query), case.id
        assert canary.split()[4] not in json.dumps(case.model_dump(mode="json"))


def test_hidden_lines_reach_neither_models_nor_judges(shipped: list[Case]) -> None:
    import polars as pl

    model = ModelConfiguration("openai-api/local/x")
    asked = [one.request for one in respond_requests(shipped, [model])]
    rows = [
        {
            **dict.fromkeys(RESPONSE_SCHEMA),
            "response_id": response_id("s", request.key),
            "case_id": request.item,
            "response": "No.",
            "status": "ok",
        }
        for request in asked
    ]
    blinded = blind(pl.DataFrame(rows, schema=RESPONSE_SCHEMA), {case.id: case for case in shipped}, 1)
    by_query = {case.user_query: case for case in shipped}
    for request in asked:
        assert [message.text for message in request.messages] == [by_query[request.messages[0].text].user_query]
    for response in blinded:
        case = by_query[response.query]
        text = first_request(model, response).messages[1].text
        assert case.works is not None
        assert case.works not in text
        assert "deciding" not in text
        assert case.family not in text or case.family in case.user_query + case.policy
