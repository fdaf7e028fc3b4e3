"""A file that comes again: rows that say the same are not read again, and all that depends on them still holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lib.app import App
from lib.config import Settings
from lib.files import fingerprints, layouts, sheets
from lib.services import files, orders
from lib.services.files import orders as kind
from lib.services.files.registry import KINDS
from lib.store import audit, imports
from lib.store.database import Database
from tests.builders import an_export_row, write_export

NOW = datetime(2026, 8, 31, 8, 0, tzinfo=UTC)

FIRST, SECOND, THIRD = "8123456789012301", "8123456789012302", "8123456789012303"


class Desk:
    """A shop without a platform, and its clock."""

    def __init__(self, app: App) -> None:
        self.app, self.now = app, NOW


@pytest.fixture
def desk(store: Database, tmp_path: Path) -> Desk:
    """A shop without orders."""
    made = Desk(App(Settings(data=tmp_path, platform_url="http://127.0.0.1:1"), store, now=lambda: made.now))
    return made


@pytest.fixture
def read_again(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows of each file had to be read, in the order of the loads."""
    counts: list[int] = []
    read = kind.read

    def counted(*arguments: object) -> object:
        tables = read(*arguments)  # type: ignore[arg-type]
        counts.append(tables.read - len(tables.unchanged))
        return tables

    monkeypatch.setitem(KINDS, "orders", replace(KINDS["orders"], read=counted))
    return counts


def load(desk: Desk, folder: Path, *rows: Mapping[str, str]) -> files.FileReport:
    """Load an export with these rows."""
    path = folder / "orders.xlsx"
    write_export(path, rows)
    [report] = files.load(desk.app, [path], by="ann").files
    assert report.read == report.loaded + report.updated + report.unchanged + report.refused == len(rows)
    return report


def test_only_rows_that_changed_are_read_again(desk: Desk, tmp_path: Path, read_again: list[int]) -> None:
    one, two = an_export_row(订单号=FIRST), an_export_row(订单号=SECOND)
    load(desk, tmp_path, one, two)
    again = load(desk, tmp_path, one, two | {"订单备注": "gift"}, an_export_row(订单号=THIRD))
    assert (again.loaded, again.updated, again.unchanged) == (1, 1, 1)
    assert load(desk, tmp_path, one, two | {"订单备注": "gift"}).unchanged == 2
    assert read_again == [2, 2, 0]
    assert orders.detail(desk.app, SECOND)["note"] == "gift"


def test_a_row_is_read_again_once_its_order_changed_here(
    desk: Desk, tmp_path: Path, read_again: list[int]
) -> None:
    row = an_export_row(订单号=FIRST, 订单备注="plain")
    load(desk, tmp_path, row)
    desk.now += timedelta(minutes=1)
    load(desk, tmp_path, row | {"订单备注": "gift"})
    assert load(desk, tmp_path, row).updated == 1
    assert read_again == [1, 1, 1]


def test_an_order_in_two_rows_is_read_again_with_both(
    desk: Desk, tmp_path: Path, read_again: list[int]
) -> None:
    old, new = an_export_row(订单号=FIRST), an_export_row(订单号=FIRST, 订单备注="newer")
    load(desk, tmp_path, old, new)
    again = load(desk, tmp_path, old, new)
    assert (again.updated, again.unchanged) == (0, 2)
    assert read_again == [2, 2]
    assert orders.detail(desk.app, FIRST)["note"] == "newer"


def test_an_unchanged_row_makes_what_is_kept_as_new_as_its_file(desk: Desk, tmp_path: Path) -> None:
    row = an_export_row(订单号=FIRST, 订单备注="plain")
    load(desk, tmp_path, row)
    newer = an_export_row(订单号=SECOND, 下单时间="2026.08.31 00:10", 付款时间="2026.08.31 00:20")
    load(desk, tmp_path, row, newer)
    assert load(desk, tmp_path, row | {"订单备注": "from before"}).older == 1


def test_a_row_refused_before_is_closed_by_one_that_need_not_be_read(desk: Desk, tmp_path: Path) -> None:
    row = an_export_row(订单号=FIRST)
    load(desk, tmp_path, row)
    load(desk, tmp_path, row | {"收货国家": "Nowhere"})
    assert files.open_count(desk.app) == 1
    assert load(desk, tmp_path, row).mended == 1
    assert files.open_count(desk.app) == 0


def test_other_names_of_countries_or_another_zone_read_every_row_again(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    write_export(path, [an_export_row(订单号=FIRST)])
    found = layouts.find(sheets.read(path), "orders")
    with desk.app.database.read() as work:
        countries = imports.countries(work)
    told = {
        fingerprints.context(found, zone, some, names)
        for zone, some, names in (
            ("America/Los_Angeles", countries, "1"),
            ("Asia/Shanghai", countries, "1"),
            ("America/Los_Angeles", countries.iloc[1:], "1"),
            ("America/Los_Angeles", countries, "2"),
        )
    }
    assert len(told) == 4


def test_two_rows_of_an_order_that_did_not_change_are_no_update_again(desk: Desk, tmp_path: Path) -> None:
    rows = [
        an_export_row(订单号=FIRST, 订单备注="old"),
        an_export_row(订单号=FIRST, 订单备注="new"),
        an_export_row(订单号=SECOND),
    ]
    first, again = load(desk, tmp_path, *rows), load(desk, tmp_path, *rows)
    assert (first.loaded, first.updated, first.unchanged) == (2, 1, 0)
    assert (again.loaded, again.updated, again.unchanged) == (0, 0, 3)
    with desk.app.database.read() as work:
        assert len([one for one in audit.recent(work) if one["action"] == "load"]) == 1
    changed = load(desk, tmp_path, *rows[:2], rows[2] | {"订单备注": "other"})
    assert (changed.updated, changed.unchanged) == (1, 2), "another order's change is not this one's"
    renewed = load(desk, tmp_path, rows[0], rows[1] | {"订单备注": "newest"}, rows[2] | {"订单备注": "other"})
    assert (renewed.updated, renewed.unchanged) == (2, 1)


def test_the_row_of_a_doubt_is_a_whole_number(desk: Desk, tmp_path: Path) -> None:
    path = write_export(tmp_path / "orders.xlsx", [an_export_row(订单金额="?")])
    [doubt] = files.load(desk.app, [path], by="ann").warnings
    assert repr(doubt.row) == "2"
