from __future__ import annotations

import math
import stat
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.schema import CreateIndex, CreateTable

from queue_core.database.migrate import alembic_config
from queue_core.database.migrations import REVISIONS
from queue_core.database.session import engine_for, open_session, read_session
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.database.tables import ENTITY_TABLES, Base, Dataset, Explorer, Notebook
from queue_core.paths import LocalFolder


def test_the_migrations_make_what_the_tables_say(folder: LocalFolder) -> None:
    with engine_for(folder).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.file_list
def test_autoincrement_and_deletion_rules_are_in_the_migrated_file(folder: LocalFolder) -> None:
    # Alembic compares neither.
    with engine_for(folder).connect() as connection:
        query = text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        made = {row.name: row.sql for row in connection.execute(query)}
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            assert key.ondelete in ("CASCADE", "RESTRICT", "SET NULL")
            assert made[table.name].count(f"ON DELETE {key.ondelete}") >= 1
        if table.name in set(EntityKind):
            assert "AUTOINCREMENT" in made[table.name]


def test_revisions_are_known_without_alembic(folder: LocalFolder) -> None:
    with engine_for(folder).connect() as connection:
        scripts = ScriptDirectory.from_config(alembic_config(connection))
    history = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(history)) == REVISIONS


def test_the_tables_can_be_made_in_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in Base.metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            assert len(str(index.name)) <= 63
            assert str(CreateIndex(index).compile(dialect=dialect))


def test_every_kind_but_the_parts_has_an_entity_table() -> None:
    assert set(EntityKind) - set(ENTITY_TABLES) == {EntityKind.METRIC, EntityKind.TRIAL}
    for kind, table in ENTITY_TABLES.items():
        assert table.__tablename__ == kind
        assert table().kind is kind


@pytest.mark.file_list
def test_connections_are_durable_and_checked(folder: LocalFolder) -> None:
    with engine_for(folder).connect() as connection:
        for pragma, value in (
            ("journal_mode", "wal"),
            ("synchronous", 2),
            ("foreign_keys", 1),
            ("busy_timeout", 30_000),
        ):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


@pytest.mark.file_list
def test_only_the_owner_can_read_the_files(folder: LocalFolder) -> None:
    with open_session(folder) as session:
        session.add(Dataset(name="x"))
        session.flush()
        files = list(folder.monitor.glob("main.db*"))
        assert {file.name for file in files} >= {"main.db", "main.db-wal", "main.db-shm"}
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_statuses_are_stored_by_name(folder: LocalFolder) -> None:
    with open_session(folder) as session:
        session.add(Dataset(name="x", status=EntityStatus.DELIVERED))
    with read_session(folder) as session:
        assert session.scalar(text("SELECT status FROM dataset")) == "DELIVERED"


def test_times_are_aware_and_in_utc(folder: LocalFolder) -> None:
    noon = datetime(2026, 6, 1, 12, tzinfo=timezone(timedelta(hours=-4)))
    with open_session(folder) as session:
        session.add(Dataset(name="x", started_at=noon))
    with read_session(folder) as session:
        dataset = session.get_one(Dataset, 1)
        assert dataset.started_at == datetime(2026, 6, 1, 16, tzinfo=UTC)
        assert dataset.started_at.tzinfo is UTC
        assert dataset.created_at.tzinfo is UTC


def test_a_time_without_zone_is_refused(folder: LocalFolder) -> None:
    with pytest.raises(StatementError, match="time zone"), open_session(folder) as session:
        session.add(Dataset(name="x", started_at=datetime(2026, 6, 1)))  # noqa: DTZ001


def test_json_columns_notice_changes_in_place(folder: LocalFolder) -> None:
    with open_session(folder) as session:
        session.add(Dataset(name="x"))
    with open_session(folder) as session:
        dataset = session.get_one(Dataset, 1)
        dataset.provenance["seed"] = 3
        dataset.warnings.append("one row was dropped")
    with read_session(folder) as session:
        dataset = session.get_one(Dataset, 1)
        assert dataset.provenance == {"seed": 3}
        assert dataset.warnings == ["one row was dropped"]


def test_numbers_that_json_does_not_know_become_null(folder: LocalFolder) -> None:
    with open_session(folder) as session:
        session.add(Dataset(name="x", options={"a": [math.nan, 1.5], "b": {"c": -math.inf}}))
    with read_session(folder) as session:
        assert session.get_one(Dataset, 1).options == {"a": [None, 1.5], "b": {"c": None}}


def test_an_id_is_never_given_twice(folder: LocalFolder) -> None:
    with open_session(folder) as session:
        session.add(Dataset(name="first"))
    with open_session(folder) as session:
        session.delete(session.get_one(Dataset, 1))
    with open_session(folder) as session:
        session.add(second := Dataset(name="second"))
        session.flush()
        assert second.id == 2


def test_an_explorer_needs_data(folder: LocalFolder) -> None:
    with pytest.raises(IntegrityError, match="has_data"), open_session(folder) as session:
        session.add(Explorer(name="x", component="describe"))


@pytest.mark.file_list
def test_a_parent_must_exist(folder: LocalFolder) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), open_session(folder) as session:
        session.add(Notebook(name="x", dataset_id=99))
