"""Bills: every line kept once, matched by exactly its number, and added up as what a shipment did cost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lib.domain.costs import View
from lib.services import bills, costs, files, shipments
from lib.services.files import LoadReport
from tests.builders import a_bill_line, write_bill, write_export
from tests.conftest import Desk


def load(desk: Desk, *rows: dict[str, str], name: str = "bill.csv") -> LoadReport:
    report = files.load(desk.app, [write_bill(desk.folder / name, rows)], kind="bills", by="ann")
    [file] = report.files
    assert file.read == file.loaded + file.updated + file.unchanged + file.refused == len(rows)
    return report


@pytest.fixture
def sent(desk: Desk) -> list[dict[str, str]]:
    """Three parcels that are on the platform, with their numbers."""
    batch_id = desk.draft(desk.order_ids()[:3])
    desk.submit(batch_id)
    desk.work(batch_id)
    with desk.app.database.read() as work:
        cursor = work._cursor.execute(
            "select shipment_id, tracking_number, lp_number, logistics_order_id from shipments order by position"
        )
        columns = [column[0] for column in cursor.description or []]
        found = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    assert all(all(one.values()) for one in found)
    return found


def actual(desk: Desk) -> dict[tuple[str, str], tuple[int, str]]:
    with desk.app.database.read() as work:
        rows = work._cursor.execute(
            "select shipment_id, kind, fee_minor, currency from fees where stage = 'actual'"
        ).fetchall()
    return {(shipment_id, kind): (minor, currency) for shipment_id, kind, minor, currency in rows}


def test_a_line_matches_by_any_of_three_numbers_and_adds_up_as_actual_fees(
    desk: Desk, sent: list[dict[str, str]]
) -> None:
    first, second, third = sent
    report = load(
        desk,
        a_bill_line(first["tracking_number"]),
        a_bill_line(first["tracking_number"], 费用类型="挂号费", 金额="15.00"),
        a_bill_line(second["lp_number"], 金额="20.00"),
        a_bill_line(second["tracking_number"], 金额="-1.50"),
        a_bill_line(third["logistics_order_id"].lower(), 费用类型="退件服务费", 金额="5"),
        a_bill_line("LP00000000000001", 金额="7.77"),
    )
    assert (report.files[0].loaded, report.all_well) == (6, True)
    assert [(row.row, row.value, row.code) for row in report.warnings] == [
        (7, "LP00000000000001", "bill_unmatched")
    ]
    assert actual(desk) == {
        (first["shipment_id"], "freight"): (1234, "CNY"),
        (first["shipment_id"], "item"): (1500, "CNY"),
        (second["shipment_id"], "freight"): (1850, "CNY"),
        (third["shipment_id"], "return_service"): (500, "CNY"),
    }
    [total] = bills.totals(desk.app)
    assert (total["line_count"], total["unmatched_count"], total["shipment_count"]) == (6, 1, 3)
    assert (total["amount_minor"], total["unmatched_minor"]) == (1234 + 1500 + 1850 + 500 + 777, 777)
    assert bills.lines(desk.app, matched=False)["number"].tolist() == ["LP00000000000001"]


def test_a_bill_loaded_twice_doubles_nothing_and_two_equal_lines_are_two(
    desk: Desk, sent: list[dict[str, str]]
) -> None:
    number = sent[0]["tracking_number"]
    twice = [a_bill_line(number), a_bill_line(number)]
    assert load(desk, *twice).files[0].loaded == 2
    again = load(desk, *twice, a_bill_line(number, 金额="1.00"), name="longer.csv").files[0]
    assert (again.loaded, again.unchanged) == (1, 2)
    assert actual(desk) == {(sent[0]["shipment_id"], "freight"): (2 * 1234 + 100, "CNY")}


def test_a_number_that_comes_after_its_bill_is_found_later(desk: Desk, sent: list[dict[str, str]]) -> None:
    load(desk, a_bill_line("RX000000000CN"))
    assert actual(desk) == {}
    with desk.app.database.write() as work:
        work._cursor.execute(
            "update shipments set tracking_number = 'RX000000000CN' where shipment_id = ?",
            [sent[0]["shipment_id"]],
        )
    bills.match(desk.app)
    assert actual(desk) == {(sent[0]["shipment_id"], "freight"): (1234, "CNY")}


def test_nothing_is_guessed_from_a_part_of_a_number(desk: Desk, sent: list[dict[str, str]]) -> None:
    number = sent[0]["tracking_number"]
    load(desk, a_bill_line(number[:-1]), a_bill_line(f"{number}0"))
    assert actual(desk) == {}


def test_a_line_with_a_bad_cell_is_refused_with_its_reason_and_the_others_are_kept(desk: Desk) -> None:
    report = load(
        desk,
        a_bill_line(""),
        a_bill_line("8.12E+15"),
        a_bill_line("LP 123 / 4"),
        a_bill_line("LP1234567", 扣费日期="yesterday"),
        a_bill_line("LP1234567", 金额=""),
        a_bill_line("LP1234567", 金额="twelve"),
        a_bill_line("LP1234567", 金额="1.234"),
        a_bill_line("LP1234567", 币种="XAU"),
        a_bill_line("LP1234567", 币种=""),
        a_bill_line("LP1234567", **{"计费重(g)": "heavy"}),
        a_bill_line("LP1234567"),
    )
    assert [(row.row, row.column, row.code) for row in report.problems] == [
        (2, "单号", "bill_number_blank"),
        (3, "单号", "bill_number_damaged"),
        (4, "单号", "bill_number_odd"),
        (5, "扣费日期", "date_unreadable"),
        (6, "金额", "bill_amount_unreadable"),
        (7, "金额", "bill_amount_unreadable"),
        (8, "金额", "bill_amount_unreadable"),
        (9, "币种", "currency_unknown"),
        (10, "币种", "currency_blank"),
        (11, "计费重(g)", "bill_weight_unreadable"),
    ]
    assert report.files[0].loaded == 1


def test_headers_and_signs_of_other_bills_are_understood(desk: Desk) -> None:
    rows = [
        {
            "国际运单号": "RX123456789CN",
            "账单日期": "2026/11/5 08:30",
            "费用项": "燃油附加费",
            "金额(元)": "1,234.50",
        },
        {"国际运单号": "RX123456789CN", "账单日期": "2026.11.06", "费用项": "神秘费", "金额(元)": "$3"},
    ]
    path = write_export(desk.folder / "other.xlsx", rows, list(rows[0]))
    [file] = files.load(desk.app, [path], by="ann").files
    assert (file.layout, file.loaded) == ("bills", 2)
    lines = bills.lines(desk.app).sort_values("charged_on")
    assert lines["charged_on"].dt.strftime("%Y-%m-%d").tolist() == ["2026-11-05", "2026-11-06"]
    assert lines["kind"].tolist() == ["fuel", "other"]
    assert lines["kind_text"].tolist() == ["燃油附加费", "神秘费"]
    assert lines["amount_minor"].tolist() == [123_450, 300]
    assert lines["currency"].tolist() == ["CNY", "USD"]


def test_compensation_is_a_negative_fee_whatever_its_sign_in_the_file(
    desk: Desk, sent: list[dict[str, str]]
) -> None:
    number = sent[0]["tracking_number"]
    load(
        desk,
        a_bill_line(number, 费用类型="赔付", 金额="8.00"),
        a_bill_line(number, 费用类型="理赔", 金额="-2.50"),
        a_bill_line(number, 金额="12.34"),
    )
    assert actual(desk)[(sent[0]["shipment_id"], "compensation")] == (-1050, "CNY")
    costs.refresh(desk.app)
    found = costs.explore(desk.app, View()).total
    assert found["compensation_cny"] == -1050
    assert found["cost_cny"] == found["estimated_cny"] // 3 * 2 + 1234 - 1050


def test_what_is_billed_stands_beside_what_was_estimated(desk: Desk, sent: list[dict[str, str]]) -> None:
    batch = shipments.listing(desk.app, shipments_batch(desk))
    load(desk, *[a_bill_line(one["tracking_number"]) for one in sent])
    fees = costs.by_plan(desk.app).fees
    by_stage = fees.groupby("stage")["fee_minor"].sum()
    assert by_stage["actual"] == 3 * 1234
    assert by_stage["estimated"] == batch["fee_minor"].sum()


def shipments_batch(desk: Desk) -> str:
    with desk.app.database.read() as work:
        [(batch_id,)] = work._cursor.execute("select batch_id from batches").fetchall()
    return str(batch_id)


def test_the_audit_and_the_list_of_files_know_of_a_bill(desk: Desk) -> None:
    load(desk, a_bill_line("LP1234567"))
    read = files.imported(desk.app)
    assert read.iloc[0][["file", "layout", "loaded_count"]].tolist() == ["bill.csv", "bills", 1]
    with desk.app.database.read() as work:
        [(detail,)] = work._cursor.execute(
            "select detail from audit where action = 'load' and subject = 'bill.csv'"
        ).fetchall()
    assert json.loads(detail)["loaded"] == 1
    assert Path(desk.folder / "bill.csv").exists()
