"""`python -m lib load` on a sample of every layout: one JSON document, every row accounted for."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

import openpyxl
import pytest

from lib import cli
from lib.app import App
from lib.config import Settings
from lib.services import files
from lib.services.files import Options, TableMapping, loading
from tests.builders import (
    DIANXIAOMI_HEADERS,
    EXPORT_HEADERS,
    FOREIGN_HEADERS,
    LINGXING_HEADERS,
    MABANG_HEADERS,
    PRODUCTS_HEADER,
    a_dianxiaomi_row,
    a_foreign_row,
    a_lingxing_row,
    a_mabang_row,
    an_export_row,
    write_export,
    write_products,
)

OLDEST = [
    "订单号", "买家邮箱", "产品总金额", "物流费用", "订单金额", PRODUCTS_HEADER, "订单备注", "收货地址", "收货人名称",
    "收货国家", "州/省", "城市", "地址", "邮编", "联系电话", "手机", "买家选择物流",
]  # fmt: skip
NEWEST = [
    "订单号", "订单状态", "订单金额", "物流费用", "发货时间", "订单业务模式", "实际发货单号", PRODUCTS_HEADER,
    "收货国家",
]  # fmt: skip


def lib(data: Path, *arguments: str | Path, status: int = 0) -> Any:
    """The one JSON document a command prints."""
    out = io.StringIO()
    environment = {**os.environ, "SHIPDESK_DATA": str(data), "SHIPDESK_OPERATOR": "ann"}
    with patch.dict(os.environ, environment), redirect_stdout(out), redirect_stderr(io.StringIO()) as err:
        assert cli.run([*map(str, arguments), "--json"]) == status, err.getvalue()
    return json.loads(out.getvalue())


def spoken(data: Path, *arguments: str | Path, status: int = 0) -> str:
    """What a command says to people."""
    with patch.dict(os.environ, {"SHIPDESK_DATA": str(data)}), redirect_stdout(io.StringIO()) as out:
        assert cli.run([*map(str, arguments)]) == status
    return out.getvalue()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for all samples: no order of one is in another."""
    return tmp_path_factory.mktemp("data")


def tab_separated(path: Path, rows: Sequence[dict[str, str]], headers: Sequence[str]) -> Path:
    with path.open("w", encoding="gb18030", newline="") as stream:
        table = [list(headers), *([row.get(header, "") for header in headers] for row in rows)]
        csv.writer(stream, delimiter="\t").writerows(table)
    return path


LAYOUTS = {
    "seller center of about 2019": ("seller_center", "xlsx", EXPORT_HEADERS, an_export_row),
    "seller center as text": ("seller_center", "csv", EXPORT_HEADERS, an_export_row),
    "seller center with tabs": ("seller_center", "tsv", EXPORT_HEADERS, an_export_row),
    "seller center, the oldest": ("seller_center", "xlsx", OLDEST, an_export_row),
    "seller center, the newest": ("seller_center", "xlsx", NEWEST, an_export_row),
    "dianxiaomi": ("dianxiaomi", "xlsx", DIANXIAOMI_HEADERS, a_dianxiaomi_row),
    "mabang": ("mabang", "xlsx", MABANG_HEADERS, a_mabang_row),
    "mabang as text": ("mabang", "csv", MABANG_HEADERS, a_mabang_row),
    "lingxing": ("lingxing", "xlsx", LINGXING_HEADERS, a_lingxing_row),
}


@pytest.mark.parametrize("sample", LAYOUTS)
def test_a_sample_of_each_layout_is_recognised_loaded_and_the_second_time_unchanged(
    data: Path, tmp_path: Path, sample: str
) -> None:
    layout, ending, headers, a_row = LAYOUTS[sample]
    rows = [{"负责人(业务员)": "x", **a_row()} for _ in range(3)]
    path = tmp_path / f"sample.{ending}"
    headers = [*headers, "代理商自加列"]
    (tab_separated if ending == "tsv" else write_export)(path, rows, headers)
    document = lib(data, "load", path)
    [file] = document["files"]
    assert (file["layout"], file["read"], file["loaded"], document["orders"]) == (layout, 3, 3, 3)
    assert file["ignored"] == ["代理商自加列"]
    assert file["repeated"] == 0
    assert document["problems"] == document["conflicts"] == []
    [again] = lib(data, "load", path)["files"]
    assert (again["unchanged"], again["loaded"], again["updated"]) == (3, 0, 0)


def test_columns_that_lack_are_named(data: Path, tmp_path: Path) -> None:
    path = write_export(tmp_path / "old.xlsx", [an_export_row()], OLDEST)
    [file] = lib(data, "load", path)["files"]
    assert {"订单状态", "发货期限", "付款时间"} <= set(file["missing"])


def test_a_product_table_is_loaded_by_the_same_command(data: Path, tmp_path: Path) -> None:
    [file] = lib(data, "load", write_products(tmp_path / "p.xlsx"))["files"]
    assert (file["layout"], file["loaded"]) == ("products", 9)


