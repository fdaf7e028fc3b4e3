"""The command line, end to end, with a real sandbox; what is about processes runs in real ones."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import httpx
import pytest
from pypdf import PdfReader

from lib import cli
from lib.sandbox import launch
from tests.builders import (
    a_bill_line,
    a_rate,
    an_export_row,
    write_bill,
    write_export,
    write_products,
    write_rates,
)


class Terminal(io.StringIO):
    """Standard input at which a person types."""

    def isatty(self) -> bool:
        return True


ROOT = Path(__file__).resolve().parents[2]
SEND = ("--undeliverable", "destroy", "--handover", "self-post", "--agree")


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


@dataclass
class Shop:
    """A data folder with a sandbox of its own, and the commands run on it."""

    data: Path
    url: str = ""

    def run(self, *arguments: str | Path, **settings: str) -> Done:
        """Run a command in this process: much quicker, and the same from the command line on."""
        out, err = io.StringIO(), io.StringIO()
        with (
            patch.dict(os.environ, self.env(**settings), clear=True),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            status = cli.run([str(one) for one in arguments])
        return Done(status, out.getvalue(), err.getvalue())

    def process(self, *arguments: str | Path, **settings: str) -> Done:
        """Run a command in a process of its own, as people and jobs do."""
        with self.start(*arguments, **settings) as process:
            out, err = process.communicate(timeout=120)
        return Done(process.returncode, out, err)

    def start(self, *arguments: str | Path, **settings: str) -> subprocess.Popen[str]:
        """Start a command and leave it running."""
        return subprocess.Popen(
            [sys.executable, "-m", "lib", *map(str, arguments)],
            env=self.env(**settings),
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def json(self, *arguments: str | Path, status: int = 0, **settings: str) -> Any:
        """The one JSON document on standard output; the exit status is as expected."""
        done = self.run(*arguments, "--json", **settings)
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        return json.loads(done.stdout)

    def env(self, **settings: str) -> dict[str, str]:
        own = {"SHIPDESK_DATA": str(self.data), "SHIPDESK_SETTLE_SECONDS": "0", "SHIPDESK_LANGUAGE": "en"}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SHIPDESK_")}
        return kept | own | {f"SHIPDESK_{name.upper()}": value for name, value in settings.items()}

    def behave(self, **settings: Any) -> None:
        httpx.post(f"{self.url}/sandbox/settings", json=settings).raise_for_status()

    def on_the_platform(self, batch: dict[str, Any]) -> list[dict[str, Any]]:
        """The platform's logistics orders of a batch's orders."""
        ours = {row["order_id"] for row in batch["shipments"]}
        state = httpx.get(f"{self.url}/sandbox/state").raise_for_status().json()
        return [one for one in state["logistics_orders"] if one["trade_order_id"] in ours]

    def draft(self, count: int) -> str:
        made = self.json("batch", "new", "--limit", str(count), "--policy", "cheapest")
        assert made["shipments"] == count
        return str(made["batch_id"])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop with the sample loaded. Its batches are its tests' own."""
    data = tmp_path_factory.mktemp("shop")
    running = launch.ensure(data / "sandbox", [])
    shop = Shop(data, running.url)
    shop.json("load", "--sample", status=1)
    yield shop
    running.stop()


@pytest.fixture
def new_shop(tmp_path: Path, prepared: Path) -> Shop:
    """A shop with nothing in it, its store made before."""
    (tmp_path / "data").mkdir()
    shutil.copyfile(prepared, tmp_path / "data" / "shipdesk.duckdb")
    return Shop(tmp_path / "data")


