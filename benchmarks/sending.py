"""What sending costs: calls, time on the wire, processor time; and whether pages still answer meanwhile."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx

from benchmarks import pages
from benchmarks.measure import Figure
from lib.aliexpress.platform import Client, Platform
from lib.aliexpress.wire import Wire
from lib.app import SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN, App
from lib.config import Settings
from lib.domain.orders import OrderFilter
from lib.domain.plans import Policy
from lib.domain.shipments import Decision, State
from lib.sandbox import launch
from lib.services import batches, files, handover, orders, plans, shipments
from lib.services.dispatch import Dispatcher
from tests.builders import an_export_row, write_export, write_products

PARCELS, LATENCY_MS, ON_THE_WIRE = 2_000, 80, 16
#: Sent beforehand and not measured: both programs load what draws and keeps labels with the first of them.
WARM_UP = 40
#: Calls that passed without a limit, just before there is one, would be taken for what it lets through.
FORGOTTEN_S = 1.2
CALLS_A_PARCEL, SHARE_OF_WIRE, SHARE_OF_LIMIT, CPU_MS = 2.1, 0.9, 0.95, 5.0
LIMIT_A_SECOND = 50
RUNNING, MORNING, PAGE_S = 10_000, 3_000, 0.3
#: Calls turned away within so long of each other met one ban.
ONE_BAN_S = 1.5


@dataclass
class _Run:
    """One batch sent from queued to ready."""

    parcels: int
    calls: int
    elapsed_s: float
    cpu_s: float
    bans: int


def _latency() -> Iterator[Figure]:
    """A batch over a slow wire, no faults."""
    with _queued(PARCELS) as (app, url, batch_id):
        run = _sent(app, url, batch_id, latency_ms=LATENCY_MS)
    way = f"{run.parcels:,} parcels, {run.calls:,} calls, {LATENCY_MS} ms each, {ON_THE_WIRE} on the wire"
    ideal = run.calls * LATENCY_MS / 1000 / ON_THE_WIRE
    yield Figure(
        "calls a parcel", run.calls / run.parcels, "calls", CALLS_A_PARCEL, against="the sandbox's count"
    )
    yield Figure("elapsed", run.elapsed_s, "s", against="the clock")
    yield Figure(
        "send_latency", run.elapsed_s / ideal, "×", 1 / SHARE_OF_WIRE, against=f"a wire never idle: {way}"
    )
    yield Figure("… own processor time a parcel", run.cpu_s / run.parcels * 1000, "ms", CPU_MS)


def _rate_limit() -> Iterator[Figure]:
    """A batch under the platform's limit of calls a second."""
    with _queued(PARCELS) as (app, url, batch_id):
        run = _sent(app, url, batch_id, rate_limit=LIMIT_A_SECOND)
    share = run.calls / run.elapsed_s / LIMIT_A_SECOND
    yield Figure("bans met", run.bans, "bans", 1, against="the one that teaches the limit")
    yield Figure(
        "send_rate_limit", share, "×", SHARE_OF_LIMIT, True, f"the limit of {LIMIT_A_SECOND} calls a second"
    )


def _cpu() -> Iterator[Figure]:
    """Processor time of this process alone."""
    with _queued(PARCELS) as (app, url, batch_id):
        run = _sent(app, url, batch_id, latency_ms=LATENCY_MS)
    yield Figure("send_cpu", run.cpu_s / run.parcels * 1000, "ms", CPU_MS, against=f"{run.parcels:,} parcels")


def _page() -> Iterator[Figure]:
    """The Orders page, and the Plans page of the batch, while it is being sent."""
    with _queued(RUNNING) as (app, url, batch_id):
        httpx.post(f"{url}/sandbox/settings", json={"latency_ms": LATENCY_MS}).raise_for_status()
        dispatcher = Dispatcher(app)
        dispatcher.start()
        try:
            took = statistics.median(pages.runs(app, "orders"))
            counts = shipments.progress(app, batch_id).counts
        finally:
            dispatcher.stop()
    waiting = sum(counts.get(one, 0) for one in (State.QUEUED, State.SENDING))
    assert waiting, "the batch was sent before the page was measured"
    against = f"the Orders page, {waiting:,} of {RUNNING:,} parcels not sent yet"
    yield Figure("page_orders", took, "s", PAGE_S, against=against)


