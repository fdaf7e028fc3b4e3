"""Real parts for every test: a store in memory, and a sandbox platform that runs as a process of its own."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb
import httpx
import pytest
from filelock import FileLock
from httpx._transports import default as transports

from lib.aliexpress.platform import Client, Platform
from lib.app import SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN, App
from lib.config import Settings
from lib.domain.plans import Policy
from lib.domain.shipments import Choice, Decision
from lib.sandbox import launch
from lib.services import batches, files, handover, plans, shipments
from lib.services.dispatch import Dispatcher
from lib.store import reference
from lib.store.database import Database
from tests.builders import a_products_cell, an_export_row, write_export, write_products

# Nothing here speaks TLS, and every client would read the machine's certificates anew.
transports.create_ssl_context = cache(transports.create_ssl_context)

#: A file's name, and what makes it → where it is.
Once = Callable[[str, Callable[[Path], object]], Path]
#: A name, and what makes the rows of an export → the store with those orders, and the export. Made once a run.
Stock = Callable[[str, Callable[[], Sequence[dict[str, str]]]], tuple[Path, Path]]
#: As Stock → a desk with those orders.
Stocked = Callable[[str, Callable[[], Sequence[dict[str, str]]]], "Desk"]
#: Asks the sandbox from outside. One for all tests: every client reads the machine's certificates when it is made.
HTTP = httpx.Client(timeout=60)

#: The order of `desk_of_five`: a number no other test's orders have.
ORDER_OF_FIVE = "8090000000005017"


def soaking() -> bool:
    """Whether the long forms of the tests run (`make soak`)."""
    return os.environ.get("SHIPDESK_SOAK") == "1"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Contract tests may run against the real platform; nothing is written there unless that is asked for too."""
    group = parser.getgroup("the real platform")
    group.addoption(
        "--live", action="store_true", help="run contract tests against the real platform as well"
    )
    group.addoption("--live-write", action="store_true", help="with --live: also those that create a parcel")


def pytest_collection_finish() -> None:
    """What is imported by now stays: whoever looks for garbage need not look through it each time."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    gc.unfreeze()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[launch.Running]:
    """A sandbox process for the whole run; `desk` empties it for each test."""
    running = launch.ensure(tmp_path_factory.mktemp("sandbox"), [])
    yield running
    running.stop()


@dataclass
class Desk:
    """A shop at work: its App, the sandbox behind it, and short words for what tests do with them."""

    app: App
    sandbox_url: str
    folder: Path
    batch_id: str = ""  #: The batch it was made with, if any.
    _unknown: list[Path] = field(default_factory=list)  #: Exports that the sandbox does not know yet.
    _guard: Lock = field(default_factory=Lock)

    @property
    def url(self) -> str:
        """Where the sandbox is; whoever goes there finds every order."""
        with self._guard:
            while self._unknown:
                asked = {"path": str(self._unknown[0])}
                HTTP.post(f"{self.sandbox_url}/sandbox/seed", json=asked).raise_for_status()
                self._unknown.pop(0)
        return self.sandbox_url

    def load(self, rows: Sequence[dict[str, str]]) -> None:
        """Orders come in by a file here, and exist on the platform."""
        export = write_export(self.folder / "orders.csv", rows)
        files.load(self.app, [export], by="tester")
        self.seed_when_asked(export)

    def seed(self, export: Path) -> None:
        """The platform knows the orders of a file."""
        self.seed_when_asked(export)
        assert self.url

    def seed_when_asked(self, export: Path) -> None:
        """The platform knows the orders of a file once somebody asks it: most tests never do."""
        self._unknown.append(export)

    def order_ids(self) -> list[str]:
        """The orders that await shipment, as the Orders page lists them."""
        with self.app.database.read() as work:
            found = work._cursor.execute(
                "select order_id from orders where status in ('WAIT_SELLER_SEND_GOODS', 'SELLER_PART_SEND_GOODS') "
                "order by ship_by_at nulls last, order_id"
            ).fetchall()
        return [order_id for (order_id,) in found]

    def draft(self, order_ids: Sequence[str] | None = None, policy: Policy = Policy.CHEAPEST) -> str:
        """A draft batch of these orders, or all, with plans chosen."""
        made = batches.create(self.app, order_ids or self.order_ids(), by="tester", policy=policy)
        assert made.batch_id, made.excluded
        return made.batch_id

    def submit(self, batch_id: str, decision: Choice | Decision = Decision.DESTROY) -> int:
        """Everything a person decides on the way to submit."""
        differing = sum(pair.shipment_count for pair in plans.mismatches(self.app, batch_id))
        plans.confirm(self.app, batch_id, differing, by="tester")
        handover.prepare(self.app, batch_id)
        shipments.decide_undeliverable(self.app, batch_id, decision, by="tester")
        return shipments.submit(self.app, batch_id, agreed=True, by="tester")

    def work(self, batch_id: str | None = None) -> None:
        """Let a dispatcher work until nothing can be done without a person."""
        dispatcher = Dispatcher(self.app)
        dispatcher.recover()
        try:
            dispatcher.run_until_idle(batch_id, give_up=timedelta(seconds=20))
        finally:
            dispatcher.stop()

    def states(self, batch_id: str) -> dict[str, int]:
        """How many shipments of a batch are in each state."""
        return {str(state): n for state, n in shipments.progress(self.app, batch_id).counts.items()}

    def behave(self, **settings: Any) -> None:
        """Change how the sandbox behaves; faults by name and rate."""
        HTTP.post(f"{self.url}/sandbox/settings", json=settings).raise_for_status()

    def happen(self, order_id: str, **what: object) -> None:
        """Something happens to an order on the platform; the desk has not heard of it."""
        HTTP.post(f"{self.url}/sandbox/change", json={"order_id": order_id, **what}).raise_for_status()

    def platform_state(self) -> dict[str, list[dict[str, Any]]]:
        """What the sandbox holds, seen from outside."""
        return HTTP.get(f"{self.url}/sandbox/state").raise_for_status().json()

    def logistics_orders(self) -> list[dict[str, Any]]:
        return self.platform_state()["logistics_orders"]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Make a file of a name once a run; every test process gets a copy of its own.

    The first of several processes makes it, the others wait for it. A store can be open in one process only.
    """
    own = tmp_path_factory.getbasetemp()
    common = own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder = common / f"once-{name}"
        with FileLock(common / f"{name}.lock"):
            if not folder.exists():
                unfinished = tmp_path_factory.mktemp("making")
                make(unfinished / name)
                unfinished.rename(folder)
        return Path(shutil.copy(folder / name, tmp_path_factory.mktemp("copy")))

    return made


