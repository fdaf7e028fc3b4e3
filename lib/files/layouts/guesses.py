"""Which column of a foreign table may be what: by the words of its header, then by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from itertools import chain

import pandas as pd

from lib.files.layouts.headers import normal
from lib.files.layouts.known import LAYOUTS
from lib.files.layouts.mapped import ORDER_COLUMNS
from lib.files.layouts.products import PRODUCTS
from lib.files.sheets import Sheet

#: Words for a column besides those the known layouts have, as `normal` writes them.
_WORDS = {
    "order_id": ("ordernumber", "orderno", "orderno.", "orderid", "orderref", "order#", "order", "订单编号", "单号"),
    "status": ("orderstatus", "status", "state"),
    "paid_at": ("paidat", "paid", "paymenttime", "paiddate", "placed", "date", "付款日期"),
    "ordered_at": ("orderedat", "ordertime", "orderdate", "createdat", "created"),
    "ship_by_at": ("shipby", "deadline", "shipbefore", "最晚发货时间"),
    "total": ("total", "ordertotal", "amount", "ordervalue", "value", "paid", "总金额", "金额"),
    "currency": ("currency", "币种"),
    "receiver": ("receiver", "recipient", "name", "shipto", "consignee", "fullname", "收件人", "收货人"),
    "country_code": ("countrycode", "国家代码"),
    "country": ("country", "land", "destination", "国家"),
    "province": ("province", "state/province", "region", "省", "州"),
    "city": ("city", "town", "市"),
    "address": ("address", "street", "streetaddress", "收件地址", "详细地址"),
    "address_1": ("address1", "addressline1"),
    "address_2": ("address2", "addressline2"),
    "postcode": ("postcode", "zip", "zipcode", "postalcode", "邮政编码"),
    "phone": ("phone", "tel", "telephone", "电话"),
    "mobile": ("mobile", "cell", "手机号"),
    "tax_number": ("taxnumber", "taxid", "cpf", "税号"),
    "sku": ("sku", "item", "itemno", "productcode", "商品编码", "货号"),
    "quantity": ("quantity", "qty", "pcs", "pieces", "count", "数量", "件数"),
    "title": ("title", "productname", "description", "品名"),
    "note": ("note", "remark", "remarks", "comment", "备注"),
    "buyer_service": ("shippingmethod", "service", "shippingservice", "物流"),
    "weighed": ("weight", "weight(g)", "weight(kg)", "重量"),
    "weight_g": ("weight", "grams", "重量", "克重"),
}  # fmt: skip

#: What stands in a column of its kind, for columns without which an order cannot be read.
_CONTENTS: Mapping[str, str] = {
    "products": r"(?s)\s*【\d+】.*",
    "sku_quantities": r"(?s)(\S.*?\s*[*×＊]\s*\d+\s*[;；,，、|/\s]*)+",
    "order_id": r"[`']?\d{10,20}(\.0)?",
}

#: What tells a date.
_DATE = r"\d{1,4}[-./年]\d{1,2}[-./月]\d{1,4}"

#: Columns with figures.
_FIGURES = frozenset({"total", "goods", "shipping", "quantity", "weighed", "weight_g"})

#: So many rows are looked at.
_SAMPLE = 200


def guess_kind(sheet: Sheet) -> str:
    """orders or products, whichever more of its headers speak for."""
    orders, products = guess(sheet, "orders"), guess(sheet, "products")
    return "products" if "sku" in products and "order_id" not in orders else "orders"


def guess(sheet: Sheet, kind: str) -> dict[str, str]:
    """Our name → header, for what can be told; no header is taken twice."""
    headers = {normal(text): text for text in reversed(sheet.header) if text}
    found: dict[str, str] = {}
    for name in _names(kind):
        words = chain(_known(name, kind), _WORDS.get(name, ()))
        found_now = (headers[word] for word in words if word in headers)
        header = next(
            (one for one in found_now if one not in found.values() and _may_be(name, _sample(sheet, one))),
            None,
        )
        if header is not None:
            found[name] = header
    if kind == "orders":
        for name, form in _CONTENTS.items():
            if name not in found:
                header = _looking_like(sheet, found.values(), form)
                if header:
                    found[name] = header
        if "sku_quantities" in found and found.get("sku") == found["sku_quantities"]:
            del found["sku"]
    return found


def guess_dates(sheet: Sheet, headers: Sequence[str]) -> str:
    """mdy or dmy, when a date that ends in its year tells; '' when none does, or both."""
    said = set()
    for header in headers:
        dates = (
            _sample(sheet, header).str.extract(r"^\s*(\d{1,2})[-./](\d{1,2})[-./]\d{4}").dropna().astype(int)
        )
        said |= {"dmy"} if (dates[0] > 12).any() else set()
        said |= {"mdy"} if (dates[1] > 12).any() else set()
    return said.pop() if len(said) == 1 else ""


def example(sheet: Sheet, header: str) -> str:
    """The first thing that stands under a header, in one line."""
    cells = _sample(sheet, header)
    return " ".join(cells.iloc[0].split()) if len(cells) else ""


def _may_be(name: str, cells: pd.Series) -> bool:
    """Whether what stands in a column speaks against it: a time has dates, an amount has none but figures."""
    if cells.empty:
        return True
    dated = cells.str.contains(_DATE).mean() > 0.5
    if name.endswith("_at"):
        return bool(dated)
    if name in _FIGURES:
        return bool(not dated and cells.str.contains(r"\d").mean() > 0.5)
    return True


def _names(kind: str) -> Sequence[str]:
    return tuple(PRODUCTS.columns) if kind == "products" else ORDER_COLUMNS


def _known(name: str, kind: str) -> list[str]:
    layouts = [layout for layout in LAYOUTS if layout.kind == kind]
    return [normal(text) for layout in layouts for text in layout.columns.get(name, ())]


def _looking_like(sheet: Sheet, taken: Collection[str], form: str) -> str | None:
    for header in dict.fromkeys(sheet.header):
        cells = _sample(sheet, header) if header and header not in taken else []
        if len(cells) and sum(re.fullmatch(form, cell) is not None for cell in cells) >= 0.8 * len(cells):
            return header
    return None


def _sample(sheet: Sheet, header: str) -> pd.Series:
    return _head(sheet)[sheet.header.index(header)].dropna().str.slice(0, 500)


@lru_cache(maxsize=4)
def _head(sheet: Sheet) -> pd.DataFrame:
    """The first rows, which are unpacked once for all columns."""
    return sheet.head(_SAMPLE)