def _page_of_batch() -> Iterator[Figure]:
    """The page of a batch that is being sent: a third of its parcels ready, some refused, the rest on their way."""
    with _queued(MORNING) as (app, url, batch_id):
        faults = {"create:refuse_plan": 0.03}
        httpx.post(
            f"{url}/sandbox/settings", json={"latency_ms": LATENCY_MS, "faults": faults}
        ).raise_for_status()
        dispatcher = Dispatcher(app)
        dispatcher.start()
        try:
            while shipments.progress(app, batch_id).counts.get(State.READY, 0) < MORNING // 3:
                time.sleep(0.2)
            took = statistics.median(pages.runs(app, "shipments", batch=batch_id))
            counts = shipments.progress(app, batch_id).counts
        finally:
            dispatcher.stop()
    waiting = sum(counts.get(one, 0) for one in (State.QUEUED, State.SENDING, State.ACCEPTED))
    assert waiting, "the batch was sent before the page was measured"
    against = f"the page of the batch, {counts[State.READY]:,} of {MORNING:,} parcels ready and {waiting:,} under way"
    yield Figure("page_batch", took, "s", PAGE_S, against=against)


@contextmanager
def _queued(count: int) -> Iterator[tuple[App, str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        export = write_export(Path(folder) / "orders.csv", [an_export_row() for _ in range(WARM_UP + count)])
        running = launch.ensure(Path(folder) / "sandbox", [export])
        settings = Settings(data=Path(folder) / "data", settle_seconds=0, threads=ON_THE_WIRE)
        app = App.open(settings)
        wire = Wire(running.url, at_once=ON_THE_WIRE)
        client = Client(running.url, SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN, now=app.now, wire=wire)
        app._platform = Platform(client)
        try:
            files.load(app, [write_products(Path(folder) / "products.csv")], by="bench")
            files.load(app, [export], by="bench")
            order_ids = orders.matching_ids(app, OrderFilter())
            _sent(app, running.url, _submitted(app, order_ids[:WARM_UP]))
            time.sleep(FORGOTTEN_S)
            yield app, running.url, _submitted(app, order_ids[WARM_UP:])
        finally:
            app.close()
            wire.close()
            running.stop()


def _submitted(app: App, order_ids: Sequence[str]) -> str:
    made = batches.create(app, order_ids, by="bench", policy=Policy.CHEAPEST)
    assert made.batch_id is not None
    _submit(app, made.batch_id)
    return made.batch_id


def _submit(app: App, batch_id: str) -> None:
    differing = sum(pair.shipment_count for pair in plans.mismatches(app, batch_id))
    plans.confirm(app, batch_id, differing, by="bench")
    handover.prepare(app, batch_id)
    shipments.decide_undeliverable(app, batch_id, Decision.DESTROY, by="bench")
    shipments.submit(app, batch_id, agreed=True, by="bench")


def _sent(app: App, url: str, batch_id: str, **behaviour: Any) -> _Run:
    httpx.post(f"{url}/sandbox/settings", json=behaviour).raise_for_status()
    before = sum(httpx.get(f"{url}/sandbox/calls").json().values())
    turned_away = _turned_away(app)
    dispatcher = Dispatcher(app)
    dispatcher.recover()
    started, cpu = time.perf_counter(), time.process_time()
    dispatcher.run_until_idle(batch_id, give_up=timedelta(minutes=1))
    elapsed, cpu = time.perf_counter() - started, time.process_time() - cpu
    dispatcher.stop()
    counts = shipments.progress(app, batch_id).counts
    assert set(counts) == {"ready"}, counts
    calls = sum(httpx.get(f"{url}/sandbox/calls").json().values()) - before
    bans = sum(at - before > ONE_BAN_S for before, at in pairwise([-ONE_BAN_S * 2, *turned_away]))
    return _Run(sum(counts.values()), calls, elapsed, cpu, bans)


def _turned_away(app: App) -> list[float]:
    """When calls are turned away for haste, from now on; the journal keeps only the last calls."""
    limiter, moments = app.platform._client.limiter, []
    learn = limiter.learn

    def note(*details: Any) -> None:
        moments.append(time.perf_counter())
        learn(*details)

    limiter.learn = note  # type: ignore[method-assign, assignment]
    return moments


FIGURES = {
    "send_latency": _latency,
    "send_rate_limit": _rate_limit,
    "send_cpu": _cpu,
    "page_orders": _page,
    "page_batch": _page_of_batch,
}
