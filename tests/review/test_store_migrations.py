"""The store's layout: made from nothing, brought forward from version 1, and the same as the code believes."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, insert, inspect, text
from sqlalchemy.exc import DBAPIError

from blind_refusal.errors import UserError
from blind_refusal.review import LabelStore, Phase
from blind_refusal.review.migrations import configuration
from blind_refusal.review.rows import insert_assignments, insert_labels
from blind_refusal.review.tables import METADATA, RATERS
from tests.support.labels import START, assign, draft, label

NEWEST = "2"


def _version(store: LabelStore) -> str:
    with store.database.engine.connect() as connection:
        return str(connection.execute(text("select version_num from alembic_version")).scalar_one())


def test_new_store_has_the_newest_layout_wherever_it_is_made(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with LabelStore(store_url) as store:
        assert _version(store) == NEWEST
        with store.database.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, METADATA) == []


def test_store_of_version_1_is_brought_forward_with_its_labels(store_url: str) -> None:
    engine = create_engine(store_url)
    old = label("r1", "ana")
    with engine.begin() as connection:
        command.upgrade(configuration(connection), "1")
        connection.execute(insert(RATERS).values(name="ana", role="rater", added=START.isoformat()))
        insert_labels(connection, [old])
        insert_assignments(connection, [])
    engine.dispose()
    with LabelStore(store_url) as store:
        assert _version(store) == NEWEST
        assert store.all_rows() == [old]
        assign(store, ["r1"], ["ana"])
        assert store.save(draft("r1")).revision == 2
        with pytest.raises(DBAPIError, match="only ever added"), store.database.engine.begin() as connection:
            connection.execute(text("delete from labels"))
        assert len(store.history("ana", Phase.VERDICTS, "r1")) == 2


def test_store_of_a_newer_version_is_left_alone(store_url: str) -> None:
    with LabelStore(store_url) as store, store.database.engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '99'"))
    with pytest.raises(UserError, match="written by a newer one") as caught:
        LabelStore(store_url)
    assert "\n" not in str(caught.value)


def test_step_that_fails_leaves_nothing_behind(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic.operations import Operations

    def fail(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("in the middle")

    monkeypatch.setattr(Operations, "create_index", fail)
    with pytest.raises(RuntimeError, match="in the middle"):
        LabelStore(store_url)
    monkeypatch.undo()
    engine = create_engine(store_url)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []
    engine.dispose()
    LabelStore(store_url).close()