def test_a_batch_goes_from_the_orders_to_declared(shop: Shop, tmp_path: Path) -> None:
    def step(*arguments: str | Path) -> Any:
        # A process of its own for each that asks the platform, and so starts or finds the sandbox.
        alone = arguments[:2] in (("batch", "send"), ("batch", "declare"))
        done = (shop.process if alone else shop.run)(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    free = step("orders", "--free", "--not-blocked", "--not-held")
    assert len(free) > 100
    quotes = step("quote", free[0]["order_id"])
    able = [quote for quote in quotes if quote["eligible"]]
    assert able
    assert all(quote["fee_minor"] == sum(part["fee_minor"] for part in quote["parts"]) for quote in able)
    assert all(quote["reasons"] for quote in quotes if not quote["eligible"])

    made = step("batch", "new", "--limit", "30", "--policy", "cheapest")
    batch_id = made["batch_id"]
    assert made["shipments"] == 30
    assert all(one["reason"] for one in made["excluded"])

    sent = step("batch", "send", batch_id, *SEND)
    assert sent["counts"] == {"ready": 30}
    assert sent["submitted"] == 30
    numbers = [row["tracking_number"] for row in sent["shipments"]]
    assert len(set(numbers)) == 30
    theirs = shop.on_the_platform(sent)
    assert sorted(one["tracking_number"] for one in theirs) == sorted(numbers)
    assert {one["undeliverable_decision"] for one in theirs} == {"destroy"}

    labels = tmp_path / "labels.pdf"
    assert step("batch", "labels", batch_id, "-o", labels, "--paper", "100x150")["labels"] == 30
    pages = PdfReader(labels).pages
    assert [
        number for number, page in zip(numbers, pages, strict=True) if number not in page.extract_text()
    ] == []

    handed = step("batch", "handover", batch_id, "--except", numbers[3], numbers[7])
    assert handed["handed_over"] == 28
    assert handed["counts"] == {"ready": 2, "handed_over": 28}

    declared = step("batch", "declare", batch_id)
    assert declared["counts"] == {"ready": 2, "declared": 28}
    staying = {one["tracking_number"] for one in shop.on_the_platform(sent) if not one["declared"]}
    assert staying == {numbers[3], numbers[7]}
    shown = step("batch", "show", batch_id)
    assert shown["counts"] == {"ready": 2, "declared": 28}
    assert {row["tracking_number"] for row in shown["shipments"] if row["state"] == "ready"} == staying

    again = step("batch", "send", batch_id)
    assert again["counts"] == shown["counts"]
    assert len(shop.on_the_platform(sent)) == 30


def test_a_killed_send_goes_on_and_sends_nothing_twice(shop: Shop) -> None:
    batch_id = shop.draft(40)
    draft = shop.json("batch", "show", batch_id)
    shop.behave(latency_ms=400)
    sending = shop.start("batch", "send", batch_id, *SEND, threads="4")
    deadline = time.monotonic() + 60
    while len(shop.on_the_platform(draft)) < 6 and time.monotonic() < deadline:
        time.sleep(0.05)
    sending.kill()
    sending.communicate()
    before = len(shop.on_the_platform(draft))
    assert 6 <= before < 40

    shop.behave(latency_ms=0)
    after = shop.json("batch", "send", batch_id)
    assert after["counts"] == {"ready": 40}
    theirs = shop.on_the_platform(after)
    assert len(theirs) == 40
    assert Counter(one["trade_order_id"] for one in theirs).most_common(1)[0][1] == 1


def test_a_terminated_send_writes_down_what_was_under_way(shop: Shop) -> None:
    batch_id = shop.draft(20)
    draft = shop.json("batch", "show", batch_id)
    shop.behave(latency_ms=300)
    sending = shop.start("batch", "send", batch_id, *SEND, threads="4")
    deadline = time.monotonic() + 60
    while not shop.on_the_platform(draft) and time.monotonic() < deadline:
        time.sleep(0.05)
    sending.send_signal(signal.SIGTERM)
    _out, err = sending.communicate(timeout=60)
    shop.behave(latency_ms=0)
    assert sending.returncode == cli.frame.STOPPED
    assert "Traceback" not in err
    stopped = shop.json("batch", "show", batch_id)
    assert "sending" not in stopped["counts"]
    known = {row["logistics_order_id"] for row in stopped["shipments"]} - {None}
    assert known == {one["logistics_order_id"] for one in shop.on_the_platform(draft)}
    assert shop.json("batch", "send", batch_id)["counts"] == {"ready": 20}


def test_refused_parcels_are_listed_with_their_reason_and_sent_again_on_request(shop: Shop) -> None:
    batch_id = shop.draft(3)
    shop.behave(faults={"create:refuse_address": 1.0})
    refused = shop.json("batch", "send", batch_id, *SEND, status=1)
    assert refused["counts"] == {"refused": 3}
    assert all(row["reason"] for row in refused["shipments"])
    told = shop.run("batch", "send", batch_id)
    assert told.returncode == 1
    assert all(row["shipment_id"] in told.stderr for row in refused["shipments"])

    shop.behave(faults={})
    assert shop.json("batch", "retry", batch_id)["counts"] == {"ready": 3}


def test_a_voided_parcel_is_neither_printed_nor_handed_over(shop: Shop, tmp_path: Path) -> None:
    batch_id = shop.draft(3)
    sent = shop.json("batch", "send", batch_id, *SEND)
    number = sent["shipments"][0]["tracking_number"]
    assert shop.json("batch", "void", number, "--reason", "broken at packing")["state"] == "voided"
    assert shop.json("batch", "labels", batch_id, "-o", tmp_path / "two.pdf")["labels"] == 2
    other = shop.draft(1)
    shop.json("batch", "send", other, *SEND)
    both = shop.json("batch", "labels", batch_id, other, batch_id, "-o", tmp_path / "three.pdf")
    assert (both["batch_id"], both["labels"]) == ([batch_id, other], 3)
    assert shop.json("batch", "handover", batch_id)["handed_over"] == 2
    assert shop.json("batch", "void", number, "--reason", "again", status=2)["code"] == "cannot_void"


def test_a_parcel_that_weighs_something_else_is_made_anew_and_sent(shop: Shop) -> None:
    batch_id = shop.draft(2)
    old = shop.json("batch", "send", batch_id, *SEND)["shipments"][0]["shipment_id"]
    made = shop.json("batch", "repack", old, "--weight-g", "700")
    assert (made["shipment_id"], made["weight_g"]) == (old, 700)
    assert shop.json("batch", "send", batch_id, "--agree")["counts"] == {"voided": 1, "ready": 2}


def test_a_notice_nobody_answered_is_asked_about_twice(shop: Shop) -> None:
    [order] = shop.json("orders", "--free", "--not-blocked", "--not-held", "--limit", "1")
    order_id = order["order_id"]
    told = ("notice", "fill", order_id, "--carrier", "CPAM", "--number", "LX123456789CN")
    shop.behave(faults={"declare:cut_before": 1.0})
    assert [one["state"] for one in shop.json(*told, status=1)] == ["unconfirmed"]
    shop.behave(faults={})
    waits = shop.json("notice", "settle", status=1, settle_seconds="3600")
    assert [one["state"] for one in waits] == ["unconfirmed"]
    missing = shop.run("notice", "settle")
    assert (missing.returncode, missing.stdout.count("it was not told")) == (1, 1)
    assert shop.json("notice", "settle") == []
    assert [one["state"] for one in shop.json(*told)] == ["done"]


def test_the_end_of_an_order_is_asked_again_with_what_stays_unshipped(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = shop.json("orders", "--free", "--not-blocked", "--not-held", "--limit", "200")
    [order_id, *_others] = [
        row["order_id"] for row in rows if row["unit_count"] > 1 and row["line_count"] == 1
    ]
    filled = ("notice", "fill", order_id, "--carrier", "CPAM", "--number", "LX123456789CN", "--take")
    assert shop.json(*filled, "1=0", status=2)["code"] == "notice_nothing"
    assert [one["state"] for one in shop.json(*filled, "1=1")] == ["done"]
    finish = ("notice", "finish", order_id)
    assert "nothing was told" in shop.json(*finish, status=2)["error"]
    blind = shop.run(*finish)
    assert (blind.returncode, "stay unshipped" in blind.stderr, " × " in blind.stderr) == (2, True, True)
    chinese = shop.run(*finish, language="zh_CN").stderr
    assert ("以下商品将不再发货" in chinese, "--yes" in chinese, "nothing" in chinese) == (True, True, False)
    for answer, status in (("n\n", 2), ("y\n", 0)):
        monkeypatch.setattr("sys.stdin", Terminal(answer))
        asked = shop.run(*finish)
        assert (asked.returncode, "Is all shipped?" in asked.stderr) == (status, True), asked.stderr
    assert shop.json(*finish, "--yes", status=1)[0]["state"] == "refused", "the platform has it already"


def test_a_paused_batch_waits_until_it_is_resumed(shop: Shop) -> None:
    batch_id = shop.draft(2)
    assert shop.json("batch", "pause", batch_id)["paused"] is True
    assert shop.json("batch", "send", batch_id, *SEND, status=1)["counts"] == {"queued": 2}
    shop.json("batch", "resume", batch_id)
    assert shop.json("batch", "send", batch_id)["counts"] == {"ready": 2}


def test_choices_that_differ_from_the_buyers_are_said_with_their_number(shop: Shop) -> None:
    batch_id = shop.draft(10)
    sent = shop.run("batch", "send", batch_id, *SEND, "--json")
    assert sent.returncode == 0
    confirmed = json.loads(sent.stdout)["confirmed"]
    assert confirmed > 0
    assert f"Confirmed: {confirmed} shipment" in sent.stderr
    [line] = [one for one in shop.run("batch", "list").stdout.splitlines() if batch_id in one]
    assert re.search(r"  \d{4}-\d\d-\d\d \d\d:\d\d UTC  ", line), "to the minute, with its zone"


def test_nothing_is_sent_without_a_decision_or_the_agreement(shop: Shop) -> None:
    batch_id = shop.draft(2)
    assert shop.json("batch", "send", batch_id, status=2)["code"] == "agreement_missing"
    assert shop.json("batch", "send", batch_id, "--agree", status=2)["code"] == "undeliverable_missing"
    assert shop.run("batch", "send", batch_id, "--undeliverable", "perhaps", "--agree").returncode == 2
    assert shop.json("batch", "show", batch_id)["counts"] == {"draft": 2}


def test_figures_add_up_to_the_fees_of_what_was_sent(shop: Shop) -> None:
    sent = [
        row
        for batch in shop.json("batch", "list")
        for row in shop.json("batch", "show", batch["batch_id"])["shipments"]
        if row["state"] in ("accepted", "ready", "handed_over", "declared")
    ]
    wanted: Counter[str] = Counter()
    for row in sent:
        wanted[row["currency"]] += row["fee_minor"]
    for name in ("fees", "costs"):
        rows = [row for row in shop.json(name) if row["kind"] == "freight"]
        assert sum(row["shipment_count"] for row in rows) == len(sent)
        found: Counter[str] = Counter()
        for row in rows:
            found[row["currency"]] += row["fee_minor"]
        assert found == wanted
    assert sum(row["shipment_count"] for row in shop.json("outcomes")) == len(sent)


def test_the_filters_are_the_pages(shop: Shop) -> None:
    everything = shop.json("orders")
    for arguments, holds in (
        (("--country", "de"), lambda order: order["country"] == "DE"),
        (("--with-note",), lambda order: order["note"] != ""),
        (("--several",), lambda order: order["line_count"] > 1),
        (("--blocked",), lambda order: order["block_codes"] != []),
        (("--in-batch",), lambda order: order["in_batch"]),
        (("--partly",), lambda order: order["partly_shipped"]),
        (
            ("--order", everything[0]["order_id"][-6:]),
            lambda order: order["order_id"] == everything[0]["order_id"],
        ),
    ):
        found = {order["order_id"] for order in shop.json("orders", *arguments)}
        assert found == {order["order_id"] for order in everything if holds(order)}, arguments
        assert found, arguments
    soon = shop.json("orders", "--due-within", "1d")
    assert 0 < len(soon) < len(everything)
    assert {order["order_id"] for order in everything if order["overdue"]} <= {
        one["order_id"] for one in soon
    }
    assert len(shop.json("orders", "--limit", "5")) == 5


def test_every_row_of_a_file_is_counted_once_and_twice_changes_nothing(
    new_shop: Shop, tmp_path: Path
) -> None:
    rows = [an_export_row() for _ in range(4)] + [an_export_row(收货国家="Atlantis")]
    export, products = (
        write_export(tmp_path / "orders.xlsx", rows),
        write_products(tmp_path / "products.xlsx"),
    )
    first = new_shop.json("load", export, products, status=1)
    orders, table = first["files"]
    assert (orders["read"], orders["loaded"], orders["refused"]) == (5, 4, 1)
    assert (first["orders"], first["order_lines"]) == (4, 4)
    assert (table["layout"], table["loaded"]) == ("products", 9)
    [problem] = first["problems"]
    assert (problem["file"], problem["row"], problem["value"]) == ("orders.xlsx", 6, "Atlantis")
    assert problem["reason"]
    assert problem["mending"]
    again = new_shop.json("load", export, products, status=1)
    assert [(one["loaded"], one["updated"]) for one in again["files"]] == [(0, 0), (0, 0)]
    assert [one["unchanged"] for one in again["files"]] == [4, 9]


def test_a_file_that_is_none_of_ours_loads_nothing_and_says_why(new_shop: Shop, tmp_path: Path) -> None:
    stranger = tmp_path / "notes.txt"
    stranger.write_text("to do, done\nbuy tape, yes\n")
    done = new_shop.json("load", stranger, tmp_path / "missing.xlsx", status=1)
    assert [one["read"] for one in done["files"]] == [0, 0]
    assert "notes.txt" in done["files"][0]["file"]
    assert all(one["error"] for one in done["files"])


def test_a_parcel_without_an_order_is_quoted(new_shop: Shop) -> None:
    quotes = new_shop.json("quote", "--country", "us", "--weight-g", "250")
    fees = [quote["fee_cny_minor"] for quote in quotes if quote["eligible"]]
    assert fees
    assert fees == sorted(fees)
    one = next(quote for quote in quotes if quote["plan_id"] == "CPAM")
    # 14.00 CNY an item and 55 CNY a kilogram: the published card of the plan.
    assert (one["fee_minor"], one["currency"]) == (2775, "CNY")
    with_return = new_shop.json("quote", "--country", "RU", "--weight-g", "100", "--undeliverable", "return")
    returning = [quote for quote in with_return if quote["return_supported"] and quote["eligible"]]
    for quote in returning:
        assert quote["parts"][-1] == {"part": "return_service", "fee_minor": quote["return_fee_minor"]}
        assert quote["fee_minor"] == sum(part["fee_minor"] for part in quote["parts"])


@pytest.mark.parametrize("command", ["orders", "outcomes", "fees", "costs"])
def test_a_reader_of_an_empty_store_answers(new_shop: Shop, command: str) -> None:
    assert new_shop.json(command) == []
    assert new_shop.run(command).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("load",),
        ("load", "--sample", "a.xlsx"),
        ("load", "--as", "poems", "a.xlsx"),
        ("orders", "--due-within", "soon"),
        ("orders", "--colour", "red"),
        ("quote",),
        ("quote", "1", "--country", "US"),
        ("quote", "--country", "US", "--weight-g", "-5"),
        ("quote", "8100000000000000"),
        ("batch", "new", "--policy", "dearest"),
        ("batch", "new", "--limit", "0"),
        ("batch", "show", "B1"),
        ("batch", "send", "B1", "--agree"),
        ("batch", "labels", "B1"),
        ("batch", "void", "LP1"),
        ("fly",),
    ],
    ids=" ".join,
)
def test_wrong_use_is_said_in_words_and_exits_2(new_shop: Shop, arguments: tuple[str, ...]) -> None:
    told = new_shop.run(*arguments)
    assert told.returncode == 2
    assert told.stdout == ""
    assert told.stderr.strip()
    assert new_shop.json(*arguments, status=2)["error"] in told.stderr


