"""Programs that are killed: a dispatcher in a process of its own ends at a moment or a line, and is started again.

`python -m tests.lives` is the mother of all lives: it imports everything once and forks one process per line of its
input, so that a life costs what opening the store costs. Nothing of a life outlasts SIGKILL but its files.
"""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from lib.aliexpress.platform import Client, Platform
from lib.app import SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN, App
from lib.config import ROOT, Settings
from lib.domain.orders import OrderFilter
from lib.domain.plans import Policy
from lib.domain.shipments import Decision
from lib.services import batches, files, handover, orders, partly, plans, shipments
from lib.services.dispatch import Dispatcher
from lib.store.database import Database
from tests.builders import a_products_cell, an_export_row, write_export

#: Long enough that what a killed process had on the wire has arrived before it is believed missing.
SETTLE_S = 2
#: The lines between intention, request and answer: everything executed in these modules.
ON_THE_WAY = (
    "lib/services/dispatch.py",
    "lib/services/asking.py",
    "lib/aliexpress/creating.py",
    "lib/aliexpress/declaring.py",
    "lib/aliexpress/client.py",
    "lib/aliexpress/wire.py",
    "lib/store/shipments.py",
    "lib/store/dispatch.py",
    "lib/store/database.py",
)

#: Pieces of each SKU in an order that goes in two parcels.
IN_TWO_PARCELS = {"SKU-1": 3, "SKU-2": 2}

Line = tuple[str, int]  #: Module as in ON_THE_WAY, and line.


