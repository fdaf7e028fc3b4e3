"""Orders of unknown status, with doubts from loading, or without SKU: each is named, kept back, and can be mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lib.app import App
from lib.config import Settings
from lib.domain.orders import OrderFilter, Receiver
from lib.domain.problems import Problem
from lib.domain.products import Edit, is_made
from lib.services import batches, checks, files, orders, products
from lib.services.files import Wishes
from lib.store.database import Database
from lib.wording import finding_sentence
from tests.builders import (
    DIANXIAOMI_HEADERS,
    EXPORT_HEADERS,
    PRODUCTS_HEADER,
    a_dianxiaomi_row,
    a_products_cell,
    an_export_row,
    made_sku,
    write_export,
    write_products,
)

NOW = datetime(2026, 8, 31, 8, 0, tzinfo=UTC)
FIRST, SECOND, THIRD, FOURTH = (f"81234567890123{place:02}" for place in range(4))
WITHOUT_STATUS = [name for name in EXPORT_HEADERS if name != "订单状态"]
HAT, SOFA = "【1】Hat\n(产品属性:Color:Red)\n(商家编码:)\n(产品数量:1 piece)", "【1】Sofa\n(产品数量:2 piece)"


class Desk:
    """A shop with products and without a platform."""

    def __init__(self, store: Database, folder: Path) -> None:
        self.folder = folder
        self.app = App(Settings(data=folder, platform_url="http://127.0.0.1:1"), store, now=lambda: NOW)
        files.load(self.app, [write_products(folder / "products.csv")], by="ann")

    def load(
        self, *rows: Mapping[str, str], headers: Sequence[str] = EXPORT_HEADERS, awaiting: bool = False
    ) -> files.LoadReport:
        path = write_export(self.folder / "orders.xlsx", rows, headers)
        return files.load(self.app, [path], by="ann", wishes=Wishes(awaiting=awaiting))

    def groups(self) -> dict[str, tuple[str, int, int]]:
        """Finding → severity, orders, kept back."""
        return {
            one["code"]: (one["severity"], one["order_count"], one["blocked_count"])
            for one in checks.groups(self.app)
            if one["code"] != "overdue"
        }

    def awaiting(self) -> set[str]:
        return set(orders.matching_ids(self.app, OrderFilter()))

    def free(self) -> int:
        return orders.counts(self.app)["free"]

    def status(self, order_id: str) -> str:
        return str(orders.detail(self.app, order_id)["status"])

    def run(self, sql: str, *values: str) -> None:
        with self.app.database.write() as work:
            work._cursor.execute(sql, list(values))


@pytest.fixture
def desk(store: Database, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path)


def said(report: files.LoadReport) -> list[tuple[int, str, str]]:
    return [(one.row, one.code, one.value) for one in report.warnings]


def of_states(*labels: str) -> list[dict[str, str]]:
    return [
        an_export_row(订单号=number, 订单状态=label)
        for number, label in zip((FIRST, SECOND, THIRD, FOURTH), labels, strict=False)
    ]


def test_orders_of_unknown_status_are_named_in_the_report_and_in_the_check(desk: Desk) -> None:
    report = desk.load(*of_states("等待发货(新)", "", "等待您发货", "冻结中的订单"))
    assert said(report) == [(2, "status_unknown", "等待发货(新)"), (3, "status_unknown", "")]
    assert desk.awaiting() == {THIRD}
    assert desk.groups() == {"status_unknown": ("error", 2, 2)}
    rows = checks.orders_with(desk.app, "status_unknown")
    assert dict(zip(rows["order_id"], rows["value"], strict=True)) == {FIRST: "等待发货(新)", SECOND: "–"}
    sentence = finding_sentence("status_unknown", "status", "等待发货(新)")
    assert "等待发货(新)" in sentence
    assert "Sync" in sentence
    made = batches.create(desk.app, [FIRST, THIRD], by="ann")
    assert [(one.order_id, one.code) for one in made.excluded] == [(FIRST, "status_unknown")]


def test_an_order_of_unknown_status_that_is_placed_whole_is_not_listed(desk: Desk) -> None:
    desk.load(*of_states("等待您发货", "等待您发货"))
    assert len(batches.create(desk.app, [FIRST], by="ann").order_ids) == 1
    desk.run("update orders set status = 'UNKNOWN', status_label = 'new'")
    assert desk.groups() == {"status_unknown": ("error", 1, 1)}
    assert checks.orders_with(desk.app, "status_unknown")["order_id"].tolist() == [SECOND]


def test_a_status_known_from_elsewhere_is_no_doubt(desk: Desk) -> None:
    [row] = of_states("等待您发货")
    desk.load(row)
    assert said(desk.load(row | {"订单备注": "gift"}, headers=WITHOUT_STATUS)) == []
    assert desk.status(FIRST) == "WAIT_SELLER_SEND_GOODS"


def test_a_person_says_that_all_orders_of_a_file_await_shipment(desk: Desk) -> None:
    rows = of_states("等待发货(新)", "", "等待您发货", "冻结中的订单")
    desk.load(*rows)
    report = desk.load(*rows, awaiting=True)
    assert said(report) == []
    assert (report.files[0].updated, report.files[0].awaiting) == (2, 2)
    assert desk.awaiting() == {FIRST, SECOND, THIRD}, "a status that is known stands"
    assert desk.groups() == {}
    assert len(batches.create(desk.app, [FIRST, SECOND], by="ann").order_ids) == 2


def test_what_a_label_calls_ended_does_not_await_shipment_whatever_is_said_of_the_file(desk: Desk) -> None:
    report = desk.load(*of_states("已取消", "Order closed"), awaiting=True)
    assert [code for _row, code, _label in said(report)] == ["status_unknown"] * 2
    assert (report.files[0].awaiting, desk.awaiting()) == (0, set())


def test_what_a_person_says_of_a_file_does_not_undo_a_status_that_is_known(desk: Desk) -> None:
    rows = of_states("买家申请取消", "等待买家付款", "订单关闭")
    desk.load(*rows)
    desk.load(*(row | {"订单备注": "x"} for row in rows), headers=WITHOUT_STATUS, awaiting=True)
    assert desk.status(FIRST) == "IN_CANCEL", "somebody has to look at it"
    assert desk.status(SECOND) == "WAIT_SELLER_SEND_GOODS", "paid since"
    assert desk.status(THIRD) == "FINISH"


def test_layouts_without_a_status_ship_once_a_person_says_so(desk: Desk) -> None:
    [oldest] = of_states("")
    dates = ("订单状态", "下单时间", "付款时间", "发货期限", "发货时间", "确认收货时间")
    headers = [name for name in EXPORT_HEADERS if name not in dates]
    line = a_dianxiaomi_row(订单号=SECOND)
    others = [name for name in DIANXIAOMI_HEADERS if name != "订单状态"]
    assert said(desk.load(oldest, headers=headers)) == [(2, "status_unknown", "")]
    assert said(desk.load(line, headers=others)) == [(2, "status_unknown", "")]
    assert desk.awaiting() == set()
    assert desk.load(oldest, headers=headers, awaiting=True).files[0].awaiting == 1
    assert desk.load(line, headers=others, awaiting=True).files[0].awaiting == 1
    assert desk.awaiting() == {FIRST, SECOND}


ASKING = {
    "rows_differ": "receiver",
    "row_repeated": "sku",
    "times_out_of_order": "paid_at",
    "amounts_differ": "total",
}
TOLD = {"row_resent": "is_resent", "amount_unreadable": "total"}


def test_doubts_from_loading_keep_an_order_back_until_somebody_accepts_them(desk: Desk) -> None:
    desk.load(*of_states("等待您发货"))
    for code, field in ASKING.items():
        desk.run("insert into load_findings values ('default', ?, ?, ?, 'x1')", FIRST, code, field)
        assert desk.groups() == {code: ("warning", 1, 1)}
        assert not batches.create(desk.app, [FIRST], by="ann").order_ids
        assert checks.accept(desk.app, code, by="ann") == 1
        assert desk.free() == 1
        desk.run("delete from load_findings")


def test_doubts_that_change_nothing_of_a_parcel_are_told_and_keep_nothing_back(desk: Desk) -> None:
    desk.load(*of_states("等待您发货"))
    for code, field in TOLD.items():
        desk.run("insert into load_findings values ('default', ?, ?, ?, 'x1')", FIRST, code, field)
    assert desk.groups() == dict.fromkeys(TOLD, ("warning", 1, 0))
    assert desk.free() == 1


@pytest.mark.parametrize(("code", "field"), [*ASKING.items(), *TOLD.items()])
def test_a_doubt_from_loading_names_its_field_and_its_fix(code: str, field: str) -> None:
    words = {
        "rows_differ": ("receiver", "Correct"), "row_repeated": ("x1", "quantit"), "amounts_differ": ("x1", "amount"),
        "times_out_of_order": ("x1", "payment"), "row_resent": ("sent again", "lost"),
        "amount_unreadable": ("order total", "x1"),
    }  # fmt: skip
    assert all(word in finding_sentence(code, field, "x1") for word in words[code])


def test_two_receivers_in_one_order_ask_until_accepted_or_corrected_and_again_when_they_change(
    desk: Desk,
) -> None:
    row = a_dianxiaomi_row(订单号=FIRST)
    other = row | {"SKU": "SKU-2", "收货人姓名": "Somebody Else"}
    desk.load(row, other, headers=DIANXIAOMI_HEADERS)
    assert desk.groups() == {"rows_differ": ("warning", 1, 1)}
    assert checks.accept(desk.app, "rows_differ", by="ann") == 1
    assert desk.free() == 1
    moved = {"详细地址": "2 Other Street", "地址1": "2 Other Street"}
    desk.load(row | moved, other, headers=DIANXIAOMI_HEADERS)
    assert desk.groups() == {"rows_differ": ("warning", 1, 1)}, "another receiver than was accepted"
    receiver: Receiver = orders.detail(desk.app, FIRST)["receivers"]["received"]
    orders.correct_receiver(desk.app, FIRST, receiver, by="ann")
    assert desk.groups() == {}


def test_goods_without_a_sku_are_told_apart_by_title_and_attributes(desk: Desk) -> None:
    rows = [
        an_export_row(订单号=number, products=cell)
        for number, cell in ((FIRST, HAT), (SECOND, SOFA), (THIRD, SOFA))
    ]
    desk.load(*rows)
    hat, sofa = made_sku("Hat", "Color:Red"), made_sku("Sofa", "")
    needed = products.needed(desk.app)
    assert needed[["sku", "title", "order_count", "unit_count"]].values.tolist() == [
        [sofa, "Sofa", 2, 4],
        [hat, "Hat · Color:Red", 1, 1],
    ]
    assert needed["known_sku"].isna().all(), "a made-up SKU looks like nothing"
    sentence = finding_sentence("unknown_sku", "sku", hat)
    assert hat in sentence
    assert "title" in sentence
    products.pair(desk.app, hat, "SKU-1", by="ann")
    assert products.save(desk.app, [Edit(sofa, "weight_g", "900")], by="ann").faults == ()
    assert desk.free() == 1
    assert products.needed(desk.app)["sku"].tolist() == [sofa], "its declaration is lacking still"


def test_a_blank_sku_is_neither_paired_nor_completed(desk: Desk) -> None:
    for blank in ("", " "):
        with pytest.raises(Problem, match="pair_blank"):
            products.pair(desk.app, blank, "SKU-1", by="ann")
        with pytest.raises(Problem, match="pair_blank"):
            products.pair(desk.app, "SKU-9", blank, by="ann")
        [fault] = products.save(desk.app, [Edit(blank, "weight_g", "5")], by="ann").faults
        assert fault.code == "cell_sku"


def test_goods_that_nothing_names_are_a_finding_of_their_own(desk: Desk) -> None:
    desk.load(an_export_row(订单号=FIRST, products="【1】\n(商家编码:)\n(产品数量:1 piece)"))
    assert desk.groups() == {"sku_blank": ("error", 1, 1)}
    assert products.needed(desk.app).empty


def test_an_order_placed_with_another_wording_of_an_unnamed_product_is_no_contradiction(desk: Desk) -> None:
    row = an_export_row(订单号=FIRST, products=HAT)
    desk.load(row)
    hat = made_sku("Hat", "Color:Red")
    products.pair(desk.app, hat, "SKU-1", by="ann")
    assert batches.create(desk.app, [FIRST], by="ann").order_ids
    assert not desk.load(row | {PRODUCTS_HEADER: HAT.replace("Red", "red")}).conflicts
    assert desk.load(row | {PRODUCTS_HEADER: a_products_cell(("SKU-2", 1))}).conflicts


def test_made_up_skus_say_what_they_are() -> None:
    assert is_made(made_sku("Hat", ""))
    assert not any(is_made(sku) for sku in ("TITLE-hat", "", "SKU-1"))


def test_orders_whose_numbers_may_have_lost_digits_wait_until_they_are_compared_or_listed(desk: Desk) -> None:
    rows = [an_export_row(订单号=f"820000000000{place:03d}0") for place in range(4)]
    report = desk.load(*rows)
    assert {one.code for one in report.warnings} == {"order_number_doubtful"}
    assert desk.groups()["order_number_doubtful"] == ("warning", 4, 4)
    first, second, *others = [row["订单号"] for row in rows]
    with desk.app.database.write() as work:
        work._cursor.execute(
            "insert into listed_orders values ('default', $1, 'x', null, now(), null)", [first]
        )
    assert checks.accept(desk.app, "order_number_doubtful", [second], by="ann") == 1
    assert desk.groups()["order_number_doubtful"] == ("warning", 2, 2)
    blocked = orders.findings(desk.app, [row["订单号"] for row in rows])
    assert {one["order_id"] for one in blocked} == set(others)
