"""Layouts: whose file a sheet is, told by the texts of its headers and never by their places."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from lib.files.rows import ROW_NO
from lib.files.sheets import NotReadable, Sheet, tidy


@dataclass(frozen=True)
class Layout:
    """A form in which files come. The first header of a column is the one it is reported by.

    A header ending in `*` stands for every header that begins so.
    """

    name: str
    kind: str  #: What the rows are: orders or products.
    columns: Mapping[str, tuple[str, ...]]  #: Our name → header texts it has had.
    required: frozenset[str]  #: Without these it is not this layout.
    rare: frozenset[str] = frozenset()  #: Columns only some generations have: not missed when absent.
    unread: frozenset[str] = field(default=frozenset())  #: Headers that belong here and that nothing reads.


#: The order export of the marketplace's Seller Center (交易 → 导出订单), 2014 to 2025, one row per order.
SELLER_CENTER = Layout(
    name="seller_center",
    kind="orders",
    columns={
        "order_id": ("订单号",),
        "status": ("订单状态",),
        "buyer_name": ("买家名称",),
        "ordered_at": ("下单时间",),
        "paid_at": ("付款时间",),
        "goods": ("产品总金额",),
        "shipping": ("物流费用",),
        "total": ("订单金额",),
        # The rest of this header is a line break, or the `_` a database driver makes of it, and a hint.
        "products": ("产品信息*",),
        "note": ("订单备注",),
        "receiver": ("收货人名称",),
        "country": ("收货国家",),
        "province": ("州/省",),
        "city": ("城市",),
        "address": ("地址",),
        "postcode": ("邮编",),
        "phone": ("联系电话",),
        "mobile": ("手机",),
        "buyer_service": ("买家选择物流",),
        "ship_by_at": ("发货期限",),
        "waybills": ("实际发货物流:运单号", "实际发货单号"),
        "shipped_at": ("发货时间",),
        "received_at": ("确认收货时间",),
        "business_mode": ("订单业务模式",),
        "tax_number": ("收货人税号", "税号"),
    },
    required=frozenset({"order_id", "products", "country"}),
    rare=frozenset({"business_mode", "tax_number", "shipped_at", "received_at"}),
    unread=frozenset({"负责人(业务员)", "买家邮箱", "满立减", "收货地址"}),
)

#: A seller's table of products, one row per SKU.
PRODUCTS = Layout(
    name="products",
    kind="products",
    columns={
        "sku": ("SKU", "商家编码", "商品编码"),
        "title": ("商品名称", "title"),
        "weight_g": ("重量(g)", "重量(克)", "weight_g", "weight(g)"),
        "length_mm": ("长(mm)", "length_mm", "length(mm)"),
        "width_mm": ("宽(mm)", "width_mm", "width(mm)"),
        "height_mm": ("高(mm)", "height_mm", "height(mm)"),
        "cargo_class": ("货物类型", "cargo_class"),
        "declared_name_zh": ("中文报关名", "declared_name_zh"),
        "declared_name_en": ("英文报关名", "declared_name_en"),
        "declared_value": ("申报价值(USD)", "declared_value_usd"),
        "purchase_cost": ("采购成本(CNY)", "purchase_cost_cny"),
        "hs_code": ("海关编码", "hs_code"),
        "shelf": ("货位", "shelf"),
    },
    required=frozenset({"sku", "weight_g"}),
)

#: Every layout that can be read. A new one is a new row here, and a reader for its kind of rows.
LAYOUTS = (SELLER_CENTER, PRODUCTS)


@dataclass(frozen=True)
class Recognised:
    """A sheet whose layout is known."""

    sheet: Sheet
    layout: Layout
    columns: Mapping[str, int]  #: Our name → the column's place in `sheet.rows`.
    ignored: tuple[str, ...]  #: Headers nothing reads, as they stand in the file.
    missing: tuple[str, ...]  #: Columns of the layout that the file does not have, by their usual headers.

    def header(self, column: str) -> str:
        """The header a column of ours has in this file, in one line."""
        return " ".join(self.sheet.header[self.columns[column]].split())

    def stream(self) -> pa.RecordBatchReader:
        """One row per filled row: `row_no` and every column of the layout as text, absent ones null. Runs once."""
        names = list(self.layout.columns)
        schema = pa.schema([(ROW_NO, pa.int64()), *((name, pa.string()) for name in names)])

        def batches() -> Iterator[pa.RecordBatch]:
            for batch in self.sheet.content.batches():
                absent = pa.nulls(batch.num_rows, pa.string())
                cells = [
                    batch.column(self.columns[name] + 1) if name in self.columns else absent for name in names
                ]
                yield pa.RecordBatch.from_arrays([batch[ROW_NO], *cells], schema=schema)

        return pa.RecordBatchReader.from_batches(schema, batches())


def recognise(sheet: Sheet, kind: str | None = None) -> Recognised:
    """Tell a sheet's layout by its headers. Raises NotReadable("unknown_layout") with the nearest one."""
    candidates = [_matched(sheet, layout) for layout in LAYOUTS if kind in (None, layout.kind)]
    known = [found for found in candidates if found.layout.required <= found.columns.keys()]
    if known:
        return max(known, key=_likeness)
    nearest = max(candidates, key=_likeness)
    lacking = nearest.layout.required - nearest.columns.keys()
    raise NotReadable(
        "unknown_layout",
        sheet.file,
        sheet=sheet.name,
        headers=[" ".join(text.split()) for text in sheet.header if text],
        nearest=nearest.layout.name,
        missing=[_shown(nearest.layout, name) for name in nearest.layout.columns if name in lacking],
    )


def find(sheets: Sequence[Sheet], kind: str | None = None) -> Recognised:
    """The first sheet of a workbook whose layout is known. Raises NotReadable of its first sheet."""
    first_error: NotReadable | None = None
    for sheet in sheets:
        try:
            return recognise(sheet, kind)
        except NotReadable as error:
            first_error = first_error or error
    assert first_error is not None, "a file that was read has a sheet"
    raise first_error


def normal(header: str) -> str:
    """A header as it is compared: full-width forms folded, lower case, no blanks or line breaks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", tidy(header))).casefold()


def _matched(sheet: Sheet, layout: Layout) -> Recognised:
    places: dict[str, int] = {}
    for place, header in enumerate(sheet.header):
        name = _column(layout, normal(header))
        if name is not None:
            places.setdefault(name, place)
    used, unread = set(places.values()), {normal(text) for text in layout.unread}
    ignored = tuple(
        " ".join(text.split())
        for place, text in enumerate(sheet.header)
        if text and place not in used and normal(text) not in unread
    )
    missing = tuple(
        _shown(layout, name) for name in layout.columns if name not in places and name not in layout.rare
    )
    return Recognised(sheet, layout, places, ignored, missing)


def _column(layout: Layout, header: str) -> str | None:
    for name, texts in layout.columns.items():
        for text in map(normal, texts):
            if header == text or (text.endswith("*") and header.startswith(text[:-1])):
                return name
    return None


def _likeness(found: Recognised) -> float:
    return len(found.columns) / len(found.layout.columns)


def _shown(layout: Layout, column: str) -> str:
    return layout.columns[column][0].rstrip("*")
