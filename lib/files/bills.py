"""Bills of carriers: what was charged for which number."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from lib.files import engine, layouts

#: How carriers write a kind of fee → our kinds, as they stand in `fees`.
KIND_WORDS = {
    "运费": "freight",
    "配送服务费": "freight",
    "物流费": "freight",
    "国际运费": "freight",
    "快递费": "freight",
    "freight": "freight",
    "shipping": "freight",
    "delivery": "freight",
    "normal_delivery_fee": "freight",
    "挂号费": "item",
    "挂号服务费": "item",
    "处理费": "item",
    "操作费": "item",
    "registration": "item",
    "item fee": "item",
    "handling": "item",
    "燃油附加费": "fuel",
    "燃油费": "fuel",
    "fuel": "fuel",
    "fuel surcharge": "fuel",
    "偏远附加费": "remote_area",
    "偏远费": "remote_area",
    "remote area": "remote_area",
    "remote area surcharge": "remote_area",
    "退件服务费": "return_service",
    "退件费": "return_service",
    "return service": "return_service",
    "return fee": "return_service",
    "赔付": "compensation",
    "赔偿": "compensation",
    "理赔": "compensation",
    "赔付款": "compensation",
    "compensation": "compensation",
    "关税": "duty",
    "税费": "duty",
    "duty": "duty",
    "tax": "duty",
}


@dataclass(frozen=True)
class BillTables:
    """What a bill says. read = lines + problems, in rows of the sheet.

    Frames:
        lines: one row per charge: line_key (a digest of what it says, and which of several alike it is), row_no,
            number, charged_on, kind, kind_text (as written), billed_g, amount_minor (negative: a refund;
            compensation always is), currency, bill_number, note.
        problems: one row per refused row.
    """

    layout: str
    sheet: str
    read: int
    lines: pd.DataFrame
    problems: pd.DataFrame
    ignored: tuple[str, ...]
    missing: tuple[str, ...]


def parse(found: layouts.Recognised, currencies: pd.DataFrame) -> BillTables:
    """Read a recognised sheet of bill lines; `currencies` are those that are known."""
    words = engine.pairs("word", "kind", KIND_WORDS)
    options = found.layout.options
    said = pd.DataFrame(
        {"currency": [options.currency or None], "date_order": [options.date_order]}, dtype="str"
    )
    with engine.reading(found, "bills", kind_words=words, currencies=currencies, said=said) as read:
        return BillTables(
            layout=found.layout.name,
            sheet=found.sheet.name,
            read=len(found.sheet.rows),
            lines=engine.frame(read, "lines", ("billed_g",)),
            problems=engine.refused(read, found.sheet.name),
            ignored=found.ignored,
            missing=found.missing,
        )
