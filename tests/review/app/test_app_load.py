"""Many raters at once, and a server that is killed, interrupted or locked out."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2

from blind_refusal.review import LabelStore, Phase
from tests.support.review_app import ENGAGING, RunningReview, make_study
from tests.support.review_person import Person


def test_twenty_raters_at_once_lose_no_label(tmp_path: Path) -> None:
    study = make_study(tmp_path / "study", [ENGAGING] * 14)
    names = [f"rater {number}" for number in range(20)]
    with RunningReview(study.folder, "--raters", ",".join(names), "--phase", "verdicts") as review:
        barrier = threading.Barrier(len(names))

        def work(name: str) -> list[str]:
            person = Person(review, name)
            barrier.wait(timeout=120)
            items = []
            for position in range(1, 16):
                items.append(person.item(position))
                answer = person.save(items[-1], number=names.index(name), comment=f"{name} {position}")
                assert answer.status_code == 200, answer.text
            return items

        with ThreadPoolExecutor(len(names)) as pool:
            done = dict(zip(names, pool.map(work, names), strict=True))
    with LabelStore.of_study(study.folder) as store:
        for name in names:
            labels = store.labels(name, Phase.VERDICTS)
            assert {item: label.comment for item, label in labels.items()} == {
                item: f"{name} {position}" for position, item in enumerate(done[name], 1)
            }
            assert all(label.revision == 1 for label in labels.values())


def test_killed_server_loses_no_acknowledged_label_and_the_session_goes_on(tmp_path: Path) -> None:
    study = make_study(tmp_path / "study", [ENGAGING] * 5)
    with RunningReview(study.folder, "--raters", "ana,ben") as review:
        people = [Person(review, "ana"), Person(review, "ben")]
        acknowledged: list[tuple[str, str, int]] = []
        enough = threading.Event()

        def label_on(person: Person) -> None:
            items = [person.item(position) for position in range(1, 7)]
            number = 0
            while True:
                number += 1
                item = items[number % len(items)]
                try:
                    answer = person.save(item, number=number, comment=str(number))
                except httpx2.TransportError:
                    return
                assert answer.status_code == 200, answer.text
                acknowledged.append((person.home, item, number))
                if len(acknowledged) >= 60:
                    enough.set()

        with ThreadPoolExecutor(2) as pool:
            futures = [pool.submit(label_on, person) for person in people]
            assert enough.wait(timeout=120)
            review.kill()
            for future in futures:
                future.result(timeout=120)
    with LabelStore.of_study(study.folder) as store:
        kept = {(f"/as/{row.rater}/", row.item_id, int(row.comment)) for row in store.all_rows(Phase.VERDICTS)}
    assert set(acknowledged) <= kept
    assert len(kept - set(acknowledged)) <= 2  # under way when the server was killed
    with RunningReview(study.folder, port=review.port) as again:
        assert "as drawn before" in "\n".join(again.said)
        assert "6 of 6" in people[0].get("").text
        assert people[0].save(people[0].item(1), number=10_000).status_code == 200


def test_locked_store_is_said_so_and_the_same_answer_is_taken_later(tmp_path: Path) -> None:
    study = make_study(tmp_path / "study")
    with RunningReview(study.folder) as review:
        person = Person(review, "rater-1")
        item = person.item(1)
        blocker = sqlite3.connect(study.folder / "labels.sqlite", isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        answer = person.save(item)
        assert answer.status_code == 503
        assert "is locked by another program" in answer.json()["error"]
        blocker.execute("ROLLBACK")
        blocker.close()
        assert person.save(item).json()["revision"] == 1
        assert person.save(item).json()["revision"] == 1


def test_interrupted_server_ends_cleanly(tmp_path: Path) -> None:
    study = make_study(tmp_path / "study")
    with RunningReview(study.folder) as review:
        person = Person(review, "rater-1")
        person.save(person.item(1))
        said = review.interrupt()
    assert review.process.returncode == 0
    assert "1 labels of verdicts are kept" in said
    assert "Traceback" not in said