def test_a_held_database_is_said_in_one_line_with_the_way_out(new_shop: Shop) -> None:
    new_shop.json("orders")
    with duckdb.connect(str(new_shop.data / "shipdesk.duckdb")):
        answered = new_shop.process("orders", "--json")
        told = new_shop.process("orders")
    assert answered.returncode == 3
    assert "SHIPDESK_DATA" in json.loads(answered.stdout)["error"]
    assert told.returncode == 3
    assert told.stdout == ""
    assert len(told.stderr.strip().splitlines()) == 1


def test_a_platform_out_of_reach_is_said_and_exits_3(new_shop: Shop) -> None:
    nobody = {"platform_url": "http://127.0.0.1:9", "app_key": "1", "app_secret": "s", "token": "t"}
    answer = new_shop.json("sync", status=3, **nobody)
    assert answer["code"] == "unreachable"
    assert "Nothing was lost" in answer["error"]


def test_a_sync_makes_the_orders_and_reports_each_once(new_shop: Shop) -> None:
    rows = [an_export_row() for _ in range(3)]
    with launch_with(new_shop, rows) as url:
        there = {
            "platform_url": url,
            "app_key": "12345678",
            "app_secret": "sandbox-secret",
            "token": "sandbox-token",
        }
        bad = {"order_id": rows[0]["订单号"], "receiver": {"country": "ZZ"}}
        httpx.post(f"{url}/sandbox/change", json=bad).raise_for_status()
        answer = new_shop.json("sync", status=1, **there)
        assert {name: answer[name] for name in ("read", "loaded", "updated", "unchanged", "refused")} == {
            "read": 3, "loaded": 2, "updated": 0, "unchanged": 0, "refused": 1,
        }  # fmt: skip
        [shop] = answer["shops"]
        [problem] = shop["problems"]
        assert (problem["order_id"], problem["value"]) == (rows[0]["订单号"], "ZZ")
        assert problem["reason"]
        assert problem["mending"]
        told = new_shop.run("sync", **there)
        assert "3 of 3 orders" in told.stderr


