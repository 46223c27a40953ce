"""How the command starts the app."""

from pathlib import Path

import httpx2
import pytest

from tests.support.review_app import RunningReview, make_study


def test_port_in_use_is_said_so(running: RunningReview, folder: Path) -> None:
    with pytest.raises(AssertionError, match="name another with --port"), RunningReview(folder, port=running.port):
        pass


def test_other_hosts_than_loopback_are_warned_of(tmp_path: Path) -> None:
    study = make_study(tmp_path / "study")
    with RunningReview(study.folder, "--host", "0.0.0.0") as review:
        assert any(line.startswith("warning: --host 0.0.0.0") for line in review.said)
        assert httpx2.get(review.base).status_code == 401
        assert httpx2.get(review.base, headers={"host": f"rebound.example:{review.port}"}).status_code == 421


def test_address_of_a_proxy_is_answered_to(tmp_path: Path) -> None:
    study = make_study(tmp_path / "study")
    with RunningReview(study.folder, "--address", "https://labels.example.org") as review:
        link = review.links["rater-1"]
        assert link.startswith("https://labels.example.org/enter?token=")
        path = link.removeprefix("https://labels.example.org")
        answer = httpx2.get(review.base + path, headers={"host": "labels.example.org"})
        assert "Secure" in answer.headers["set-cookie"]
