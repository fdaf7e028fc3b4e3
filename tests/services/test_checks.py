"""The check before shipping: each finding with its order, field and fix; what blocks, and what is accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lib.domain.checks import RULES, Finding, Severity, Subject
from lib.domain.orders import OrderFilter
from lib.domain.plans import Policy
from lib.domain.problems import Problem
from lib.domain.products import Edit
from lib.services import batches, check_rules, checks, files, orders, products, shipments
from lib.services.files import Wishes
from lib.store import audit
from lib.wording import finding_sentence, source_sentence
from tests.builders import a_products_cell, an_export_row, write_export
from tests.conftest import Desk

GERMAN = {"收货国家": "Germany", "邮编": "10115", "手机": "4915112345678", "联系电话": ""}
KOREAN = {"收货国家": "Korea", "邮编": "03051", "手机": "821012345678", "联系电话": "", "州/省": "Seoul"}
BRAZIL = {"收货国家": "Brazil", "邮编": "01310-100", "手机": "5511987654321", "联系电话": "", "州/省": "SP"}
AMERICAN = {
    "收货国家": "United States",
    "邮编": "33101",
    "手机": "13055550199",
    "联系电话": "",
    "州/省": "FL",
}


NEWEST = Wishes(newest=True)


def found(desk: Desk, order_id: str = "") -> list[tuple[str, str, bool]]:
    """(code, field, whether it keeps the order back) of an order, the only one unless it is named."""
    if not order_id:
        [order_id] = desk.order_ids()
    return [
        (row["code"], row["field"], row["blocks"]) for row in orders.detail(desk.app, order_id)["findings"]
    ]


def test_each_fault_is_loaded_named_and_kept_out_alone(empty_desk: Desk) -> None:
    faults: list[tuple[dict[str, str], str, str]] = [
        ({"products": a_products_cell(("NOWHERE", 1))}, "unknown_sku", "sku"),
        ({"products": a_products_cell(("SKU-1", 1000))}, "quantity_out_of_range", "sku"),
        ({"手机": "", "联系电话": ""}, "missing_phone", "phone"),
        ({"手机": "12", "联系电话": "abc"}, "odd_phone", "phone"),
        (BRAZIL, "missing_tax_number", "tax_number"),
        (KOREAN, "missing_tax_number", "tax_number"),
        ({"邮编": "not a postcode"}, "doubtful_postcode", "postcode"),
        (GERMAN | {"邮编": "1011"}, "odd_postcode", "postcode"),
        (GERMAN | {"邮编": ""}, "missing_postcode", "postcode"),
        (AMERICAN | {"州/省": ""}, "missing_address", "province"),
        ({"城市": " "}, "missing_address", "city"),
        ({"地址": ""}, "missing_address", "address"),
        ({"地址": "ж" * 46}, "address_too_long", "address"),
        ({"收货人名称": "x" * 91}, "address_too_long", "name"),
        ({"订单金额": "$0.50", "产品总金额": "$0.50"}, "declared_high", "declared"),
    ]
    rows = [(an_export_row(**row), an_export_row()) for row, _code, _field in faults]
    empty_desk.load([one for pair in rows for one in pair])
    assert len(empty_desk.order_ids()) == 2 * len(faults), "loaded and visible"
    made = batches.create(empty_desk.app, empty_desk.order_ids(), by="tester")
    assert sorted(made.order_ids) == [neighbour["订单号"] for _faulty, neighbour in rows], (
        "its neighbour goes"
    )
    for (faulty, _neighbour), (_row, code, field) in zip(rows, faults, strict=True):
        order_id = faulty["订单号"]
        assert (code, field, True) in found(empty_desk, order_id)
        assert code in {one.code for one in made.excluded if one.order_id == order_id}


@pytest.mark.parametrize(
    ("field", "value", "code", "blocks"),
    [
        ("weight_g", None, "missing_weight", True),
        ("weight_g", 2001, "weight_out_of_range", True),
        ("declared_minor", None, "missing_declaration", True),
        ("declared_name_zh", None, "missing_declaration", True),
        ("hs_code", None, "missing_hs", True),
        ("declared_minor", 0.01, "declared_low", False),
    ],
)
def test_a_fault_of_a_product_is_found_in_its_orders(
    desk: Desk, field: str, value: object, code: str, blocks: bool
) -> None:
    saved = products.save(desk.app, [Edit("SKU-1", field, value)], by="tester")
    assert saved.faults == ()
    group = {one["code"]: one for one in checks.groups(desk.app)}[code]
    assert (group["order_count"], group["blocked_count"]) == (10, 10 if blocks else 0)
    assert orders.counts(desk.app)["blocked"] == (10 if blocks else 0)


def test_an_hs_code_is_mandatory_in_the_union_and_recommended_elsewhere(empty_desk: Desk) -> None:
    products.save(empty_desk.app, [Edit("SKU-1", "hs_code", None)], by="tester")
    empty_desk.load([an_export_row(products=a_products_cell(("SKU-1", 1)), **AMERICAN)])
    assert found(empty_desk) == [("lacking_hs", "sku", False)]


def test_a_deadline_that_passed_warns_sorts_first_and_never_blocks(empty_desk: Desk) -> None:
    soon = f"{empty_desk.app.now() + timedelta(days=3):%Y-%m-%d %H:%M}"
    late = an_export_row(发货期限="2026-08-31 10:00")
    empty_desk.load([an_export_row(发货期限=soon), late])
    page = orders.pending(empty_desk.app, OrderFilter())
    assert page.orders["order_id"].iloc[0] == late["订单号"]
    [group] = checks.groups(empty_desk.app)
    assert (group["code"], group["severity"], group["order_count"], group["blocked_count"]) == (
        "overdue", "warning", 1, 0,
    )  # fmt: skip
    assert len(batches.create(empty_desk.app, [late["订单号"]], by="tester").order_ids) == 1


def test_an_order_the_platform_does_not_let_ship_is_loaded_and_kept_out(empty_desk: Desk) -> None:
    row = an_export_row(订单状态="等待买家付款")
    empty_desk.load([row])
    made = batches.create(empty_desk.app, [row["订单号"]], by="tester")
    assert [(one.code, one.value) for one in made.excluded] == [("status", "等待买家付款")]


def test_a_warning_is_accepted_for_all_orders_that_have_it_and_recorded(empty_desk: Desk) -> None:
    empty_desk.load([an_export_row(邮编="odd one"), an_export_row(邮编="odd two"), an_export_row()])
    assert orders.counts(empty_desk.app)["free"] == 1
    assert checks.accept(empty_desk.app, "doubtful_postcode", by="Ling") == 2
    assert orders.counts(empty_desk.app)["free"] == 3
    rows = checks.orders_with(empty_desk.app, "doubtful_postcode", include_accepted=True)
    assert rows["accepted_by"].tolist() == ["Ling", "Ling"]
    assert sorted(rows["value"]) == ["odd one", "odd two"], "the finding as it was seen"
    with empty_desk.app.database.read() as work:
        assert audit.recent(work)[0]["action"] == "accept_finding"
    assert (
        checks.take_back(empty_desk.app, "doubtful_postcode", rows["order_id"].tolist()[:1], by="Ling") == 1
    )
    assert orders.counts(empty_desk.app)["free"] == 2


def test_a_changed_receiver_asks_again(empty_desk: Desk) -> None:
    empty_desk.load([an_export_row(邮编="odd one")])
    [order_id] = empty_desk.order_ids()
    assert checks.accept(empty_desk.app, "doubtful_postcode", [order_id], by="Ling") == 1
    receiver = orders.detail(empty_desk.app, order_id)["receivers"]["received"]
    orders.correct_receiver(empty_desk.app, order_id, replace(receiver, city="Cork"), by="Ling")
    assert found(empty_desk) == [("doubtful_postcode", "postcode", True)]
    orders.correct_receiver(empty_desk.app, order_id, receiver, by="Ling")
    assert found(empty_desk) == [], "as it was when it was accepted"


@pytest.mark.parametrize("code", ["missing_phone", "overdue", "status", "nonsense"])
def test_an_error_cannot_be_accepted(empty_desk: Desk, code: str) -> None:
    with pytest.raises(Problem, match="not_a_warning"):
        checks.accept(empty_desk.app, code, by="Ling")


def test_the_next_order_with_the_same_finding_is_named(empty_desk: Desk) -> None:
    empty_desk.load([an_export_row(手机="", 联系电话="") for _ in range(3)])
    ids = checks.orders_with(empty_desk.app, "missing_phone")["order_id"].tolist()
    assert checks.following(empty_desk.app, "missing_phone", ids[0]) in ids[1:]
    assert checks.following(empty_desk.app, "odd_phone") is None


def test_a_draft_is_checked_against_its_plan(desk: Desk) -> None:
    batch_id = desk.draft(policy=Policy.CHEAPEST)
    with desk.app.database.write() as work:
        work._cursor.execute(
            "update shipments set plan_id = 'CPAM', cargo_class = 'special', length_mm = 5000 where position = 1"
        )
    rows = shipments.listing(desk.app, batch_id)
    codes = {row["code"] for row in checks.of_orders(desk.app, [rows["order_id"].iloc[0]])}
    assert {"plan_cargo", "plan_size"} <= codes
    assert not {row["code"] for row in checks.of_orders(desk.app, [rows["order_id"].iloc[1]])} - {"taken"}


def test_a_draft_with_an_error_stays_when_its_neighbours_are_submitted(desk: Desk) -> None:
    batch_id = desk.draft(policy=Policy.CHEAPEST)
    [first, *_others] = shipments.listing(desk.app, batch_id)["order_id"]
    receiver = orders.detail(desk.app, first)["receivers"]["received"]
    orders.correct_receiver(desk.app, first, replace(receiver, phone="", mobile=""), by="tester")
    assert desk.submit(batch_id) == 9
    assert desk.states(batch_id) == {"queued": 9, "draft": 1}
    with pytest.raises(Problem, match="all_kept_back"):
        desk.submit(batch_id)
    orders.correct_receiver(desk.app, first, receiver, by="tester")
    assert desk.submit(batch_id) == 1


def test_other_rules_check_every_receiver_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    checks.bring_up_to_date(desk.app)
    assert checks.bring_up_to_date(desk.app) == 0
    monkeypatch.setattr(check_rules, "tables", lambda: replace(TABLES, version="another"))
    assert checks.bring_up_to_date(desk.app) == 10


TABLES = check_rules.tables()


def test_every_finding_has_its_rule_and_only_warnings_ask() -> None:
    assert set(RULES) == set(Finding)
    assert all(one.severity is Severity.WARNING for one in RULES.values() if one.asks)
    assert not any(one.acceptable for one in RULES.values() if one.severity is Severity.ERROR)
    assert not any(one.acceptable for one in RULES.values() if one.subject is Subject.ORDER)
    assert all(finding_sentence(code, "phone", "x") for code in Finding)


def test_a_finding_names_the_file_and_the_row_that_its_order_is_known_from(empty_desk: Desk) -> None:
    app, desk = empty_desk.app, empty_desk
    faulty, sound = an_export_row(邮编="odd"), an_export_row()
    first = write_export(desk.folder / "first.csv", [sound, faulty])
    files.load(app, [first], by="ann")

    def source() -> tuple[str, int]:
        [row] = checks.orders_with(app, "doubtful_postcode").to_dict("records")
        [same] = checks.of_orders(app, [row["order_id"]])
        assert (same["file"], same["row_no"]) == (row["file"], row["row_no"])
        return row["file"], row["row_no"]

    assert source() == ("first.csv", 3)
    files.load(app, [write_export(desk.folder / "again.csv", [faulty])], by="ann")
    assert source() == ("first.csv", 3), "a file that changes nothing is not where an order is known from"
    moved = faulty | {"邮编": "odder"}
    files.load(app, [write_export(desk.folder / "third.csv", [moved, sound])], by="ann", wishes=NEWEST)
    assert source() == ("third.csv", 2), "only its receiver is another one"
    files.load(
        app,
        [write_export(desk.folder / "x.csv", [sound, moved | {"订单备注": "n"}])],
        by="ann",
        wishes=NEWEST,
    )
    assert source() == ("x.csv", 3)

    titles = {"order_id": "Order", "sentence": "Said", "file": "File", "row_no": "Row"}
    told = checks.export(app, "doubtful_postcode", "csv", say=finding_sentence, titles=titles).decode(
        "utf-8-sig"
    )
    header, row = told.splitlines()
    assert (header, row.endswith(",x.csv,3")) == ("Order,Said,File,Row", True)


def test_a_finding_of_an_order_that_was_synced_names_the_platform(empty_desk: Desk) -> None:
    desk = empty_desk
    desk.load([an_export_row(邮编="odd")])
    with desk.app.database.write() as work:
        work._cursor.execute("update imports set layout = 'platform', file = ''")
        work._cursor.execute("update orders set row_no = null")
    [row] = checks.orders_with(desk.app, "doubtful_postcode").to_dict("records")
    assert row["is_synced"]
    assert source_sentence(row["file"], row["row_no"], is_synced=True) == "the platform's sync"
