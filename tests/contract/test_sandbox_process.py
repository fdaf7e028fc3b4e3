"""The sandbox as a process: it ends when it should, and remembers what it answered."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from lib.sandbox import calls, labels
from lib.sandbox.__main__ import listen
from lib.sandbox.faults import Settings
from lib.sandbox.gateway import TOP
from lib.sandbox.launch import ensure
from lib.sandbox.limits import Limits
from lib.sandbox.records import LogisticsOrder
from lib.sandbox.seeds import seed
from lib.sandbox.world import World
from tests.contract.wire import (
    COMPANIES,
    CREATE,
    awaiting,
    behave,
    close_streams,
    create,
    declare,
    fields,
    logistics_orders,
    signed,
    wanted,
)


def test_it_remembers_after_being_killed(tmp_path: Path, export: Path) -> None:
    folder = tmp_path / "folder"
    first = ensure(folder, [export])
    assert first.process is not None
    made = create(first.url, awaiting(first.url)[0])
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    close_streams(first)
    second = ensure(folder, [export])
    [kept] = httpx.get(f"{second.url}/sandbox/state").json()["logistics_orders"]
    assert kept["tracking_number"] == made["intl_tracking_no"]
    second.stop()


def test_a_file_it_had_before_is_not_read_again(tmp_path: Path, export: Path) -> None:
    """Neither at the next start nor by a request: the world remembers the file, and a reset forgets it."""
    first = World(tmp_path)
    assert seed(first, export) == 5
    first.close()
    again = World(tmp_path)
    other = tmp_path / "same.xlsx"
    other.write_bytes(export.read_bytes())
    assert "default" in again.shops
    assert len(again.shops["default"].seeds) == 1
    assert seed(again, other) == 0
    assert seed(again, other, "second") == 5, "of another shop it is news"
    again.reset()
    assert seed(again, other) == 5
    again.close()


def test_it_ends_when_asked_and_when_its_parent_goes(tmp_path: Path) -> None:
    running = ensure(tmp_path / "a", [])
    assert running.process is not None
    running.process.terminate()
    assert running.process.wait(5) is not None
    close_streams(running)
    other = ensure(tmp_path / "b", [])
    assert other.process is not None
    other.stop()
    assert other.process.returncode is not None
    assert not (tmp_path / "b" / "address.json").exists()


def test_a_second_one_on_the_same_folder_says_so(tmp_path: Path) -> None:
    running = ensure(tmp_path, [])
    command = [sys.executable, "-m", "lib.sandbox", "--port", "0", "--folder", str(tmp_path)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ, check=False)
    assert second.returncode == 3
    assert "in use by another sandbox" in second.stderr
    assert ensure(tmp_path, []).process is None, "the one that runs is used"
    running.stop()


def test_a_restart_remembers_declarations_and_the_moved_clock(tmp_path: Path, export: Path) -> None:
    folder = tmp_path / "folder"
    first = ensure(folder, [export])
    order_id = awaiting(first.url)[0]
    declare(first.url, order_id, "LV000000010CN", "part")
    httpx.post(f"{first.url}/sandbox/advance", json={"hours": 24 * 30})
    before = httpx.get(f"{first.url}/sandbox/state").json()
    first.stop()
    second = ensure(folder, [export])
    assert httpx.get(f"{second.url}/sandbox/state").json() == before
    second.stop()


def test_a_line_torn_by_a_kill_was_never_answered(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.record("default", ("advance", {"seconds": 5}))
    world.close()
    with (tmp_path / "journal.jsonl").open("ab") as journal:
        journal.write(b'[{"kind": "advance", "value": {"sec')
    again = World(tmp_path)
    again.record("default", ("advance", {"seconds": 7}))
    again.close()
    last = World(tmp_path)
    assert last.advanced_s == 12
    last.close()


def test_a_damaged_journal_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text("nonsense\n")
    command = [sys.executable, "-m", "lib.sandbox", "--port", "0", "--folder", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 3
    assert len(ended.stderr.splitlines()) == 1
    assert "journal.jsonl, line 1" in ended.stderr


def test_it_ends_when_asked_while_a_slow_call_is_under_way(tmp_path: Path) -> None:
    running = ensure(tmp_path, [])
    assert running.process is not None
    behave(running.url, faults={"slow": 1.0}, slow_s=600)
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{running.url}/router/rest", data=signed(COMPANIES, {}), timeout=0.5)
    running.process.terminate()
    assert running.process.wait(10) == 0
    assert not (tmp_path / "address.json").exists()
    close_streams(running)


def test_the_address_of_another_folders_sandbox_is_not_taken(tmp_path: Path) -> None:
    one = ensure(tmp_path / "one", [])
    (tmp_path / "two").mkdir()
    stale = (tmp_path / "one" / "address.json").read_text()
    (tmp_path / "two" / "address.json").write_text(stale)
    two = ensure(tmp_path / "two", [])
    assert two.url != one.url
    one.stop()
    two.stop()


def test_what_was_answered_survives_a_kill_in_the_middle_of_many_calls(tmp_path: Path, export: Path) -> None:
    """And what was not answered is there whole, or not at all."""
    folder = tmp_path / "folder"
    first = ensure(folder, [export])
    assert first.process is not None
    order_id = awaiting(first.url)[0]
    answered: list[str] = []

    def work() -> None:
        with httpx.Client() as client:
            while True:
                try:
                    answer = client.post(f"{first.url}/router/rest", data=signed(CREATE, wanted(order_id)))
                except httpx.HTTPError:
                    return
                answered.append(str(fields(answer.json(), CREATE)["result"]["warehouse_order_id"]))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    while len(answered) < 100 and any(thread.is_alive() for thread in threads):
        time.sleep(0.01)
    first.process.kill()
    for thread in threads:
        thread.join()
    first.process.wait()
    close_streams(first)
    second = ensure(folder, [])
    kept = {one["logistics_order_id"] for one in logistics_orders(second.url)}
    assert len(answered) >= 100
    assert set(answered) <= kept
    assert len(kept) <= len(answered) + len(threads), "at most one a connection was under way"
    fresh = create(second.url, order_id)["warehouse_order_id"]
    assert str(fresh) not in kept, "numbers go on where they stopped"
    second.stop()


def test_answers_leave_at_once_over_kept_connections() -> None:
    """Nagle's algorithm is off: asyncio turns it off only where the socket says that it speaks TCP."""

    async def serve(listening: socket.socket) -> int:
        loop, found = asyncio.get_running_loop(), asyncio.Event()
        off: list[int] = []

        class Look(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                peer = transport.get_extra_info("socket")
                off.append(peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
                found.set()

        server = await loop.create_server(Look, sock=listening)
        _, writer = await asyncio.open_connection(*listening.getsockname())
        await found.wait()
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()
        return off[0]

    # In a thread of its own: where a browser was driven before, the main thread has a loop already.
    with listen(0) as listening, ThreadPoolExecutor(1) as thread:
        assert thread.submit(lambda: asyncio.run(serve(listening))).result() != 0


def test_others_are_answered_while_labels_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(tmp_path, Settings(latency_ms=0))
    at = world.now().isoformat()
    world.shop("default").record(
        (
            "logistics_order",
            LogisticsOrder(
                logistics_order_id="1", lp_number="LP1", trade_order_id="8100", plan_id="CPAM",
                service_code="CPAM_CPAMSH", tracking_number="LA1CN", undeliverable_decision="destroy", pickup=False,
                status="wait_warehouse_receive_goods", created_at=at, number_at=at, visible_at=at, fee_minor=0,
                currency="CNY", receiver={"country": "BR"}, goods=[],
            ),
        )
    )  # fmt: skip
    free = []

    def look() -> None:
        free.append(world.lock.acquire(timeout=5))
        if free[0]:
            world.lock.release()

    def draw(orders: Sequence[LogisticsOrder]) -> bytes:
        with ThreadPoolExecutor(1) as other:
            other.submit(look).result()
        return b"%PDF of " + orders[0].tracking_number.encode()

    monkeypatch.setattr(labels, "labels", draw)
    asked = signed("aliexpress.logistics.redefining.getprintinfo", {"international_logistics_id": "LA1CN"})
    [answer] = json.loads(calls.answer(world, Limits(world.settings), asked, TOP).body or b"").values()
    assert base64.b64decode(json.loads(answer["result"])["body"]) == b"%PDF of LA1CN"
    assert free == [True]
    world.close()
