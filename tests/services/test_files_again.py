"""A file that comes again: rows that say the same are not read again, and all that depends on them still holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from lib.files import fingerprints
from lib.services import files, orders
from lib.services.files import orders as kind
from lib.store import imports
from tests.builders import an_export_row, write_export
from tests.conftest import Desk

FIRST, SECOND, THIRD = "8123456789012301", "8123456789012302", "8123456789012303"


@pytest.fixture
def read_again(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows of each file had to be read, in the order of the loads."""
    counts: list[int] = []
    read = kind.read

    def counted(*arguments: object) -> object:
        tables = read(*arguments)  # type: ignore[arg-type]
        counts.append(tables.read - len(tables.unchanged))
        return tables

    monkeypatch.setitem(files.loading.KINDS, "orders", kind.Kind("orders", counted, kind.take, kind.remarks))  # type: ignore[attr-defined]
    return counts


def load(desk: Desk, folder: Path, *rows: Mapping[str, str]) -> files.FileReport:
    """Load an export with these rows."""
    path = folder / "orders.xlsx"
    write_export(path, rows)
    [report] = files.load(desk.app, [path], by="ann").files
    assert report.read == report.loaded + report.updated + report.unchanged + report.refused == len(rows)
    return report


def test_only_rows_that_changed_are_read_again(desk: Desk, tmp_path: Path, read_again: list[int]) -> None:
    one, two = an_export_row(order_id=FIRST), an_export_row(order_id=SECOND)
    load(desk, tmp_path, one, two)
    again = load(desk, tmp_path, one, two | {"订单备注": "gift"}, an_export_row(order_id=THIRD))
    assert (again.loaded, again.updated, again.unchanged) == (1, 1, 1)
    assert load(desk, tmp_path, one, two | {"订单备注": "gift"}).unchanged == 2
    assert read_again == [2, 2, 0]
    assert orders.detail(desk.app, SECOND)["note"] == "gift"


def test_a_row_is_read_again_once_its_order_changed_here(
    desk: Desk, tmp_path: Path, read_again: list[int]
) -> None:
    row = an_export_row(order_id=FIRST)
    load(desk, tmp_path, row)
    desk.clock.advance(timedelta(minutes=1))
    load(desk, tmp_path, row | {"订单备注": "gift"})
    assert load(desk, tmp_path, row).updated == 1
    assert read_again == [1, 1, 1]


def test_an_order_in_two_rows_is_read_again_with_both(
    desk: Desk, tmp_path: Path, read_again: list[int]
) -> None:
    old, new = an_export_row(order_id=FIRST), an_export_row(order_id=FIRST) | {"订单备注": "newer"}
    load(desk, tmp_path, old, new)
    again = load(desk, tmp_path, old, new)
    assert (again.updated, again.unchanged) == (1, 1)
    assert read_again == [2, 2]
    assert orders.detail(desk.app, FIRST)["note"] == "newer"


def test_an_unchanged_row_makes_what_is_kept_as_new_as_its_file(desk: Desk, tmp_path: Path) -> None:
    row = an_export_row(order_id=FIRST)
    load(desk, tmp_path, row)
    newer = an_export_row(order_id=SECOND) | {"下单时间": "2026.08.31 00:10", "付款时间": "2026.08.31 00:20"}
    load(desk, tmp_path, row, newer)
    with desk.app.database.read() as work:
        kept = work.rows("imports_all", page_size=1, skipped=0)[0]["as_of_at"]
    assert load(desk, tmp_path, row | {"订单备注": "from before"}).older == 1
    assert kept is not None


def test_a_row_refused_before_is_closed_by_one_that_need_not_be_read(desk: Desk, tmp_path: Path) -> None:
    row = an_export_row(order_id=FIRST)
    load(desk, tmp_path, row)
    load(desk, tmp_path, row | {"收货国家": "Nowhere"})
    assert files.open_count(desk.app) == 1
    assert load(desk, tmp_path, row).mended == 1
    assert files.open_count(desk.app) == 0


def test_other_names_of_countries_or_another_zone_read_every_row_again(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    write_export(path, [an_export_row(order_id=FIRST)])
    from lib.files import layouts, sheets

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
