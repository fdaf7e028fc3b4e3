"""Products and findings at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import a_products_cell, an_export_row, write_export, write_products
from tests.services.test_cli import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Two orders that wait for NEW-1, one with an unusual postcode, one without a phone."""
    shop = Shop(tmp_path / "data")
    rows = [an_export_row(products=a_products_cell(("NEW-1", 1))) for _ in range(2)]
    rows += [an_export_row(邮编="odd"), an_export_row(手机="", 联系电话="")]
    files = [write_products(tmp_path / "products.csv"), write_export(tmp_path / "orders.csv", rows)]
    shop.json("load", *files)
    return shop


def test_skus_are_listed_completed_paired_and_unpaired(shop: Shop) -> None:
    [needed] = shop.json("products", "needed")
    assert (needed["sku"], needed["order_count"], needed["unit_count"]) == ("NEW-1", 2, 2)
    assert len(shop.json("products", "pair", "NEW-1", "SKU-1", "--quantity", "2")["freed"]) == 2
    assert shop.json("products", "pairs")[0]["weight_g"] == 240
    assert shop.json("products", "unpair", "NEW-1") == {"unpaired": ["NEW-1"]}
    assert len(shop.json("products", "no-goods", "NEW-1")["freed"]) == 0, "nothing is left to ship of them"
    assert [row["sku"] for row in shop.json("products", "no-goods")] == ["NEW-1"]
    assert shop.json("products", "no-goods", "NEW-1", "--undo") == {"goods": ["NEW-1"]}
    whole = (
        "--weight-g",
        "90",
        "--name-zh",
        "样品",
        "--name-en",
        "sample",
        "--value-usd",
        "3",
        "--hs-code",
        "950300",
    )
    saved = shop.json("products", "set", "NEW-1", *whole)
    assert (saved["cells"], len(saved["freed"])) == (5, 2)
    assert shop.json("products", "needed") == []


def test_what_cannot_be_taken_is_a_sentence(shop: Shop) -> None:
    bad = shop.json("products", "set", "SKU-1", "--weight-g", "heavy", status=1)
    assert bad["faults"][0]["sentence"].startswith("SKU-1, Weight (g): “heavy” is no number.")
    assert shop.json("products", "pair", "NEW-1", "NEW-1", status=2)["code"] == "pair_itself"
    assert (
        shop.json("products", "pair", "NEW-1", "SKU-1", "--quantity", "0", status=2)["code"]
        == "pair_quantity"
    )
    assert "Usage" in shop.run("products", "set", "SKU-1").stderr


def test_findings_are_listed_and_warnings_accepted(shop: Shop) -> None:
    groups = {one["code"]: one["blocked_count"] for one in shop.json("checks")}
    assert groups == {"unknown_sku": 2, "doubtful_postcode": 1, "missing_phone": 1, "overdue": 0}
    [order] = shop.json("checks", "doubtful_postcode")
    assert (order["file"].endswith(".csv"), order["row_no"] > 1, order["is_synced"]) == (True, True, False)
    assert "Postcode odd" in order["sentence"]
    assert shop.json("checks", "doubtful_postcode", "--accept")["accepted"] == 1
    assert shop.json("checks", "missing_phone", "--accept", status=2)["code"] == "not_a_warning"
