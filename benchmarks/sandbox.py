"""How many calls a second the sandbox answers, so that it is never what another benchmark measures."""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from benchmarks.measure import Figure, seconds
from lib.aliexpress.protocol import request
from lib.sandbox import launch
from lib.sandbox.faults import Settings
from lib.sandbox.records import LogisticsOrder
from lib.sandbox.world import World

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "samples" / "orders.xlsx"
SIMPLE = "aliexpress.logistics.redefining.qureywlbdomesticlogisticscompany"
QUERY = "aliexpress.logistics.querylogisticsorderdetail"
CALLS, PARCELS = 4000, 5000
#: Other programs take their share of two cores: the best of so many rounds counts.
ROUNDS = 3


def _a_second() -> list[Figure]:
    """Calls a second with no latency set, by the clock and by its own processor time."""
    with tempfile.TemporaryDirectory() as folder:
        running = launch.ensure(Path(folder) / "calls", [SAMPLE])
        try:
            return _calls(running)
        finally:
            running.stop()


def _half_a_year() -> list[Figure]:
    """How time passes."""
    with tempfile.TemporaryDirectory() as folder:
        return [_months(Path(folder) / "world")]


def _calls(running: launch.Running) -> list[Figure]:
    process = running.process
    assert process is not None
    simple, query = _signed(SIMPLE, {}), _signed(QUERY, {"trade_order_id": 1})
    asyncio.run(_all(running.url, [simple] * 500, 16))
    figures = []
    for name, call, connections in (
        ("sandbox_calls", simple, 16),
        ("simple calls over 64 connections", simple, 64),
        ("queries of a logistics order over 16 connections", query, 16),
    ):
        cpu = _processor_s(process.pid)
        took = min(
            seconds(lambda call=call, n=connections: asyncio.run(_all(running.url, [call] * CALLS, n)))  # type: ignore[misc]
            for _ in range(ROUNDS)
        )
        spent = _processor_s(process.pid) - cpu
        way = f"the clock; simple calls over {connections} connections" if call is simple else "the clock"
        figures.append(Figure(name, CALLS / took, "a second", 1000, True, way))
        share = Figure("… in a second of its own processor time", CALLS * ROUNDS / spent, "calls")
        figures.append(share)
    return figures


def _months(folder: Path) -> Figure:
    """Half a year for 5,000 shipped parcels: moving the clock, and looking at where each of them is."""
    world = World(folder, Settings(seed=1))
    shop = world.shop("default")
    at = world.now().isoformat()
    for place in range(PARCELS):
        made = LogisticsOrder(
            logistics_order_id=str(place),
            lp_number=f"LP{place}",
            trade_order_id=f"T{place}",
            plan_id="CPAM",
            service_code="CPAM_CPAMSH",
            tracking_number=f"LA{place:09d}CN",
            undeliverable_decision="destroy",
            pickup=False,
            status="wait_warehouse_receive_goods",
            created_at=at,
            number_at=at,
            visible_at=at,
            fee_minor=0,
            currency="CNY",
            receiver={"country": "BR"},
            goods=[],
            mode="SELF_POST",
            luck=random.Random(place).getrandbits(48),
        )
        shop.record(("logistics_order", made))
        shop.record(*shop.hand_over(shop.logistics[str(place)], at))

    def half_a_year() -> None:
        with world.lock:
            world.advance(180 * 86_400)
            for made in shop.logistics.values():
                shop.outcome_of(made)

    took = seconds(half_a_year)
    world.close()
    return Figure("sandbox_half_a_year", took, "s", limit=5, against=f"the clock; {PARCELS:,} parcels")


def _signed(method: str, parameters: dict[str, object]) -> bytes:
    """A request as it goes on the wire, made once: the client's own work is not what is measured."""
    sent = request(
        method,
        parameters,
        app_key="12345678",
        secret="sandbox-secret",
        session="sandbox-token",
        at=datetime.now(UTC),
    )
    body = urlencode(sent).encode()
    head = (
        "POST /router/rest HTTP/1.1\r\nHost: sandbox\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    )
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _all(url: str, calls: Sequence[bytes], connections: int) -> None:
    """Make the calls over so many kept-alive connections, one after the other on each."""
    where = urlsplit(url)
    lots = [calls[start::connections] for start in range(connections)]
    await asyncio.gather(*(_some(str(where.hostname), where.port or 80, lot) for lot in lots))


async def _some(host: str, port: int, calls: Sequence[bytes]) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    for call in calls:
        writer.write(call)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        body = await reader.readexactly(length)
        if b"error_response" in body:
            raise RuntimeError(body.decode())
    writer.close()
    await writer.wait_closed()


def _processor_s(pid: int) -> float:
    """Processor time a process has used so far."""
    if not Path("/proc").exists():
        return time.process_time()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


FIGURES = {"sandbox_calls": _a_second, "sandbox_half_a_year": _half_a_year}
