"""Which column of a foreign table may be what: by the words of its header, then by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from itertools import chain

import pandas as pd

from lib.files.layouts.headers import normal
from lib.files.layouts.known import LAYOUTS
from lib.files.layouts.layout import WEIGHT_UNITS
from lib.files.layouts.lines import GOODS
from lib.files.layouts.mapped import MAPPABLE
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
    "number": (
        "trackingnumber", "trackingno", "tracking#", "tracking", "awb", "waybill", "parcel", "shipment",
        "运单编号", "跟踪号", "追踪号", "转单号",
    ),
    "charged_on": ("chargedate", "billdate", "invoicedate", "billingdate", "收费日期", "出账日期", "发货日期"),
    "kind": ("feetype", "chargetype", "charge", "type", "收费项目", "费用", "费用名"),
    "amount": ("net", "netamount", "charged", "cost", "price", "total", "应收金额", "应付金额", "结算金额", "总费用"),
    "billed_g": ("chargeableweight(g)", "billedweight(g)", "weight(g)", "计费重量", "计费重", "重量(g)"),
    "billed_kg": ("chargeableweight(kg)", "billedweight(kg)", "weight(kg)", "结算重(kg)", "重量(kg)"),
    "bill_number": ("billno", "billno.", "billnumber", "invoiceno", "invoicenumber", "账单编号"),
    "plan": ("service", "product", "channel", "shippingmethod", "method", "产品", "渠道", "运输方式", "线路"),
    "min_g": (
        "from", "fromg", "fromkg", "from(g)", "from(kg)", "min", "minkg", "min(kg)", "weightfrom", "起始重量",
        "起始重量(kg)", "重量从", "重量下限",
    ),
    "max_g": (
        "to", "tog", "tokg", "to(g)", "to(kg)", "upto", "max", "maxkg", "max(kg)", "weightto", "截止重量",
        "截止重量(kg)", "重量到", "重量上限",
    ),
    "per_kg": ("perkg", "price/kg", "priceperkg", "cnyperkg", "usdperkg", "rate", "运费(元/kg)", "单价"),
    "item_fee": ("peritem", "peritemfee", "itemfee", "handling", "registration", "挂号费(元/票)", "挂号费(元)"),
}  # fmt: skip

#: What stands in a column of its kind, for columns without which an order cannot be read.
_CONTENTS: Mapping[str, str] = {
    "products": r"(?s)\s*【\d+】.*",
    "sku_quantities": r"(?s)(\S.*?\s*[*×＊]\s*\d+\s*[;；,，、|/\s]*)+",
    "order_id": r"[`']?\d{10,20}(\.0)?",
}

#: Columns that tell who gets a parcel: no bill has them.
_RECEIVER = frozenset({"receiver", "address", "address_1", "city"})

#: What tells a date.
_DATE = r"\d{1,4}[-./年]\d{1,2}[-./月]\d{1,4}"

#: Columns with figures.
_FIGURES = frozenset(
    {
        "total", "goods", "shipping", "quantity", "weighed", "weight_g", "amount", "billed_g", "billed_kg", "min_g",
        "max_g", "per_kg", "item_fee",
    }
)  # fmt: skip

#: So many rows are looked at.
_SAMPLE = 200


def guess_kind(sheet: Sheet) -> str:
    """orders, products, bills or rates: what its headers, and what stands under them, speak for."""
    orders, products, bills, rates = (guess(sheet, kind) for kind in MAPPABLE)
    if rates.keys() >= {"country", "min_g", "max_g"} and {"per_kg", "item_fee", "first_fee"} & rates.keys():
        return "rates"
    if "sku" in products and "order_id" not in orders:
        return "products"
    if bills.keys() >= {"number", "charged_on", "amount"} and not (GOODS | _RECEIVER) & orders.keys():
        return "bills"
    return "orders"


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


def guess_weights(sheet: Sheet, columns: Mapping[str, str]) -> tuple[str, bool]:
    """The unit of the intervals of weight of a table of rates, and whether one begins where another ends."""
    ends = [columns[name] for name in ("min_g", "max_g") if name in columns]
    cells = [_sample(sheet, header).str.strip() for header in ends]
    figures = [pd.to_numeric(column.str.replace(",", ""), errors="coerce").dropna() for column in cells]
    in_kg = any("kg" in normal(header) or "公斤" in header for header in ends)
    in_kg = in_kg or any((column % 1 > 0).any() for column in figures)
    touching = len(figures) == 2 and bool(figures[0][figures[0] > 0].isin(figures[1]).any())
    return ("kg" if in_kg else next(iter(WEIGHT_UNITS))), touching


def example(sheet: Sheet, header: str) -> str:
    """The first thing that stands under a header, in one line."""
    cells = _sample(sheet, header)
    return " ".join(cells.iloc[0].split()) if len(cells) else ""


def _may_be(name: str, cells: pd.Series) -> bool:
    """Whether what stands in a column speaks against it: a time has dates, an amount has none but figures."""
    if cells.empty:
        return True
    dated = cells.str.contains(_DATE).mean() > 0.5
    if name.endswith(("_at", "_on")):
        return bool(dated)
    if name in _FIGURES:
        return bool(not dated and cells.str.contains(r"\d").mean() > 0.5)
    return True


def _names(kind: str) -> Sequence[str]:
    return MAPPABLE[kind]


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