def test_a_table_of_any_form_is_loaded_by_its_mapping_and_the_mapping_listed_and_forgotten(
    data: Path, tmp_path: Path
) -> None:
    path = write_export(tmp_path / "shop b.csv", [a_foreign_row(), a_foreign_row()], FOREIGN_HEADERS)
    refused = lib(data, "load", path, status=1)
    assert refused["files"][0]["error_code"] == "unknown_layout"
    app = App.open(Settings(data=data))
    columns = {"order_id": "Order ref", "sku": "Item", "quantity": "Pcs", "country": "Land"}
    files.save_mapping(app, TableMapping("shop b", "orders", FOREIGN_HEADERS, columns, Options()), by="ann")
    app.close()
    [listed] = lib(data, "mappings")
    assert (listed["name"], listed["kind"], listed["columns"]) == ("shop b", "orders", columns)
    [file] = lib(data, "load", path, "--mapping", "shop b")["files"]
    assert (file["layout"], file["loaded"]) == ("mapping:shop b", 2)
    assert lib(data, "load", path)["files"][0]["unchanged"] == 2
    assert lib(data, "mappings", "--forget", "shop b") == []
    assert lib(data, "load", path, "--mapping", "shop b", status=2)["code"] == "unknown_mapping"


@pytest.mark.parametrize("name", ["out.xlsx", "out.csv"])
def test_refused_rows_are_written_to_mend_and_close_when_they_come_back(
    data: Path, tmp_path: Path, name: str
) -> None:
    path = write_export(tmp_path / "o.xlsx", [an_export_row(), an_export_row(收货国家="Nowhere")])
    out = tmp_path / name
    lib(data, "load", path, "--refused", out, status=1)
    if name.endswith("xlsx"):
        book = openpyxl.load_workbook(out)
        header = [cell.value for cell in book.worksheets[0][1]]
        book.worksheets[0].cell(2, header.index("收货国家") + 1).value = "Spain"
        book.save(out)
    else:
        out.write_text(out.read_text("utf-8-sig").replace("Nowhere", "Spain"), encoding="utf-8-sig")
    [file] = lib(data, "load", out)["files"]
    assert (file["loaded"], file["mended"]) == (1, 1)


def test_columns_that_are_known_and_not_used_are_named(data: Path, tmp_path: Path) -> None:
    path = write_export(tmp_path / "o.xlsx", [an_export_row()], [*EXPORT_HEADERS, "买家邮箱"])
    [file] = lib(data, "load", path)["files"]
    assert (file["ignored"], file["unread"]) == ([], ["负责人(业务员)", "收货地址", "买家邮箱"])
    said = spoken(data, "load", path)
    assert "known and not used: 负责人(业务员), 收货地址, 买家邮箱" in said


def test_an_older_looking_file_names_orders_fields_and_what_to_do_without_what_stands_in_them(
    data: Path, tmp_path: Path
) -> None:
    row, last = an_export_row(), an_export_row(付款时间="2026.08.31 09:00")
    lib(data, "load", write_export(tmp_path / "full.csv", [row, last]))
    path = write_export(tmp_path / "filtered.csv", [row | {"城市": "Cork"}])
    [difference] = lib(data, "load", path, status=1)["older"]
    assert (difference["order_id"], difference["field"]) == (row["订单号"], "city")
    assert (difference["kept"], difference["offered"], difference["batch_id"]) == ("Dublin", "Cork", "")
    said = spoken(data, "load", path, status=1)
    assert "load it again with --newest" in said
    assert f"{row['订单号']}, in no batch: City" in said
    assert "filtered.csv, row 2," in said
    assert "Cork" not in said
    assert lib(data, "load", path, "--newest")["files"][0]["updated"] == 1


def test_what_was_assumed_and_left_out_is_said_to_people_too(data: Path, tmp_path: Path) -> None:
    path = write_export(tmp_path / "d.xlsx", [a_dianxiaomi_row()], [*DIANXIAOMI_HEADERS, "自加"])
    out = io.StringIO()
    with patch.dict(os.environ, {"SHIPDESK_DATA": str(data)}), redirect_stdout(out):
        assert cli.run(["load", str(path), "--weight-unit", "kg"]) == 0
    assert "Dianxiaomi" in out.getvalue()
    assert "自加" in out.getvalue()
    assert "weights were read as kg" in out.getvalue()


def test_what_takes_its_time_is_said_while_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(loading, "LONG_ROWS", 1)
    monkeypatch.setenv("SHIPDESK_DATA", str(tmp_path / "data"))
    assert cli.run(["load", str(write_products(tmp_path / "products.xlsx", [{"SKU": "A-1"}])), "--json"]) == 0
    assert "products.xlsx: storing and checking 1 rows…" in capsys.readouterr().err


def test_orders_of_unknown_status_are_named_with_their_label_and_ship_once_a_person_says_so(
    tmp_path: Path,
) -> None:
    export = write_export(tmp_path / "new words.csv", [an_export_row(订单状态="等待发货(新)")])
    out = io.StringIO()
    with (
        patch.dict(os.environ, {**os.environ, "SHIPDESK_DATA": str(tmp_path / "data")}),
        redirect_stdout(out),
    ):
        cli.run(["load", str(export)])
    assert "row 2, 订单状态 “等待发货(新)”" in out.getvalue()
    [group] = [one for one in lib(tmp_path / "data", "checks") if one["code"] == "status_unknown"]
    assert (group["severity"], group["order_count"]) == ("error", 1)
    [file] = lib(tmp_path / "data", "load", export, "--awaiting")["files"]
    assert (file["updated"], file["awaiting"]) == (1, 1)
    assert len(lib(tmp_path / "data", "orders")) == 1