def test_commands_that_only_read_start_no_sandbox(new_shop: Shop) -> None:
    new_shop.json("load", "--sample", status=1)
    new_shop.json("quote", "--country", "US", "--weight-g", "250")
    new_shop.json("batch", "new", "--limit", "1", "--policy", "cheapest")
    assert not (new_shop.data / "sandbox" / "address.json").exists()


def test_people_are_answered_in_their_language(new_shop: Shop) -> None:
    told = new_shop.run("batch", "show", "B1", language="zh_CN")
    assert told.returncode == 2
    assert "没有批次 B1" in told.stderr


def test_settings_that_cannot_be_read_are_named(new_shop: Shop) -> None:
    told = new_shop.run("orders", threads="many")
    assert told.returncode == 2
    assert "SHIPDESK_THREADS" in told.stderr
    assert "Traceback" not in told.stderr


def test_rate_cards_are_loaded_looked_at_and_activated(shop: Shop, tmp_path: Path) -> None:
    path = write_rates(
        tmp_path / "cards.csv", [a_rate(valid_from="2026-12-01"), a_rate(valid_from="2027-01-01")]
    )
    loaded = shop.json("load", path, "--as", "rates")
    assert [loaded["files"][0][name] for name in ("layout", "read", "loaded", "refused")] == [
        "rates",
        2,
        2,
        0,
    ]
    cards = {card["card_id"]: card["state"] for card in shop.json("rates", "list")}
    assert (cards["cpam-2027-01-01"], cards["cpam_registered-2025-11"]) == ("draft", "active")
    found = shop.json("rates", "preview", "cpam-2027-01-01", "-o", tmp_path / "orders.xlsx")
    assert found["active_from"] == "2027-01-01"
    assert found["prices"]["lost_count"] > 1000
    assert {"IE"} == {place["country"] for place in found["countries"] if place["changed_count"]}
    assert found["orders"]["parcel_count"] > 1000
    assert (tmp_path / "orders.xlsx").read_bytes().startswith(b"PK")
    assert shop.json("rates", "activate", "cpam-2027-01-01", "--on", "2027-02-01") == {
        "card_id": "cpam-2027-01-01",
        "active_from": "2027-02-01",
    }
    assert shop.json("rates", "discard", "cpam-2026-12-01") == {"card_id": "cpam-2026-12-01"}
    said = shop.run("rates", "activate", "cpam-2026-12-01")
    assert (said.returncode, "is not known here" in said.stderr) == (2, True)
    old, new = (
        next(one for one in shop.json("quote", "--country", "IE", "--weight-g", "100", "--on", day))
        for day in ("2027-01-31", "2027-02-01")
    )
    assert old["card_from"] < "2027"
    assert {"card_id", "card_from", "card_note", "landed"} <= new.keys()


