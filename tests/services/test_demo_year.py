"""The played year: parcels go their real way, and the sandbox's clock ends up at the present."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from lib.config import ROOT
from lib.sandbox.world import World
from lib.store.database import Database


def test_a_played_year_leaves_followed_parcels_and_a_clock_at_the_present(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = importlib.util.spec_from_file_location("demo_year", ROOT / "data" / "demo_year.py")
    assert spec
    assert spec.loader
    demo = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(demo)
    folder = tmp_path / "year"
    demo.main([str(folder), "--weeks", "3", "--parcels", "5"], standalone_mode=False)
    database = Database(folder / "shipdesk.duckdb")
    with database.read() as work:
        rows = work._cursor.execute(
            "select shipment.state, batch.submitted_at, told.event_count from shipments as shipment "
            "inner join batches as batch using (batch_id) inner join outcomes as told using (shipment_id)"
        ).fetchall()
        [(billed,)] = work._cursor.execute(
            "select count(distinct shipment_id) from fees where stage = 'actual'"
        ).fetchall()
    database.close()
    assert billed >= 3, "the first batch is billed by then"
    assert len(rows) >= 6
    assert {state for state, _sent_at, _events in rows} == {"declared"}
    assert min(sent_at for _state, sent_at, _events in rows) < datetime.now(UTC).replace(
        tzinfo=None
    ) - timedelta(days=13)
    assert sum(events > 0 for _state, _sent_at, events in rows) >= 3
    world = World(folder / "sandbox")
    assert abs(world.advanced_s) < 60
    world.close()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "orders.xlsx").touch()
    with pytest.raises(click.UsageError, match="something else"):
        demo.main([str(tmp_path / "mine")], standalone_mode=False)
