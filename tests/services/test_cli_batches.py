"""What the pages of a batch can do, at the command line: prepared, decided, chosen parcels, receivers, papers."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pypdf import PdfReader

from lib.app import SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN
from lib.cli import run
from lib.sandbox import launch
from tests.builders import a_products_cell, an_export_row
from tests.conftest import Desk, Stock, _desk

#: A plan that brings undeliverable parcels back, and one that does not.
RETURNING, DESTROYING = "CAINIAO_STANDARD", "CPAM"
#: An order that CAINIAO_STANDARD can carry, and one that can be split.
LIGHT, TWO = a_products_cell(("SKU-1", 1)), a_products_cell(("SKU-1", 2))


@dataclass
class Shell:
    """Commands on a desk's data; what the last one said stands in `out` and `err`."""

    desk: Desk
    out: str = ""
    err: str = ""

    def json(self, *arguments: str, status: int = 0) -> Any:
        """The one JSON document of a command that ends as expected."""
        self.text(*arguments, "--json", status=status)
        return json.loads(self.out)

    def text(self, *arguments: str, status: int = 0) -> str:
        """What a command prints for people."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            ended = run(list(arguments))
        self.out, self.err = out.getvalue(), err.getvalue()
        assert (ended, "Traceback" in self.err) == (status, False), self.err
        return self.out

    def error(self, *arguments: str) -> str:
        """The one sentence of what cannot be done."""
        return str(self.json(*arguments, status=2)["error"])


@pytest.fixture(scope="module")
def shell(sandbox: launch.Running, stock: Stock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """Commands on forty plain orders. The batches of a test are its own."""
    loaded, export = stock(
        "shell", lambda: [an_export_row(products=LIGHT if place < 36 else TWO) for place in range(40)]
    )
    with (
        _desk(sandbox, loaded, tmp_path_factory.mktemp("shell")) as desk,
        pytest.MonkeyPatch.context() as env,
    ):
        desk.seed_when_asked(export)
        data = desk.folder / "cli"
        data.mkdir()
        desk.app.database.close()
        (desk.folder / "store.duckdb").rename(data / "shipdesk.duckdb")
        own = {"PLATFORM_URL": desk.url, "APP_KEY": SANDBOX_KEY, "APP_SECRET": SANDBOX_SECRET}
        own |= {"TOKEN": SANDBOX_TOKEN, "DATA": str(data), "SETTLE_SECONDS": "0", "LANGUAGE": "en"}
        for name, value in own.items():
            env.setenv(f"SHIPDESK_{name}", value)
        yield Shell(desk)


def draft(shell: Shell, *more: str) -> str:
    return str(shell.json("batch", "new", "--policy", "cheapest", *more)["batch_id"])


def test_a_pickup_that_is_applied_for_names_a_contact_with_a_phone_number(shell: Shell) -> None:
    batch_id = draft(shell, "--limit", "2")
    send = ("batch", "send", batch_id, "--undeliverable", "destroy", "--handover", "apply-pickup", "--agree")
    assert "needs a contact" in shell.error(*send)
    assert "“window 3” is no phone number" in shell.error(
        *send, "--contact", "Li", "--contact-phone", "window 3"
    )
    assert shell.json("batch", "show", batch_id)["counts"] == {"draft": 2}
    sent = shell.json(*send, "--contact", "Li", "--contact-phone", "0755-8888 1234")
    assert sent["counts"] == {"ready": 2}


def numbers(document: dict[str, Any], state: str) -> list[str]:
    return [row["tracking_number"] for row in document["shipments"] if row["state"] == state]


def orders_of(shell: Shell, batch_id: str) -> list[str]:
    return [row["order_id"] for row in shell.json("batch", "show", batch_id)["shipments"]]


def test_chosen_parcels_are_retried_handed_over_and_declared_and_what_names_none_is_named(
    shell: Shell,
) -> None:
    batch_id = draft(shell, "--limit", "5")
    shell.desk.behave(faults={"create:refuse_plan": 1.0})
    shell.json("batch", "send", batch_id, "--undeliverable", "destroy", "--agree", status=1)
    shell.desk.behave(faults={})
    first, _second, *others = orders_of(shell, batch_id)
    said = shell.error("batch", "retry", batch_id, "--only", first, "LA7", "LA8")
    assert "LA7 (unknown there), LA8 (unknown there): no parcel of batch" in said
    assert shell.json("batch", "retry", batch_id, "--except", *others, status=1)["retried"] == 2
    retried = shell.json("batch", "retry", batch_id, "--only", ",".join(others[:2]), others[2])
    assert (retried["retried"], retried["counts"]) == (3, {"ready": 5})
    assert f"{first} (Ready)" in shell.error("batch", "retry", batch_id, "--only", first)

    one, two, three, four, five = numbers(retried, "ready")
    assert "stand behind --only or --except" in shell.error("batch", "handover", batch_id, one)
    assert "either --only or --except" in shell.error(
        "batch", "handover", batch_id, "--only", one, "--except", two
    )
    handed = shell.json("batch", "handover", batch_id, "--only", one, two)
    assert (handed["handed_over"], len(handed["stayed"])) == (2, 3)
    assert shell.json("batch", "handover", batch_id, "--except", f"{three},{four}")["handed_over"] == 1
    assert "remains when these parcels are left out" in shell.error(
        "batch", "declare", batch_id, "--except", one, two, five
    )
    assert f"{three} (Ready)" in shell.error("batch", "declare", batch_id, "--only", one, three)
    assert shell.json("batch", "show", batch_id)["counts"] == {"ready": 2, "handed_over": 3}
    assert shell.json("batch", "declare", batch_id, "--only", two)["declaring"] == 1
    declared = shell.json("batch", "declare", batch_id, "--except", one)
    assert declared["counts"] == {"ready": 2, "handed_over": 1, "declared": 2}


def test_chosen_parcels_are_mended_and_taken_out_by_any_of_their_numbers(shell: Shell) -> None:
    batch_id = draft(shell, "--limit", "4")
    one, two, three, four = orders_of(shell, batch_id)
    assert "LA9 (unknown there)" in shell.error("batch", "cancel", batch_id, one, "LA9")
    assert shell.json("batch", "cancel", batch_id, one)["cancelled"] == 1
    shell.desk.behave(faults={"create:refuse_plan": 1.0})
    shell.json("batch", "send", batch_id, "--undeliverable", "destroy", "--agree", status=1)
    shell.desk.behave(faults={})
    mend = ("batch", "mend", batch_id, "--plan", RETURNING)
    assert len(shell.json(*mend, "--except", three, four)["moved"]) == 1
    assert len(shell.json(*mend, three)["moved"]) == 1
    assert "LA9 (unknown there)" in shell.error(*mend, "--only", three, "LA9")
    assert "not both" in shell.error(*mend, "--only", three, "--country", "IE")
    shell.json("batch", "pause", batch_id)
    shell.json("batch", "retry", batch_id, "--agree", status=1)
    assert shell.json("batch", "cancel", batch_id, "--except", two)["cancelled"] == 2
    assert shell.json("batch", "show", batch_id)["counts"] == {"cancelled": 3, "queued": 1}
    assert "at least one number" in shell.error("batch", "cancel", batch_id, "--only", "")


def test_a_receiver_is_corrected_by_any_number_and_what_came_in_is_shown_beside(shell: Shell) -> None:
    batch_id = draft(shell, "--limit", "2")
    [parcel, refused] = shell.json("batch", "show", batch_id)["shipments"]
    named = ("receiver", parcel["shipment_id"])
    came = shell.json(*named)
    assert (came["order_id"], came["corrected"], came["findings"]) == (parcel["order_id"], None, [])
    wrong = shell.json(*named, "--postcode", "12", "--mobile", "", "--phone", "12", status=1)
    assert {one["field"] for one in wrong["findings"]} == {"postcode", "phone"}
    assert all(one["sentence"] for one in wrong["findings"])
    mended = shell.json(*named, "--postcode", " D02 AF30 ", "--phone", "353851234567", "--city", "Cork")
    assert mended["received"] == came["received"]
    assert mended["corrected"] == came["received"] | {
        "postcode": "D02 AF30", "phone": "353851234567", "mobile": "", "city": "Cork",
    }  # fmt: skip
    said = shell.text("receiver", parcel["order_id"])
    [line] = [one for one in said.splitlines() if "Cork" in one]
    assert line.split()[-2:] == ["Cork", "Dublin"], "what came in stands beside it"
    assert "at most 48 bytes" in shell.text("receiver", "--help").lower()
    assert "names no shipment" in shell.error("receiver", "no-such-number")

    shell.desk.behave(faults={"create:refuse_address": 1.0})
    shell.json("batch", "send", batch_id, "--undeliverable", "destroy", "--agree", status=1)
    shell.desk.behave(faults={})
    assert (
        shell.json("receiver", refused["order_id"], "--name", "Vera Example")["corrected"]["name"]
        == "Vera Example"
    )
    assert shell.json("batch", "retry", batch_id)["counts"] == {"ready": 2}
    assert "Vera Example" not in shell.err + shell.out


def plan_of(document: dict[str, Any], plan_id: str) -> dict[str, Any]:
    return next(one for one in document["plans"] if one["plan_id"] == plan_id)


def test_a_draft_is_prepared_by_plan_from_another_sender_and_what_lacks_is_said(shell: Shell) -> None:
    batch_id = draft(shell, "--limit", "3")
    listed = shell.json("addresses", "--refresh")
    senders = [one["address_id"] for one in listed if one["role"] == "sender"]
    assert senders[:2] == ["1001", "1002"]
    first = shell.json("batch", "prepare", batch_id)
    assert (first["sender"], first["undeliverable"], first["decisions"]) == ("1001", None, {"undecided": 3})
    assert any("Nobody decided" in one for one in first["lacking"])
    [plan] = first["plans"]
    assert (plan["handover"], plan["covered"], plan["offered"]) == ("pickup", True, True)

    prepare = ("batch", "prepare", batch_id)
    away = shell.json(*prepare, "--sender", "1002", "--handover", f"{plan['plan_id']}=self-send")
    [elsewhere] = away["plans"]
    assert (away["sender"], elsewhere["handover"], elsewhere["covered"]) == ("1002", "self-send", False)
    assert elsewhere["warehouse"] != plan["warehouse"]
    applied = (*prepare, "--handover", "apply-pickup", "--contact", "Li", "--contact-phone", "13800138000")
    assert "must be agreed with the warehouse" in shell.error(*applied)
    [asked] = shell.json(*applied, "--warehouse-agreed")["plans"]
    assert [asked[name] for name in ("handover", "contact", "contact_phone")] == [
        "apply-pickup",
        "Li",
        "13800138000",
    ]
    assert "Li · 13800138000" in shell.text(*prepare)

    assert "none of the seller's sender addresses" in shell.error(*prepare, "--sender", "9")
    assert "none of the seller's refund addresses" in shell.error(*prepare, "--refund", "1001")
    assert "No parcel of batch" in shell.error(*prepare, "--handover", "DHL=self-send")
    assert "“by-bike” is none of pickup" in shell.error(*prepare, "--handover", "by-bike")
    assert "Nobody collects" in shell.error(*prepare, "--handover", "pickup")


def test_return_or_destroy_is_decided_for_the_batch_a_plan_a_parcel_or_as_advised(shell: Shell) -> None:
    batch_id = draft(shell, "--limit", "3")
    one, two, three = orders_of(shell, batch_id)
    shell.json("batch", "choose", batch_id, "--plan", RETURNING, "--except", three)
    shell.json("batch", "choose", batch_id, "--plan", DESTROYING, "--only", three)

    def decided(*wanted: str) -> tuple[dict[str, str], dict[str, Any]]:
        options = [part for one in wanted for part in ("--undeliverable", one)]
        document = shell.json("batch", "prepare", batch_id, *options)
        rows = shell.json("batch", "show", batch_id)["shipments"]
        return {row["order_id"]: row["undeliverable"] for row in rows}, document

    rows, told = decided("return")
    assert rows == {one: "return", two: "return", three: "destroy"}
    assert told["refund"], "the platform's first refund address, named"
    assert f"offer no return and is destroyed whatever you choose: {DESTROYING} (1)" in told["warnings"][0]
    assert not plan_of(told, DESTROYING)["return_offered"]
    assert decided(f"{RETURNING}=destroy", f"{two}=return")[0] == {
        one: "destroy",
        two: "return",
        three: "destroy",
    }
    assert decided(f"{two}=inherit")[0] == dict.fromkeys((one, two, three), "destroy")
    assert decided(f"{RETURNING}=inherit")[0] == {one: "return", two: "return", three: "destroy"}
    assert decided("advised")[1]["advice"]["parcels"]

    prepare = ("batch", "prepare", batch_id, "--undeliverable")
    assert f"{DESTROYING} offers no return" in shell.error(*prepare, f"{DESTROYING}=return")
    assert f"{DESTROYING} offers no return" in shell.error(*prepare, f"{three}=return")
    assert "Only a whole batch goes by the advice" in shell.error(*prepare, f"{one}=advised")
    assert "DHL (unknown there)" in shell.error(*prepare, "DHL=return")
    assert "inherits from nothing" in shell.error(*prepare, "inherit")
    sent = shell.json(
        "batch", "send", batch_id, "--undeliverable", "destroy", "--agree", "--only", one, status=1
    )
    assert sent["counts"] == {"ready": 1, "draft": 2}
    assert f"{one} (Ready)" in shell.error("batch", "send", batch_id, "--agree", "--only", one)


def test_returns_need_a_refund_address_and_kept_back_orders_are_named(shell: Shell) -> None:
    batch_id = draft(shell, "--limit", "2")
    one, _two = orders_of(shell, batch_id)
    shell.json("receiver", one, "--postcode", "12", status=1)
    shell.json("batch", "choose", batch_id, "--plan", RETURNING)
    prepared = shell.json("batch", "prepare", batch_id, "--undeliverable", "return", status=1)
    assert {row["order_id"] for row in prepared["kept_back"]} == {one}
    assert prepared["lacking"] == []
    refund = prepared["refund"]
    sent = shell.json("batch", "send", batch_id, "--refund", refund, "--agree", status=1)
    assert sent["counts"] == {"draft": 1, "ready": 1}
    assert one in shell.err
    assert "stays in the draft" in shell.err


def test_chosen_and_new_labels_the_sheet_and_what_left_before(shell: Shell, tmp_path: Path) -> None:
    batch_id = draft(shell, "--limit", "3")
    sent = shell.json("batch", "send", batch_id, "--undeliverable", "destroy", "--agree")
    one, two, three = numbers(sent, "ready")
    file = str(tmp_path / "labels.pdf")
    labels = ("batch", "labels", batch_id, "-o", file)
    shell.json(*labels, "--only", one, three)
    printed = [page.extract_text() for page in PdfReader(file).pages]
    assert [number in text for number, text in zip((one, three), printed, strict=True)] == [True, True]
    assert shell.json(*labels, "--new")["labels"] == 1
    assert "no labels yet" in shell.error(*labels, "--new")
    assert "LA9 (unknown there)" in shell.error(*labels, "--except", "LA9")
    assert "Name a batch" in shell.error("batch", "labels", "-o", file)

    other = draft(shell, "--limit", "1")
    shell.json("batch", "send", other, "--undeliverable", "destroy", "--agree")
    of_all = shell.json("batch", "labels", "--new", "-o", file)
    assert other in of_all["batch_id"], "what was never printed, whatever batch it is of"

    sheet = ("batch", "sheet", batch_id, "-o", str(tmp_path / "sheet.pdf"), "--courier", "SF")
    assert len(shell.json(*sheet, "--except", two)["shipments"]) == 2
    text = "".join(page.extract_text() for page in PdfReader(tmp_path / "sheet.pdf").pages)
    assert ([number in text for number in (one, two, three)], "SF" in text) == ([True, False, True], True)
    shell.json("batch", "handover", batch_id, "--except", two, "--courier", "SF", "--weight-g", "500")
    [left] = shell.json("batch", "handovers", batch_id)
    assert [left[name] for name in ("pieces", "scale_g", "courier")] == [2, 500, "SF"]
    assert "500 g" in shell.text("batch", "handovers", batch_id)


def test_a_batch_by_a_preset_prints_as_its_preset_says(shell: Shell, tmp_path: Path) -> None:
    shell.json("presets", "save", "two", "--order", orders_free(shell), "--paper", "a4", "--runs", "0")
    batch_id = shell.json("presets", "run", "two")["batch_id"]
    sent = shell.json("batch", "send", batch_id, "--undeliverable", "destroy", "--agree")
    file = str(tmp_path / "labels.pdf")
    printed = shell.json("batch", "labels", batch_id, "-o", file)
    assert (printed["paper"], len(PdfReader(file).pages)) == ("a4", 1)
    assert shell.json("batch", "labels", batch_id, "-o", file, "--paper", "a6")["paper"] == "a6"
    assert sent["counts"] == {"ready": 1}


def orders_free(shell: Shell) -> str:
    [order] = shell.json("orders", "--free", "--not-blocked", "--limit", "1")
    return str(order["order_id"])


def test_a_parcel_shows_its_lines_and_its_history_and_is_split_and_made_anew(shell: Shell) -> None:
    order_id = next(row["order_id"] for row in shell.json("orders", "--free") if row["unit_count"] == 2)
    batch_id = draft(shell, order_id)
    [whole] = shell.json("batch", "show", batch_id)["shipments"]
    shown = shell.json("batch", "parcel", order_id)
    assert (shown["shipment_id"], [(row["line_no"], row["quantity"]) for row in shown["contents"]]) == (
        whole["shipment_id"], [(1, 2)],
    )  # fmt: skip
    assert sum(shown["parts"].values()) == shown["fee_minor"]
    assert "receivers" not in shown
    part = shell.json("batch", "split", order_id, "--take", "1=1")["new_shipment_id"]
    assert "names 2 live shipments" in shell.error("batch", "parcel", order_id)
    sent = shell.json("batch", "send", batch_id, "--undeliverable", "destroy", "--agree")
    assert sent["counts"] == {"ready": 2}
    number = shell.json("batch", "parcel", part)["tracking_number"]
    history = shell.text("batch", "parcel", number)
    assert [word in history for word in ("Draft", "Queued", "Ready", " UTC", "SKU-1")] == [True] * 5
    made = shell.json("batch", "repack", number, "--weight-g", "90", "--correct-sku")
    assert (made["shipment_id"], made["corrected"]["sku"], made["corrected"]["measured_g"]) == (
        part,
        "SKU-1",
        75,
    )

    state = shell.json("batch", "show", batch_id)
    assert (len(state["agreements"]), state["paused"], state["late"]) == (1, False, [])
    assert [row["currency"] for row in state["cost"]] == ["CNY"]
    assert "cost so far" in shell.text("batch", "show", batch_id)
    assert "UTC" in shell.text("batch", "log", batch_id)
    assert "cannot be given up" in shell.error("batch", "discard", batch_id)
    assert "names no shipment" in shell.error("batch", "parcel", "LA9")
    assert "names no shipment" in shell.error("batch", "let-go", "LA9", "--reason", "x")


def test_orders_are_held_back_and_let_go_on(shell: Shell) -> None:
    one, two = [row["order_id"] for row in shell.json("orders", "--free", "--limit", "2")]
    assert shell.json("hold", one, two, "--reason", "buyer asked", "--until", "2099-01-01")["held"] == 2
    held = {row["order_id"]: row["hold_until_at"] for row in shell.json("orders", "--held")}
    assert held == dict.fromkeys((one, two), "2099-01-01T00:00:00+00:00")
    assert "a, b" in shell.error("release", one, "a", "b")
    assert "not both" in shell.error("hold", one, "--held", "--reason", "x")
    assert "not both" in shell.error("hold", "--reason", "x")
    assert "would end in the past" in shell.error("hold", one, "--reason", "x", "--until", "2020-01-01")
    assert shell.json("release", "--held")["released"] == 2
    assert shell.json("orders", "--held") == []


def test_what_is_left_of_an_order_and_what_it_can_be_told_with_are_listed(shell: Shell) -> None:
    order_id = next(row["order_id"] for row in shell.json("orders", "--free") if row["unit_count"] == 2)
    keys = {row["service_key"] for row in shell.json("notice", "carriers")}
    assert "CPAM" in keys
    shell.json("notice", "fill", order_id, "--carrier", "CPAM", "--number", "LX123456789CN", "--take", "1=1")
    told = shell.json("notice", "show", order_id)
    assert [(row["line_no"], row["quantity"], row["left_quantity"]) for row in told["lines"]] == [(1, 2, 1)]
    assert [row["tracking_number"] for row in told["notices"]] == ["LX123456789CN"]
    assert "LX123456789CN" in shell.text("notice", "show", order_id)
    rest = draft(shell, order_id)
    assert shell.json("batch", "parcel", order_id)["contents"][0]["quantity"] == 1, "what is left is preset"
    assert shell.json("batch", "discard", rest)["freed"] == 1


def test_how_a_batch_was_sent_is_kept_as_a_preset_and_forgotten(shell: Shell) -> None:
    batch_id = draft(shell, "--limit", "1")
    shell.json("batch", "send", batch_id, "--undeliverable", "destroy", "--handover", "self-send", "--agree")
    shell.json("presets", "save", "as then", "--batch", batch_id)
    [kept] = [one for one in shell.json("presets", "list") if one["name"] == "as then"]
    assert (kept["mode"], kept["undeliverable"]) == ("self_send", "destroy")
    shell.json("presets", "forget", "as then")
    assert "as then" not in [one["name"] for one in shell.json("presets", "list")]
    assert "no preset" in shell.error("presets", "forget", "as then")


def test_returns_wait_for_a_refund_address_where_the_platform_has_none(shell: Shell) -> None:
    batch_id = draft(shell, "--limit", "1")
    shell.json("batch", "choose", batch_id, "--plan", RETURNING)
    with duckdb.connect(shell.desk.folder / "cli" / "shipdesk.duckdb") as store:
        store.execute("delete from seller_addresses where role = 'refund'")
    lacking = shell.json("batch", "prepare", batch_id, "--undeliverable", "return")["lacking"]
    assert any("need a refund address" in one and "addresses --refresh" in one for one in lacking)
    assert "need a refund address" in shell.error("batch", "send", batch_id, "--agree")
    assert "refund" in {row["role"] for row in shell.json("addresses", "--refresh")}
    assert shell.json("batch", "prepare", batch_id)["lacking"] == []
    assert shell.json("batch", "send", batch_id, "--agree")["counts"] == {"ready": 1}


def test_a_warning_is_accepted_and_taken_back_for_single_orders(shell: Shell) -> None:
    ids = [row["order_id"] for row in shell.json("orders", "--free", "--not-blocked", "--limit", "2")]
    for order_id in ids:
        shell.json("receiver", order_id, "--phone", "", "--mobile", "12", status=1)
    accept = ("checks", "odd_phone", "--accept", "--order")
    assert "a, b" in shell.error(*accept, "a", "--order", "b")
    assert shell.json(*accept, ids[0])["accepted"] == 1
    assert [row["order_id"] for row in shell.json("checks", "odd_phone")] == ids[1:]
    assert shell.json("checks", "odd_phone", "--accept")["accepted"] == 1
    assert shell.json("checks", "odd_phone", "--take-back", "--order", ids[1])["taken_back"] == 1
    assert shell.json("checks", "odd_phone", "--take-back")["taken_back"] == 1
    assert {row["order_id"] for row in shell.json("checks", "odd_phone")} == set(ids)
    assert "goes with one of them" in shell.error("checks", "odd_phone", "--order", ids[0])
    for order_id in ids:
        shell.json("receiver", order_id, "--mobile", "353851234567")
