"""Killed with SIGKILL, started again: every parcel is sent once and declared once, and none is stuck."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from lib.sandbox import launch
from tests.conftest import HTTP, soaking
from tests.lives import Line, Shop, a_shop, until_done, wrong_with

KILLS, PARCELS = (200, 500) if soaking() else (20, 100)
LIFE_S = 1.2 if soaking() else 0.5


@pytest.fixture
def shop(sandbox: launch.Running, with_products: Path, tmp_path: Path) -> object:
    HTTP.post(f"{sandbox.url}/sandbox/reset").raise_for_status()
    with a_shop(with_products, tmp_path, sandbox.url) as shop:
        yield shop


def _all_well(shop: Shop, batch_ids: list[str]) -> None:
    state = HTTP.get(f"{shop.url}/sandbox/state").raise_for_status().json()
    ids = {one["trade_order_id"] for one in state["trade_orders"]}
    assert wrong_with(state, ids, declared=True) == {}
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
    """Every line that a batch without faults executes, one kill each; the long form also those of a bad day."""
    shop.threads = 2
    batch_id = shop.submit(PARCELS)
    first = _lines(shop, tmp_path / "creating.json")
    shop.declare(batch_id)
    second = [line for line in _lines(shop, tmp_path / "declaring.json") if line not in first]
    done = [batch_id]
    batch_id = shop.submit(PARCELS)
    missed = _killed_at(shop, _some(first))
    assert shop.life() == 0
    shop.declare(batch_id)
    missed += _killed_at(shop, _some(second))
    assert shop.life() == 0
    _all_well(shop, [*done, batch_id])
    assert not missed
    print(len(first), len(second), shop.killed)


def _lines(shop: Shop, kept: Path) -> list[Line]:
    assert shop.life(traced=kept) == 0
    return [(module, line) for module, line in json.loads(kept.read_text())]


def _some(lines: list[Line]) -> list[Line]:
    return lines


def _killed_at(shop: Shop, lines: list[Line]) -> list[Line]:
    """Kill a life at each of the lines; returns those that none came to."""
    return [line for line in lines if shop.life(killed_at=line) == 0]