@pytest.fixture(scope="session")
def prepared(once: Once) -> Path:
    """A store file with its reference tables."""

    def make(path: Path) -> None:
        database = Database(path)
        with database.write() as work:
            reference.load(work, Settings().reference)
        database.close()

    return once("prepared.duckdb", make)


@pytest.fixture(scope="session")
def with_products(prepared: Path, once: Once) -> Path:
    """The prepared store with a product table: SKU-1 to SKU-9."""

    def make(path: Path) -> None:
        _loaded(prepared, path.parent, write_products(path.with_name("products.csv"))).rename(path)

    return once("products.duckdb", make)


@pytest.fixture(scope="session")
def ten_orders(once: Once) -> Path:
    """An export of ten plain orders, with numbers no other test's orders have."""
    rows = [
        an_export_row(products=a_products_cell(("SKU-1", 1)), 订单号=str(8090000000000017 + 101 * place))
        for place in range(10)
    ]

    def make(path: Path) -> None:
        write_export(path, rows)

    return once("orders.csv", make)


@pytest.fixture(scope="session")
def with_orders(with_products: Path, ten_orders: Path, once: Once) -> Path:
    """The prepared store with products and ten plain orders."""

    def make(path: Path) -> None:
        _loaded(with_products, path.parent, ten_orders).rename(path)

    return once("stocked.duckdb", make)


@pytest.fixture(scope="session")
def stock(with_products: Path, once: Once) -> Stock:
    """Stores with products and the orders that several tests begin with."""
    made: dict[str, tuple[Path, Path]] = {}

    def _stock(name: str, rows: Callable[[], Sequence[dict[str, str]]]) -> tuple[Path, Path]:
        if name not in made:
            export = once(f"{name}.csv", lambda path: write_export(path, rows()))
            loaded = once(
                f"{name}.duckdb", lambda path: _loaded(with_products, path.parent, export).rename(path)
            )
            made[name] = loaded, export
        return made[name]

    return _stock


