"""Return or destroy at the command line: the ledger, what advice rests on, was it worth it, promise and truth."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lib.cli import run
from lib.store.database import Database
from tests.store.history import write
from tests.store.test_advice import a_year

Answer = Callable[..., Any]


@pytest.fixture
def answer(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Answer:
    """Run a command on a desk with a year behind it; its JSON, or its text."""
    (tmp_path / "shipdesk.duckdb").write_bytes(prepared.read_bytes())
    database = Database(tmp_path / "shipdesk.duckdb")
    write(database, a_year(count=600))
    database.close()
    monkeypatch.setenv("SHIPDESK_DATA", str(tmp_path))

    def call(*arguments: str, status: int = 0, text: bool = False) -> Any:
        assert run([*arguments, *([] if text else ["--json"])]) == status, capsys.readouterr()
        said = capsys.readouterr()
        return said.out if text else json.loads(said.out)

    return call


def test_the_ledger_adds_up_along_every_axis_and_parcel_by_parcel(answer: Answer) -> None:
    parcels = answer("fees", "--by", "parcel")
    net = sum(row["net_cny_minor"] for row in parcels)
    for axis in ("month", "country", "plan", "decision"):
        *parts, total = answer("fees", "--by", axis)
        assert total["axis"] == "all"
        assert sum(row["net_minor"] for row in parts) == total["net_minor"] == net
        assert sum(row["parcel_count"] for row in parts) == total["parcel_count"] == len(parcels)
    assert "assumed" in answer("fees", "--by", "parcel", text=True)
    assert answer("fees", "--by", "country", text=True).count("BR") == 1


def test_assumptions_are_shown_and_set(answer: Answer) -> None:
    assert answer("assume")["recovery_e4"] == 7000
    changed = answer("assume", "--recovery", "55", "--handling", "4.20")
    assert (changed["recovery_e4"], changed["handling_minor"], changed["fail_e4"]) == (5500, 420, 300)
    assert "55.0 %" in answer("assume", text=True)
    assert "no amount" in answer("assume", "--handling", "much", status=2)["error"]
    assert "must be from" in answer("assume", "--handling", "99999999", status=2)["error"]


def test_the_backtest_and_the_promise_are_told(answer: Answer) -> None:
    ways = {row["way"]: row for row in answer("backtest")["ways"]}
    assert list(ways) == ["return", "destroy", "actual", "advice"]
    assert ways["advice"]["net_low_minor"] <= ways["advice"]["net_minor"] <= ways["advice"]["net_high_minor"]
    assert "Destroy everything" in answer("backtest", text=True)
    rows = answer("promise")
    assert {(row["plan_id"], row["country"]) for row in rows} >= {("CAINIAO_STANDARD", "BR"), ("", "")}
    assert "all countries" in answer("promise", text=True)
