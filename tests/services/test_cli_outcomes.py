"""What became of parcels, at the command line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lib import cli
from lib.store.database import Database
from tests.tracks import event, put_shipment, take

Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def ask(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Ask:
    """Run a command on a store with three parcels; returns its exit status and its JSON."""
    path = tmp_path / "shipdesk.duckdb"
    shutil.copyfile(prepared, path)
    database = Database(path)
    now = datetime.now(UTC)
    put_shipment(database, "P-1", "P-2", "P-3", at=now - timedelta(days=20))
    said = {"P-1": "GTMS_DEL_FAILURE", "P-2": "GTMS_SIGNED", "P-3": "SC_RELABEL_XT"}
    for shipment_id, code in said.items():
        take(database, [event(shipment_id, code, now - timedelta(days=2))])
    database.close()
    monkeypatch.setenv("SHIPDESK_DATA", str(tmp_path))
    monkeypatch.setenv("SHIPDESK_OPERATOR", "ann")

    def run(*arguments: str) -> tuple[int, Any]:
        status = cli.run([*arguments, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return run


def test_outcomes_and_failing_parcels_are_listed(ask: Ask) -> None:
    status, rows = ask("outcomes")
    assert status == 0
    counted = {row["outcome"]: row["shipment_count"] for row in rows}
    assert counted == {"in_transit": 1, "delivered": 1, "unknown": 1}
    _, [failing] = ask("outcomes", "--failing")
    assert (failing["shipment_id"], failing["kind"]) == ("P-1", "attempt")
    assert failing["remedies"] == ["contact_buyer", "correct_address"]
    assert ask("outcomes", "--clocks") == (0, [])


def test_a_code_is_mapped_and_a_return_checked_in(ask: Ask) -> None:
    _, [code] = ask("tracking", "codes")
    assert (code["code"], code["shipment_count"]) == ("SC_RELABEL_XT", 1)
    status, told = ask("tracking", "map", "cainiao", "sc_relabel_xt", "returning")
    assert (status, told["shipments"]) == (0, 1)
    _, shown = ask("tracking", "show", "LXP3CN")
    assert (shown["shipment_id"], shown["outcome"]["outcome"]) == ("P-3", "returning")
    assert ask("tracking", "complain", "P-3", "--about", "late")[0] == 0
    assert ask("tracking", "note", "P-3", "--owner", "ben", "--text", "asked")[0] == 0
    assert ask("tracking", "check-in", "P-3", "--condition", "good", "--restocked", "12.50")[0] == 0
    _, shown = ask("tracking", "show", "P-3")
    assert shown["outcome"]["outcome"] == "returned"
    assert (shown["checkin"]["restocked_minor"], shown["checkin"]["done_by"]) == (1250, "ann")
    assert (shown["case"]["owner"], len(shown["complaints"])) == ("ben", 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("tracking", "show", "NOBODY"),
        ("tracking", "map", "cainiao", "NEVER_SEEN", "returning"),
        ("tracking", "check-in", "P-3", "--condition", "good", "--restocked", "much"),
        ("tracking", "days", "silent", "0"),
        ("tracking", "days", "poems", "9"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(ask: Ask, arguments: tuple[str, ...]) -> None:
    status, told = ask(*arguments)
    assert status in (1, 2)
    assert told["error"]
    assert "Traceback" not in str(told)


def test_a_number_of_days_is_set(ask: Ask) -> None:
    _, days = ask("tracking", "days", "silent", "9")
    assert {row["name"]: row["days"] for row in days}["silent"] == 9
