"""Values for tests, naming only what a test is about. All people in here are made up."""

from __future__ import annotations

import csv
import hashlib
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
    table: list[list[object]] = [
        list(headers),
        *([row.get(header, "") for header in headers] for row in rows),
    ]
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows(table)
        return path
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Sheet1")
        for place, cells in enumerate(table):
            sheet.write_row(place, 0, cells)
    return path


def made_sku(title: str, attributes: str = "") -> str:
    """The SKU that the desk gives goods whose order names none."""
    return "TITLE-" + hashlib.md5(f"{title}\x1f{attributes}".encode(), usedforsecurity=False).hexdigest()[:8]


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


#: The columns a seller picked for an export of 店小秘, out of some seventy.
DIANXIAOMI_HEADERS = (
    "订单号", "订单状态", "下单时间", "付款时间", "买家姓名", "收货人姓名", "国家二字码", "收货人州/省", "收货人城市",
    "地址1", "地址2", "收货人门牌号", "邮编", "收货人电话", "收货人手机", "收货人税号", "SKU", "产品名称", "产品规格",
    "产品数量", "产品售价", "币种缩写", "订单金额", "买家支付运费", "买家指定物流", "物流方式", "运单号", "订单备注",
    "称重重量", "店铺账号",
)  # fmt: skip


def a_dianxiaomi_row(**over: str) -> dict[str, str]:
    """One product line of an export of 店小秘, good in every cell; the order's cells repeat on each of its lines."""
    return {
        "订单号": str(next(_numbers)),
        "订单状态": "待审核",
        "下单时间": "2026-08-30 10:05",
        "付款时间": "2026-08-30 11:05",
        "买家姓名": "Vera Made-Up",
        "收货人姓名": "Vera Made-Up",
        "国家二字码": "IE",
        "收货人州/省": "Leinster",
        "收货人城市": "Dublin",
        "地址1": "1 Sample Street",
        "地址2": "Flat 2",
        "收货人门牌号": "",
        "邮编": "D02 AF30",
        "收货人电话": "353-1-6790000",
        "收货人手机": "353851234567",
        "收货人税号": "",
        "SKU": "SKU-1",
        "产品名称": "Title of SKU-1",
        "产品规格": "Color:Red",
        "产品数量": "1",
        "产品售价": "29.45",
        "币种缩写": "USD",
        "订单金额": "58.90",
        "买家支付运费": "0",
        "买家指定物流": "AliExpress Standard Shipping",
        "物流方式": "",
        "运单号": "",
        "订单备注": "",
        "称重重量": "250",
        "店铺账号": "shop-a",
    } | over


MABANG_HEADERS = (
    "订单编号", "交易号", "店铺名称", "国家", "订单业务模式", "商品名称", "库存sku*数量", "平台sku*数量",
    "付款日期", "创建时间", "订单重量", "物流渠道", "买家自选物流", "货运单号", "原始币种", "应收货款(原始货币)",
    "汇率", "收入-应收货款", "订单备注", "是否拆分订单", "是否合并订单", "是否重发订单", "平台订单状态",
)  # fmt: skip


def a_mabang_row(**over: str) -> dict[str, str]:
    """One parcel of an export of 马帮, good in every cell: its products are SKU*QTY in one cell."""
    return {
        "订单编号": str(next(_numbers)),
        "交易号": "",
        "店铺名称": "shop-a",
        "国家": "俄罗斯",
        "订单业务模式": "",
        "商品名称": "Cups",
        "库存sku*数量": "SKU-1*2;SKU-2*1",
        "平台sku*数量": "P-1*2;P-2*1",
        "付款日期": "2026-08-30 11:05:00",
        "创建时间": "2026-08-30 10:05:00",
        "订单重量": "250",
        "物流渠道": "",
        "买家自选物流": "AliExpress Standard Shipping",
        "货运单号": "",
        "原始币种": "USD",
        "应收货款(原始货币)": "58.90",
        "汇率": "7.1",
        "收入-应收货款": "418.19",
        "订单备注": "",
        "是否拆分订单": "否",
        "是否合并订单": "否",
        "是否重发订单": "否",
        "平台订单状态": "等待您发货",
    } | over