@dataclass
class Shop:
    """A store file, a sandbox's address, and a program between them that comes and goes."""

    folder: Path
    url: str
    threads: int = 8
    killed: int = 0
    split: set[str] = field(default_factory=set)  #: Orders that go in two parcels.
    _mother: subprocess.Popen[str] | None = None

    @contextmanager
    def opened(self) -> Iterator[App]:
        """The App, while nobody else has the file."""
        app, client = _app(self.folder, self.url, self.threads)
        try:
            yield app
        finally:
            client.close()
            app.database.close()

    def life(
        self,
        *,
        killed_after_s: float | None = None,
        killed_at: Line | None = None,
        traced: Path | None = None,
    ) -> int:
        """Let the program work until it is done, or is killed. Returns its exit status; -9 when it was killed."""
        mother = self._mother_of_all()
        assert mother.stdin is not None
        assert mother.stdout is not None
        wanted = {
            "folder": str(self.folder), "url": self.url, "threads": self.threads, "killed_at": killed_at,
            "traced": str(traced) if traced else None,
        }  # fmt: skip
        mother.stdin.write(json.dumps(wanted) + "\n")
        mother.stdin.flush()
        pid = int(mother.stdout.readline())
        if killed_after_s is not None:
            time.sleep(killed_after_s)
            os.kill(pid, signal.SIGKILL)
        if mother.stdout.readline() == "":
            raise RuntimeError("the mother of all lives ended")
        mother.stdin.write("\n")  # Until now the pid is nobody else's.
        mother.stdin.flush()
        status = os.waitstatus_to_exitcode(int(mother.stdout.readline()))
        self.killed += status == -signal.SIGKILL
        return status

    def submit(self, count: int) -> str:
        """A batch of so many new orders, submitted; one in ten goes in two parcels."""
        several = a_products_cell(*IN_TWO_PARCELS.items())
        split = [an_export_row(products=several) for _ in range(-(-count // 10))]
        rows = [an_export_row() for _ in range(count - len(split))]
        export = write_export(self.folder / "orders.csv", [*rows, *split])
        with self.opened() as app:
            files.load(app, [export], by="tester")
            _seed(self.url, export)
            free = orders.matching_ids(app, OrderFilter(placed=False))
            made = batches.create(app, free, by="tester", policy=Policy.CHEAPEST)
            assert made.batch_id, made.excluded
            listed = shipments.listing(app, made.batch_id).set_index("order_id")["shipment_id"]
            for row in split:
                partly.split(app, listed[row["订单号"]], {2: IN_TWO_PARCELS["SKU-2"]}, by="tester")
            self.split |= {row["订单号"] for row in split}
            differing = sum(pair.shipment_count for pair in plans.mismatches(app, made.batch_id))
            plans.confirm(app, made.batch_id, differing, by="tester")
            handover.prepare(app, made.batch_id)
            shipments.decide_undeliverable(app, made.batch_id, Decision.DESTROY, by="tester")
            submitted = shipments.submit(app, made.batch_id, agreed=True, by="tester")
            assert submitted == count + len(split)
        return made.batch_id

    def declare(self, batch_id: str) -> None:
        """A person hands everything over and wants it declared."""
        with self.opened() as app:
            shipments.hand_over(app, batch_id, by="tester")
            shipments.declare(app, batch_id, by="tester")

    def states(self, batch_id: str) -> dict[str, int]:
        """How many shipments of the batch are in each state."""
        with self.opened() as app:
            return {str(state): n for state, n in shipments.progress(app, batch_id).counts.items()}

    def close(self) -> None:
        """No more lives."""
        if self._mother is not None:
            assert self._mother.stdin is not None
            assert self._mother.stdout is not None
            self._mother.stdin.close()
            self._mother.wait(10)
            self._mother.stdout.close()

    def _mother_of_all(self) -> subprocess.Popen[str]:
        if self._mother is None:
            command = [sys.executable, "-m", "tests.lives"]
            self._mother = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
            )
        return self._mother


@contextmanager
def a_shop(prepared: Path, folder: Path, url: str, *, threads: int = 8) -> Iterator[Shop]:
    """A shop with the prepared store; its lives end with it."""
    shutil.copyfile(prepared, folder / "store.duckdb")
    shop = Shop(folder, url, threads)
    try:
        yield shop
    finally:
        shop.close()


def until_done(shop: Shop, kills: int, chance: random.Random, *, at_most_s: float) -> None:
    """Kill the program so many times at random moments, or until it is done; then let it finish."""
    for _ in range(kills):
        if shop.life(killed_after_s=chance.uniform(0.0, at_most_s)) == 0:
            return
    assert shop.life() == 0


def wrong_with(
    state: dict[str, list[dict[str, Any]]],
    order_ids: set[str],
    *,
    declared: bool,
    split: Collection[str] = (),
) -> dict[str, str]:
    """Order → what is wrong with it on the platform.

    Each has one live logistics order, declared once or never; those that are `split` have two, one for each of the
    goods, each declared once.
    """
    live = defaultdict(list)
    for one in state["logistics_orders"]:
        if one["status"] != "closed":
            live[one["trade_order_id"]].append(one["pieces"])
    told = {one["trade_order_id"]: one["declaration_count"] for one in state["trade_orders"]}
    wrong = {}
    for order_id in order_ids:
        parcels = 2 if order_id in split else 1
        if len(live[order_id]) != parcels:
            wrong[order_id] = f"{len(live[order_id])} logistics orders"
        elif parcels == 2 and sorted(live[order_id]) != sorted(IN_TWO_PARCELS.values()):
            wrong[order_id] = f"parcels of {live[order_id]} pieces"
        elif told.get(order_id) != parcels * declared:
            wrong[order_id] = f"declared {told.get(order_id)} times"
    return wrong


# -- in the process that is killed ---------------------------------------------------------------------------


def _app(folder: Path, url: str, threads: int) -> tuple[App, Client]:
    settings = Settings(data=folder / "data", settle_seconds=SETTLE_S, threads=threads)
    database = Database(folder / "store.duckdb")
    app = App(settings, database)
    client = Client(url, SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN, now=app.now)
    app._platform = Platform(client)
    return app, client


def _seed(url: str, export: Path) -> None:
    import httpx

    httpx.post(f"{url}/sandbox/seed", json={"path": str(export)}, timeout=60).raise_for_status()


def _live(wanted: dict[str, Any]) -> None:
    folder = Path(wanted["folder"])
    logging.basicConfig(filename=folder / "life.log", level=logging.WARNING, force=True)
    app, client = _app(folder, wanted["url"], wanted["threads"])
    lines = _Lines(wanted["killed_at"])
    if wanted["killed_at"] or wanted["traced"]:
        threading.settrace(lines.trace)
        sys.settrace(lines.trace)
    dispatcher = Dispatcher(app)
    dispatcher.recover()
    dispatcher.run_until_idle(None, give_up=timedelta(seconds=60))
    dispatcher.stop()
    sys.settrace(None)
    client.close()
    app.database.close()
    if wanted["traced"]:
        Path(wanted["traced"]).write_text(json.dumps(sorted(lines.seen)))


@dataclass
class _Lines:
    """Sees every line executed on the way, and ends the program at one of them."""

    killed_at: list[Any] | None
    seen: set[Line] = field(default_factory=set)
    _modules: dict[str, str | None] = field(default_factory=dict)

    def trace(self, frame: FrameType, event: str, _what: Any) -> Callable[..., Any] | None:
        path = frame.f_code.co_filename
        if path not in self._modules:
            self._modules[path] = next((one for one in ON_THE_WAY if path.endswith(one)), None)
        module = self._modules[path]
        if module is None or (self.killed_at and module != self.killed_at[0]):
            return None
        if event == "line":
            self._at(module, frame.f_lineno)
        return self.trace

    def _at(self, module: str, line: int) -> None:
        if self.killed_at and line == self.killed_at[1]:
            os.kill(os.getpid(), signal.SIGKILL)
        self.seen.add((module, line))


def _main() -> None:
    while asked := sys.stdin.readline().strip():
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                _live(json.loads(asked))
                status = 0
            except BaseException:
                logging.exception("a life ended in an unforeseen way")
            os._exit(status)
        print(pid, flush=True)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        print("over", flush=True)
        sys.stdin.readline()
        print(os.waitpid(pid, 0)[1], flush=True)


if __name__ == "__main__":
    _main()
