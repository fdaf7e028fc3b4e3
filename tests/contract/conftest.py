"""A seeded sandbox for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from lib.sandbox.launch import Running
from tests.builders import a_products_cell, an_export_row, write_export
from tests.conftest import HTTP


@pytest.fixture(scope="session")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file for all: the sandbox reads what it read before no second time."""
    rows = [an_export_row() for _ in range(3)]
    rows.append(an_export_row(订单状态="等待买家付款"))
    part = an_export_row(products=a_products_cell(("SKU-1", 1), ("SKU-2", 1)), 订单状态="部分发货")
    rows.append(part | {"实际发货物流:运单号": "AliExpress Standard Shipping:LV000000000CN"})
    # A parcel's fate hangs on its order number: the same ones, whatever other tests ran before.
    numbered = [row | {"订单号": str(8100000000000300 + place)} for place, row in enumerate(rows, 1)]
    return write_export(tmp_path_factory.mktemp("export") / "orders.xlsx", numbered)


@pytest.fixture
def url(sandbox: Running, export: Path) -> str:
    HTTP.post(f"{sandbox.url}/sandbox/reset")
    HTTP.post(f"{sandbox.url}/sandbox/settings", json={"seed": 7})
    HTTP.post(f"{sandbox.url}/sandbox/seed", json={"path": str(export)}).raise_for_status()
    return sandbox.url
