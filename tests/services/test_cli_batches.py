"""What the pages of a batch can do, at the command line: prepared, decided, chosen parcels, receivers, papers."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

import pytest

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
