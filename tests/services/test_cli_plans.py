"""Plans at the command line: compared, chosen by rules and limits, asked for, split."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from lib.cli import run
from lib.services import batches, files
from tests.builders import a_product, a_products_cell, an_export_row, write_products
from tests.conftest import Desk

Answer = Callable[..., Any]


@pytest.fixture
def answer(empty_desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Answer:
    """Run a command on a desk of three orders, one of them too heavy for small packets; its JSON and exit status."""
    desk = empty_desk
    table = write_products(
        desk.folder / "p.csv", [a_product("SKU-1"), a_product("SKU-H", **{"重量(g)": "700"})]
    )
    files.load(desk.app, [table], by="tester")
    heavy = an_export_row(products=a_products_cell(("SKU-H", 4)))
    desk.load([an_export_row(), an_export_row(), heavy])
    made = batches.create(desk.app, desk.order_ids(), by="tester")
    data = desk.folder / "cli"
    data.mkdir()
    desk.app.database.close()
    (desk.folder / "store.duckdb").rename(data / "shipdesk.duckdb")
    monkeypatch.setenv("SHIPDESK_DATA", str(data))
    monkeypatch.setenv("SHIPDESK_PLATFORM_URL", desk.url)
    monkeypatch.setenv("SHIPDESK_APP_KEY", "12345678")
    monkeypatch.setenv("SHIPDESK_APP_SECRET", "sandbox-secret")
    monkeypatch.setenv("SHIPDESK_TOKEN", "sandbox-token")

    def call(*arguments: str, status: int = 0) -> Any:
        given = [str(made.batch_id) if one == "BATCH" else one for one in arguments]
        assert run([*given, "--json"]) == status, capsys.readouterr()
        return json.loads(capsys.readouterr().out)

    return call


def test_rules_are_kept_in_order_tried_and_chosen_by(answer: Answer) -> None:
    first = answer("plans", "rule-add", "CPAM", "--country", "IE", "--max-value", "10", "USD")["rule_id"]
    second = answer("plans", "rule-add", "UPSE")["rule_id"]
    assert [one["rule_id"] for one in answer("plans", "rules")] == [first, second]
    assert sorted(one["rule_id"] for one in answer("plans", "dry-run", "--days", "3650")) == [
        first, first, second,
    ]  # fmt: skip
    assert answer("batch", "choose", "BATCH", "--policy", "rules")["shipments"] == 3
    answer("plans", "rule-first", str(second))
    assert {one["rule_id"] for one in answer("plans", "dry-run", "--days", "3650")} == {second}
    answer("plans", "rule-remove", str(second))
    assert [one["rule_id"] for one in answer("plans", "rules")] == [first]
    assert "no country code" in answer("plans", "rule-add", "CPAM", "--country", "Russia", status=2)["error"]


def test_every_plan_is_compared_over_a_draft(answer: Answer) -> None:
    rows = answer("batch", "compare", "BATCH")
    assert {row["plan_id"]: row["carried_count"] for row in rows["plans"]}["UPSE"] == 3
    post = next(row for row in rows["plans"] if row["plan_id"] == "CPAM")
    assert (post["carried_count"], post["excluded"]) == (2, {"too_heavy": 1})
    assert rows["frontier"]


def test_trial_prices_are_fetched_and_shown_beside_the_estimates(answer: Answer) -> None:
    answer("batch", "choose", "BATCH", "--policy", "cheapest")
    assert {row["standing"] for row in answer("batch", "trials", "BATCH")} == {"missing"}
    rows = answer("batch", "trials", "BATCH", "--ask")
    assert {row["standing"] for row in rows} <= {"fresh", "unoffered"}
    priced = [row for row in rows if row["standing"] == "fresh"]
    assert priced
    assert all(row["difference_minor"] == row["trial_minor"] - row["fee_minor"] for row in priced)


def test_a_draft_over_the_limit_is_split_as_advised(answer: Answer) -> None:
    found = answer("batch", "splits", "BATCH")
    [advice] = found["splits"]
    assert (advice["parcel_count"], found["shared_receivers"][0]["order_count"]) == (2, 3)
    assert len(answer("batch", "accept-split", "BATCH", advice["shipment_id"])["shipments"]) == 2
    assert answer("batch", "splits", "BATCH")["splits"] == []
    assert (
        "not to be split"
        in answer("batch", "accept-split", "BATCH", advice["shipment_id"], status=2)["error"]
    )


def test_limits_that_clash_are_named_and_exit_1(answer: Answer) -> None:
    assert answer("batch", "choose", "BATCH", "--policy", "buyers", status=0)["shipments"] <= 3
    clash = answer("batch", "choose", "BATCH", "--goal", "cheapest", "--budget", "1.00", status=1)
    assert clash["clash"]
