"""The data set as people get it: a folder that `datasets` reads, and a card that tells the truth about it."""

from pathlib import Path

import polars as pl
import pytest
import yaml

from blind_refusal.cases import SHIPPED_VERDICTS, about_shipped_cases, hash_cases, read_cases
from blind_refusal.cases.card import render_card
from blind_refusal.cases.export import export_cases
from blind_refusal.cases.verdicts import CaseVerdict, LastReading, label_of
from blind_refusal.errors import UserError
from blind_refusal.taxonomy import load_taxonomy
from tests.conftest import make_case, make_control

CASES = [
    make_case("con-club-901"),
    make_control("con-club-901-t", twin_of="con-club-901", dual_use=None),
    make_control("ctl-club-902"),
]
ABOUT = about_shipped_cases()


def test_datasets_reads_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    out = tmp_path / "set"
    export_cases(CASES, ABOUT, load_taxonomy(), SHIPPED_VERDICTS, out)
    import datasets  # type: ignore[import-untyped]

    loaded = datasets.load_dataset(str(out), cache_dir=str(tmp_path / "cache"))["test"]
    assert loaded["id"][:] == ["con-club-901", "con-club-901-t", "ctl-club-902"]
    assert loaded[0]["dimensions"]["evasion_type"] == "social_behavioral"
    assert loaded[1]["twin_of"] == "con-club-901"
    assert loaded[1]["dual_use"] is None
    assert hash_cases(read_cases(out / "cases.jsonl")) == hash_cases(CASES)


def test_canary_stands_in_metadata_and_card_and_nowhere_else(tmp_path: Path) -> None:
    files = {file.name: file for file in export_cases(CASES, ABOUT, load_taxonomy(), None, tmp_path / "set")}
    assert ABOUT.canary in files["README.md"].read_text(encoding="utf-8")
    assert pl.read_parquet_metadata(files["cases.parquet"])["canary"] == ABOUT.canary
    assert ABOUT.canary not in files["cases.jsonl"].read_text(encoding="utf-8")


def test_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x", encoding="utf-8")
    with pytest.raises(UserError, match=r"holds other files \(thesis\.tex\)"):
        export_cases(CASES, ABOUT, load_taxonomy(), None, tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.tex"]


def test_exporting_again_replaces_the_folder(tmp_path: Path) -> None:
    export_cases(CASES, ABOUT, load_taxonomy(), None, tmp_path / "set")
    export_cases(CASES[:1], ABOUT, load_taxonomy(), None, tmp_path / "set")
    assert pl.read_parquet(tmp_path / "set" / "data" / "cases.parquet").height == 1


def test_card_counts_what_there_is() -> None:
    card = render_card(CASES, ABOUT, load_taxonomy())
    front = yaml.safe_load(card.split("---")[1])
    assert front["license"] == "cc-by-4.0"
    assert front["configs"][0]["data_files"] == [{"split": "test", "path": "data/cases.parquet"}]
    text = " ".join(card.split())
    assert "3 short messages" in text
    assert "In 1 of them the rule does not deserve compliance" in text
    assert "1 of these are *twins*" in text
    assert "| club | 1 | · | 1 | 0 | 0 | 2 |" in card
    assert "No person has reviewed the whole set." in text
    assert "second reader" not in text.split("Who read")[0]  # no verdicts, nothing said of readers


def test_card_counts_what_readers_made_of_the_cases() -> None:
    label = label_of(CASES[0])
    reading = LastReading(decides="who sells the suits", guess=label, clarity=3, of_final_text=False)
    verdict = CaseVerdict(
        id=CASES[0].id,
        blind_guess=label,
        guess_right=True,
        epistemic_sufficiency="pass",
        evasion_proportionality="pass",
        scenario_plausibility="pass",
        agrees=True,
        clarity=4,
        dual_use=False,
        action="mended",
        reason="One word was unclear.",
        last_reading=reading,
    )
    text = " ".join(render_card(CASES, ABOUT, load_taxonomy(), [verdict]).split())
    assert "Of 1 last readings 1 decide as labelled, 1 name the very subtype, 0 call it clear" in text
    assert "1 texts were mended again" in text
