"""Published data: complete snapshots, read by other programs without the dashboard, and no personal data in them."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import fsspec
import pandas as pd
import pytest

from benchmarks import history
from lib.app import App
from lib.config import ROOT, Settings
from lib.domain.problems import Problem
from lib.services import publishing
from lib.store import published
from tests.conftest import copied


@pytest.fixture(scope="module")
def year(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("published")
    database = copied(prepared, folder)
    history.build(database, 300)
    yield App(Settings(data=folder / "data"), database, now=lambda: history.NOW)
    database.close()


@pytest.fixture(scope="module")
def made(year: App) -> publishing.Published:
    return publishing.publish(year)


def folder_of(app: App) -> Path:
    return Path(app.settings.published_url)


def test_other_programs_read_the_files_while_the_dashboard_holds_its_database(
    year: App, made: publishing.Published
) -> None:
    root = folder_of(year)
    for table in published.TABLES:
        files = f"{root}/{made.snapshot}/{table}/**/*.parquet"
        by_duckdb = len(duckdb.read_parquet(files, hive_partitioning=True))
        by_pandas = pd.read_parquet(root / publishing.CURRENT / table)
        assert by_duckdb == len(by_pandas) == made.rows[table] > 0, table
        assert {"year", "month"} <= set(by_pandas.columns)
    shipments = pd.read_parquet(root / publishing.CURRENT / "shipments")
    with year.database.read() as work:
        [(cost,)] = work._cursor.execute("select sum(cost_cny)::bigint from cost_parcels").fetchall()
    assert shipments["cost_cny_minor"].sum() == cost
    assert json.loads((root / publishing.LATEST).read_text())["snapshot"] == made.snapshot


def test_no_personal_data_is_published(year: App, made: publishing.Published) -> None:
    with year.database.read() as work:
        people = (
            work._cursor.execute("select name, address, phone from receivers").fetchall()
            + work._cursor.execute("select buyer_name from orders").fetchall()
        )
    private = {text for row in people for text in row if text}
    seen: set[str] = set()
    for table in published.TABLES:
        frame = pd.read_parquet(folder_of(year) / publishing.CURRENT / table)
        for column in frame.select_dtypes(["object", "string", "str"]).columns:
            seen |= set(frame[column].dropna().astype("str"))
    assert "US" in seen
    assert not [text for text in seen if any(one in text for one in private if len(one) > 3)]
    assert not {"name", "address", "phone", "email", "postcode", "city"} & seen


def test_the_dictionary_tells_every_column_as_it_is(year: App, made: publishing.Published) -> None:
    told: dict[str, list[tuple[str, str]]] = {}
    table = ""
    for line in (ROOT / "docs" / "data.md").read_text(encoding="utf-8").splitlines():
        if found := re.match(r"## `(\w+)`", line):
            table = found[1]
        elif found := re.match(r"\| `(\w+)` \| (\w+) \| .+ \|$", line):
            told.setdefault(table, []).append((found[1], found[2]))
    for name in published.TABLES:
        files = f"{folder_of(year)}/{made.snapshot}/{name}/**/*.parquet"
        read = duckdb.read_parquet(files, hive_partitioning=True)
        columns = zip(read.columns, (str(kind).lower() for kind in read.types), strict=True)
        assert sorted(columns) == sorted(told[name]), name
    assert set(told) == set(published.TABLES)


def test_a_publication_that_fails_half_way_changes_nothing(
    year: App, made: publishing.Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = folder_of(year)
    before = sorted(root.rglob("*"))
    whole = published.write

    def broken(work: object, table: str, folder: Path) -> int:
        if table == "fees":
            raise OSError("no space left")
        return whole(work, table, folder)  # type: ignore[arg-type]

    monkeypatch.setattr(published, "write", broken)
    with pytest.raises(Problem, match="publishing_failed"):
        publishing.publish(year)
    assert sorted(root.rglob("*")) == before
    latest = publishing.latest(year)
    assert latest is not None
    assert latest.snapshot == made.snapshot


def test_a_reader_of_the_snapshot_before_is_not_disturbed_and_older_ones_go(
    year: App, made: publishing.Published
) -> None:
    root = folder_of(year)
    second = publishing.publish(year)
    third = publishing.publish(year)
    left = {path.name for path in (root / publishing.SNAPSHOTS).iterdir()}
    assert {Path(third.snapshot).name} < left
    assert len(left) == publishing.KEPT
    assert (root / publishing.CURRENT).resolve() == (root / third.snapshot).resolve()
    assert second.rows == third.rows == made.rows


def test_object_storage_is_written_by_its_url(year: App) -> None:
    url = "memory://facts/desk"
    app = App(year.settings.model_copy(update={"publish": url}), year.database, now=lambda: history.NOW)
    told = publishing.publish(app)
    system = fsspec.filesystem("memory")
    files = [path for path in system.find("/facts/desk") if path.endswith(".parquet")]
    assert len(files) > len(published.TABLES)
    with fsspec.open(f"{url}/{publishing.LATEST}") as stream:
        assert json.load(stream)["snapshot"] == told.snapshot
    [orders] = [sum(len(pd.read_parquet(f"memory://{path}")) for path in files if "/orders/" in path)]
    assert orders == told.rows["orders"]


def test_it_is_due_after_a_batch_and_after_an_hour_with_news_only(
    year: App, made: publishing.Published
) -> None:
    publishing.publish(year)
    assert not publishing.is_due(year)
    with year.database.write() as work:
        work._cursor.execute(
            "update shipments set changed_at = changed_at + interval 1 year where position = 1"
        )
    assert not publishing.is_due(year)
    later = App(year.settings, year.database, now=lambda: history.NOW.replace(hour=10))
    assert publishing.is_due(later)
    with year.database.write() as work:
        work._cursor.execute(
            "insert into batches (batch_id, shop_id, created_by, created_at, submitted_at) "
            "values ('done', 'default', 'a', '2027-01-01', '2027-01-01')"
        )
    assert publishing.is_due(year)


def test_a_folder_that_cannot_be_written_is_told_in_words(year: App, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings = year.settings.model_copy(update={"publish": str(tmp_path / "file" / "folder")})
    with pytest.raises(Problem, match="publishing_failed"):
        publishing.publish(App(settings, year.database, now=lambda: history.NOW))


def test_the_dashboard_publishes_by_itself_and_stops_with_it(
    year: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing.Publisher, "FIRST_REST_S", 0.01)
    told = threading.Event()
    whole = publishing.publish

    def publish(app: App) -> publishing.Published:
        made = whole(app)
        told.set()
        return made

    monkeypatch.setattr(publishing, "publish", publish)
    settings = year.settings.model_copy(update={"publish": str(tmp_path / "by itself")})
    app = App(settings, year.database, now=lambda: history.NOW)
    publisher = publishing.Publisher(app)
    publisher.start()
    assert told.wait(60)
    publisher.stop(60)
    assert publishing.latest(app) is not None
    never = publishing.Publisher(App(settings.model_copy(update={"publish_minutes": 0}), year.database))
    never.start()
    never.stop(1)