def test_a_wrong_card_leaves_the_command_with_every_row_named(shop: Shop, tmp_path: Path) -> None:
    path = write_rates(tmp_path / "cards.csv", [a_rate(), a_rate(country="Atlantis")])
    done = shop.run("load", path, "--as", "rates", "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["files"][0]["refused"] == found["files"][0]["read"] == 2
    first = found["problems"][0]
    assert (first["row"], first["column"], first["value"]) == (3, "country", "Atlantis")
    assert first["reason"]
    assert first["mending"]


def test_what_is_due_at_the_destination_stands_beside_the_fees(shop: Shop) -> None:
    quotes = shop.json(
        "quote", "--country", "DE", "--weight-g", "100", "--value", "20", "USD", "--on", "2026-08-01"
    )
    due = {one["rule"]: one for one in quotes[0]["landed"]}
    assert (due["EU_DUTY3"]["amount_minor"], due["EU_DUTY3"]["currency"]) == (300, "EUR")
    for quote in quotes:
        if quote["eligible"]:
            assert quote["fee_minor"] == sum(part["fee_minor"] for part in quote["parts"])
            assert quote["card_id"]
            assert quote["card_from"]
    assert {part["part"] for quote in quotes for part in quote["parts"]} <= {"item", "weight"}
    said = shop.run("quote", "--country", "DE", "--weight-g", "100", "--on", "2026-08-01").stdout
    assert "Due at the destination, in no fee above" in said
    elsewhere = shop.json("quote", "--country", "RU", "--weight-g", "700", "--elsewhere")
    assert len(elsewhere) == 8
    assert shop.run("quote", "--country", "DE", "--weight-g", "100", "--value", "x", "USD").returncode == 2


def test_bills_are_loaded_and_counted(shop: Shop, tmp_path: Path) -> None:
    path = write_bill(tmp_path / "bill.csv", [a_bill_line("LP1234567"), a_bill_line("LP7654321")])
    assert shop.json("load", path, "--as", "bills")["files"][0]["loaded"] == 2
    assert shop.json("load", path, "--as", "bills")["files"][0]["unchanged"] == 2
    found = shop.json("bills")
    assert [found["totals"][0][name] for name in ("line_count", "unmatched_count", "amount_minor")] == [
        2,
        2,
        2468,
    ]
    assert {line["number"] for line in found["unmatched"]} == {"LP1234567", "LP7654321"}
    assert shop.json("rates", "elsewhere", "--country", "jp")[0]["lacks"] == "weight"


@contextmanager
def launch_with(shop: Shop, rows: list[dict[str, str]]) -> Iterator[str]:
    """A sandbox that knows these orders; where it answers."""
    running = launch.ensure(shop.data.parent / "there", [write_export(shop.data.parent / "there.csv", rows)])
    try:
        yield running.url
    finally:
        running.stop()
