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
TWO = a_products_cell(("SKU-1", 1), ("SKU-2", 1))


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
    loaded, export = stock("shell", lambda: [an_export_row(products=TWO) for _place in range(40)])
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
