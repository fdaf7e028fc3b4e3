"""A sync that is killed on its way: what it had is kept, and the next one goes on there, without a gap."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from lib.app import App
from lib.domain.orders import OrderFilter
from lib.sandbox import launch
from lib.services import orders, sync
from tests.builders import an_export_row, write_export
from tests.conftest import HTTP
from tests.lives import Shop, a_shop

ORDERS, KILLED_AT = 130, 80


def _killed_on_its_way(shop: Shop) -> int:
    """Sync in a process of its own, which is killed between two answers of the platform; returns how it ended."""
    life = [sys.executable, "-m", "tests.services.test_sync_killed", str(shop.folder), shop.url]
    return subprocess.run(life, timeout=60, check=False).returncode


def _waiting(app: App) -> set[str]:
    return set(orders.matching_ids(app, OrderFilter()))


def _asked(shop: Shop) -> int:
    made: dict[str, int] = HTTP.get(f"{shop.url}/sandbox/calls").json()
    return sum(count for method, count in made.items() if method.endswith("findorderbyid"))


def test_a_sync_killed_on_its_way_goes_on_without_a_gap(
    sandbox: launch.Running, with_products: Path, tmp_path: Path
) -> None:
    HTTP.post(f"{sandbox.url}/sandbox/reset").raise_for_status()
    rows = [an_export_row() for _ in range(ORDERS)]
    export = write_export(tmp_path / "there.csv", rows)
    HTTP.post(f"{sandbox.url}/sandbox/seed", json={"path": str(export)}).raise_for_status()
    there = {row["订单号"] for row in rows}
    with a_shop(with_products, tmp_path, sandbox.url) as shop:
        assert _killed_on_its_way(shop) == -signal.SIGKILL
        with shop.opened() as app:
            before, asked = _waiting(app), _asked(shop)
            assert 0 < len(before) < ORDERS
            # Orders that leave the list on every page move the others to pages that were read already.
            gone = set(sorted(there)[::5])
            for order_id in gone:
                left = {"order_id": order_id, "status": "IN_CANCEL"}
                HTTP.post(f"{shop.url}/sandbox/change", json=left).raise_for_status()
            report = sync.sync(app, "default", by="tester")
            assert report.complete
            assert report.read == report.loaded + report.updated + report.unchanged + report.refused
            assert _waiting(app) >= there - gone
            assert _asked(shop) - asked <= ORDERS - len(before) + len(gone), "nothing is asked for twice"
            sync.sync(app, "default", by="tester")
            assert _waiting(app) == there - gone


if __name__ == "__main__":
    with Shop(Path(sys.argv[1]), sys.argv[2]).opened() as app:
        sync.sync(
            app,
            "default",
            by="tester",
            on_progress=lambda progress: (
                os.kill(os.getpid(), signal.SIGKILL) if progress.asked >= KILLED_AT else None
            ),
        )