@pytest.fixture
def stocked(sandbox: launch.Running, stock: Stock, tmp_path: Path) -> Iterator[Stocked]:
    """Open a desk with orders that are the same in all tests that name them so."""
    with ExitStack() as desks:

        def open_desk(name: str, rows: Callable[[], Sequence[dict[str, str]]]) -> Desk:
            loaded, export = stock(name, rows)
            desk = desks.enter_context(_desk(sandbox, loaded, tmp_path))
            desk.seed_when_asked(export)
            return desk

        yield open_desk


@pytest.fixture
def store(prepared: Path, tmp_path: Path) -> Iterator[Database]:
    """A store without any order, with its reference tables."""
    database = copied(prepared, tmp_path)
    yield database
    thrown_away(database)


@pytest.fixture
def empty_desk(sandbox: launch.Running, with_products: Path, tmp_path: Path) -> Iterator[Desk]:
    """A desk with products and without any order, before an empty sandbox that behaves."""
    with _desk(sandbox, with_products, tmp_path) as desk:
        yield desk


@pytest.fixture
def desk_of_five(stocked: Stocked) -> Desk:
    """A desk with one order: three of SKU-1, two of SKU-2."""
    five = a_products_cell(("SKU-1", 3), ("SKU-2", 2))
    return stocked("order-of-five", lambda: [an_export_row(products=five, 订单号=ORDER_OF_FIVE)])


@pytest.fixture
def order_of_five(desk_of_five: Desk) -> str:
    """The order there."""
    return ORDER_OF_FIVE


@pytest.fixture
def desk(sandbox: launch.Running, with_orders: Path, ten_orders: Path, tmp_path: Path) -> Iterator[Desk]:
    """A desk with ten plain orders awaiting shipment."""
    with _desk(sandbox, with_orders, tmp_path) as desk:
        desk.seed_when_asked(ten_orders)
        yield desk


@pytest.fixture(scope="session")
def with_batch(sandbox: launch.Running, with_orders: Path, ten_orders: Path, once: Once) -> Path:
    """The store with ten plain orders, all of them in one submitted batch."""

    def make(path: Path) -> None:
        with _desk(sandbox, with_orders, path.parent, kept=True) as desk:
            desk.seed_when_asked(ten_orders)
            desk.submit(desk.draft())
        (path.parent / "store.duckdb").rename(path)

    return once("batch.duckdb", make)


@pytest.fixture
def queued(sandbox: launch.Running, with_batch: Path, ten_orders: Path, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose ten plain orders are in a batch that a person submitted: `queued.batch_id`."""
    with _desk(sandbox, with_batch, tmp_path) as desk:
        desk.seed_when_asked(ten_orders)
        [desk.batch_id] = batches.all_batches(desk.app)["batch_id"]
        yield desk


class _Client(Client):
    """A client before whose calls the sandbox gets to know every order."""

    desk: Desk

    def call(self, method: str, parameters: Mapping[str, Any], *, write: bool = False) -> dict[str, Any]:
        assert self.desk.url
        return super().call(method, parameters, write=write)


@contextmanager
def _desk(sandbox: launch.Running, prepared: Path, folder: Path, *, kept: bool = False) -> Iterator[Desk]:
    HTTP.post(f"{sandbox.url}/sandbox/reset").raise_for_status()
    settings = Settings(data=folder / "data", settle_seconds=0)
    database = copied(prepared, folder)
    client = _Client(sandbox.url, SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN, now=_now)
    desk = Desk(App(settings, database, platform=Platform(client)), sandbox.url, folder)
    client.desk = desk
    desk.behave(faults={}, rate_limit=0, daily_quota=0, latency_ms=0, jitter_ms=0, seed=1)
    yield desk
    client.close()
    if kept:
        database.close()
    else:
        thrown_away(database)


def copied(prepared: Path, folder: Path) -> Database:
    path = folder / "store.duckdb"
    shutil.copyfile(prepared, path)
    return Database(path)


def thrown_away(database: Database) -> None:
    """Close a store that nobody reads afterwards: what was written goes no further than its log."""
    with suppress(duckdb.ConnectionException):  # A test closed it.
        database._connection.execute("pragma disable_checkpoint_on_shutdown")
    database.close()


def _loaded(prepared: Path, folder: Path, file: Path) -> Path:
    database = copied(prepared, folder)
    files.load(App(Settings(data=folder / "data"), database), [file], by="tester")
    database.close()
    return folder / "store.duckdb"


def _now() -> datetime:
    return datetime.now(UTC)
