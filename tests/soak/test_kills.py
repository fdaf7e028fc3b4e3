"""Killed with SIGKILL, started again: every parcel is sent once and declared once, and none is stuck."""

from __future__ import annotations

import json
import random
import time
from collections import deque
from pathlib import Path

import pytest

from lib.sandbox import launch
from tests.conftest import HTTP, soaking
from tests.lives import Line, Shop, a_shop, until_done, wrong_with

KILLS, PARCELS = (200, 500) if soaking() else (20, 100)
LIFE_S = 1.2 if soaking() else 0.5
#: Lines that are killed at in the short form, while creating and while declaring.
CREATING, DECLARING = 9, 4
LINE_PARCELS, KILLS_A_BATCH = (60, 16) if soaking() else (16, 16)


@pytest.fixture
def shop(sandbox: launch.Running, with_products: Path, tmp_path: Path) -> object:
    HTTP.post(f"{sandbox.url}/sandbox/reset").raise_for_status()
    with a_shop(with_products, tmp_path, sandbox.url) as shop:
        yield shop


def _all_well(shop: Shop, batch_ids: list[str]) -> None:
    state = HTTP.get(f"{shop.url}/sandbox/state").raise_for_status().json()
    ids = {one["trade_order_id"] for one in state["trade_orders"]}
    assert wrong_with(state, ids, declared=True, split=shop.split) == {}
    for batch_id in batch_ids:
        assert set(shop.states(batch_id)) == {"declared"}


def test_killed_at_random_moments_every_parcel_is_sent_once_and_declared_once(shop: Shop) -> None:
    chance = random.Random(6)
    HTTP.post(f"{shop.url}/sandbox/settings", json={"latency_ms": 20, "jitter_ms": 15}).raise_for_status()
    done = []
    while shop.killed < KILLS:
        batch_id = shop.submit(PARCELS)
        half = min((KILLS - shop.killed + 1) // 2, 20)
        until_done(shop, half, chance, at_most_s=LIFE_S)
        assert set(shop.states(batch_id)) == {"ready"}
        shop.declare(batch_id)
        until_done(shop, half, chance, at_most_s=LIFE_S)
        done.append(batch_id)
    _all_well(shop, done)


def test_killed_at_every_line_between_intention_request_and_answer(shop: Shop, tmp_path: Path) -> None:
    """Every line that sending and declaring execute, one kill each; the short form takes some of them."""
    shop.threads = 2
    batch_id = shop.submit(4)
    creating = _lines(shop, tmp_path / "creating.json")
    shop.declare(batch_id)
    declaring = [line for line in _lines(shop, tmp_path / "declaring.json") if line not in creating]
    assert {module for module, _line in creating} >= {
        "lib/services/dispatch.py", "lib/services/asking.py", "lib/aliexpress/creating.py",
        "lib/aliexpress/client.py", "lib/aliexpress/wire.py", "lib/store/shipments.py",
    }, "the claim, the request and the writing down of its answer are found by themselves"  # fmt: skip
    sending, telling = deque(_some(creating, CREATING)), deque(_some(declaring, DECLARING))
    count, done = len(sending) + len(telling), [batch_id]
    while sending or telling:
        done.append(shop.submit(LINE_PARCELS))
        _kill_at(shop, sending)
        assert shop.life() == 0
        shop.declare(done[-1])
        _kill_at(shop, telling)
        assert shop.life() == 0
    assert shop.killed == count
    _all_well(shop, done)


def _lines(shop: Shop, kept: Path) -> list[Line]:
    assert shop.life(traced=kept) == 0
    return [(module, line) for module, line in json.loads(kept.read_text())]


def _some(lines: list[Line], most: int) -> list[Line]:
    """All of them in the long form, else evenly spread ones."""
    if soaking() or len(lines) <= most:
        return lines
    step = len(lines) / most
    return [lines[int(place * step)] for place in range(most)]


def _kill_at(shop: Shop, lines: deque[Line]) -> None:
    """Kill a life at each of the next lines while there is work: a late line leaves little to the next life.

    What is left over waits for a fresh batch. A line that a fresh batch does not come to is a fault of this test.
    """
    for place in range(min(KILLS_A_BATCH, len(lines))):
        started = time.monotonic()
        status = shop.life(killed_at=lines[0])
        if soaking():
            print(f"{lines[0][0]}:{lines[0][1]} {status} {time.monotonic() - started:.1f} s", flush=True)
        if status == 0:
            assert place, f"nobody came to {lines[0]}"
            return
        lines.popleft()
