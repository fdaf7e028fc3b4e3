"""Values for tests, naming only what a test is about. All people in here are made up."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path

import xlsxwriter

PRODUCTS_HEADER = "产品信息\n（双击单元格展开所有产品信息！）"

#: The Seller Center export of about 2019.
EXPORT_HEADERS = (
    "订单号",
    "订单状态",
    "负责人(业务员)",
    "买家名称",
    "下单时间",
    "付款时间",
    "产品总金额",
    "物流费用",
    "订单金额",
    "满立减",
    PRODUCTS_HEADER,
    "订单备注",
    "收货地址",
    "收货人名称",
    "收货国家",
    "州/省",
    "城市",
    "地址",
    "邮编",
    "联系电话",
    "手机",
    "买家选择物流",
    "发货期限",
    "实际发货物流:运单号",
    "发货时间",
    "确认收货时间",
)

_numbers = count(8100000000000017, 101)


def a_products_cell(*products: tuple[str, int], unit: str = "piece", line_end: str = "\n") -> str:
    """A products cell of these (SKU, quantity)."""
    blocks = [
        f"【{place}】Title of {sku}{line_end}(产品属性:Color:Red、Size:M){line_end}"
        f"(商家编码:{sku}){line_end}(产品数量:{quantity} {unit})"
        for place, (sku, quantity) in enumerate(products or [("SKU-1", 1)], start=1)
    ]
    return line_end.join(blocks)


def an_export_row(**over: str) -> dict[str, str]:
    """One row of an order export, good in every cell; `over` replaces cells by header, `products` the products."""
    row = {
        "订单号": str(next(_numbers)),
        "订单状态": "等待您发货",
        "负责人(业务员)": "Desk",
        "买家名称": "Vera Made-Up",
        "下单时间": "2026.08.30 10:05",
        "付款时间": "2026.08.30 11:05",
        "产品总金额": "$58.90",
        "物流费用": "0",
        "订单金额": "$58.90",
        "满立减": "",
        PRODUCTS_HEADER: a_products_cell(),
        "订单备注": "",
        "收货地址": "1 Sample Street、Dublin、Leinster、Ireland",
        "收货人名称": "Vera Made-Up",
        "收货国家": "Ireland",
        "州/省": "Leinster",
        "城市": "Dublin",
        "地址": "1 Sample Street",
        "邮编": "D02 AF30",
        "联系电话": "353-1-6790000",
        "手机": "353851234567",
        "买家选择物流": "AliExpress Standard Shipping",
        "发货期限": "2026-09-05 10:00",
        "实际发货物流:运单号": "",
        "发货时间": "",
        "确认收货时间": "",
    }
    if "products" in over:
        over[PRODUCTS_HEADER] = over.pop("products")
    return row | over


def write_export(
    path: Path, rows: Sequence[Mapping[str, object]], headers: Sequence[str] = EXPORT_HEADERS
) -> Path:
    """Write rows as an order export, .xlsx or .csv by the name's ending; cells of other headers are left out."""
    table = [list(headers), *([row.get(header, "") for header in headers] for row in rows)]
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows(table)
        return path
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Sheet1")
        for place, cells in enumerate(table):
            sheet.write_row(place, 0, cells)
    return path


PRODUCT_HEADERS = (
    "SKU",
    "商品名称",
    "重量(g)",
    "长(mm)",
    "宽(mm)",
    "高(mm)",
    "货物类型",
    "中文报关名",
    "英文报关名",
    "申报价值(USD)",
    "采购成本(CNY)",
    "海关编码",
    "货位",
)


def a_product(sku: str = "SKU-1", **over: str) -> dict[str, str]:
    """One row of a product table: 120 g of general goods; `over` replaces cells by header."""
    return {
        "SKU": sku,
        "商品名称": f"Title of {sku}",
        "重量(g)": "120",
        "长(mm)": "150",
        "宽(mm)": "100",
        "高(mm)": "20",
        "货物类型": "普货",
        "中文报关名": "样品",
        "英文报关名": "sample goods",
        "申报价值(USD)": "4.50",
        "采购成本(CNY)": "12.00",
        "海关编码": "950300",
        "货位": "A-01",
    } | over


def write_products(path: Path, rows: Sequence[Mapping[str, object]] | None = None) -> Path:
    """Write a product table; without rows one with SKU-1 to SKU-9."""
    return write_export(path, rows or [a_product(f"SKU-{n}") for n in range(1, 10)], PRODUCT_HEADERS)