LINGXING_HEADERS = (
    "发货时间", "平台单号", "系统单号", "MSKU", "SKU", "数量", "商品金额", "商品客付运费", "发货仓库", "状态",
    "客服备注", "运单号", "标签", "品名", "订单来源", "订单类型", "ASIN/商品Id",
)  # fmt: skip


def a_lingxing_row(**over: str) -> dict[str, str]:
    """One product line of an export of 领星; the order's cells are merged over its lines, and were filled down."""
    return {
        "发货时间": "08/30/2026",
        "平台单号": f"{next(_numbers)}-1",
        "系统单号": "103",
        "MSKU": "M-1",
        "SKU": "SKU-1",
        "数量": "1",
        "商品金额": "58.90",
        "商品客付运费": "0",
        "发货仓库": "A",
        "状态": "已发货",
        "客服备注": "",
        "运单号": "LX123456789CN.",
        "标签": "",
        "品名": "Cup",
        "订单来源": "",
        "订单类型": "",
        "ASIN/商品Id": "",
    } | over


#: A table of nobody's layout, as a small shop keeps one.
FOREIGN_HEADERS = (
    "Order ref",
    "Placed",
    "Ship to",
    "Land",
    "Street",
    "Town",
    "ZIP",
    "Tel",
    "Item",
    "Pcs",
    "Paid",
)


def a_foreign_row(**over: str) -> dict[str, str]:
    """One product line of such a table."""
    return {
        "Order ref": str(next(_numbers)),
        "Placed": "30/08/2026 10:05",
        "Ship to": "Vera Made-Up",
        "Land": "Ireland",
        "Street": "1 Sample Street",
        "Town": "Dublin",
        "ZIP": "D02 AF30",
        "Tel": "353851234567",
        "Item": "SKU-1",
        "Pcs": "2",
        "Paid": "EUR 58.90",
    } | over


RATE_HEADERS = (
    "plan",
    "country",
    "cargo_class",
    "min_g",
    "max_g",
    "per_kg",
    "item_fee",
    "first_g",
    "first_fee",
    "step_g",
    "step_fee",
    "increment_g",
    "min_billable_g",
    "suspended",
    "currency",
    "valid_from",
    "valid_to",
    "surcharge",
    "postcode_prefix",
    "surcharge_percent",
    "surcharge_amount",
    "surcharge_per_kg",
)


def a_rate(**over: str) -> dict[str, str]:
    """One row of a rate card: China Post registered mail to Ireland, 1 to 2000 g; `over` replaces cells."""
    return {
        "plan": "CPAM",
        "country": "IE",
        "cargo_class": "general",
        "min_g": "1",
        "max_g": "2000",
        "per_kg": "70.00",
        "item_fee": "15.00",
        "currency": "CNY",
        "valid_from": "2027-01-01",
    } | over


def write_rates(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """Write rows of rate cards, .xlsx or .csv by the name's ending."""
    return write_export(path, rows, RATE_HEADERS)


BILL_HEADERS = ("单号", "扣费日期", "费用类型", "计费重(g)", "金额", "币种", "账单号")


def a_bill_line(number: str, **over: str) -> dict[str, str]:
    """One line of a bill: 12.34 CNY of freight; `over` replaces cells by header."""
    return {
        "单号": number,
        "扣费日期": "2026-11-20",
        "费用类型": "运费",
        "计费重(g)": "250",
        "金额": "12.34",
        "币种": "CNY",
        "账单号": "B-1",
    } | over


def write_bill(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """Write lines of a bill, .xlsx or .csv by the name's ending."""
    return write_export(path, rows, BILL_HEADERS)
