"""Rate cards out of files: refused whole when one row of them is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from lib.domain.plans import Surcharge
from lib.files import engine, layouts
from lib.files.products import CARGO_WORDS

#: Layouts whose prices lack what a parcel could be quoted by.
SPOT = ("spot_quotes", "partner_lines")

#: How surcharges are written.
SURCHARGE_WORDS = {
    "fuel": Surcharge.FUEL,
    "燃油": Surcharge.FUEL,
    "燃油附加费": Surcharge.FUEL,
    "remote_area": Surcharge.REMOTE_AREA,
    "remote": Surcharge.REMOTE_AREA,
    "偏远": Surcharge.REMOTE_AREA,
    "偏远附加费": Surcharge.REMOTE_AREA,
}

_CARD_NUMBERS = ("volumetric_divisor", "volumetric_from_mm")
_RATE_NUMBERS = ("first_g", "first_fee_minor", "step_g", "step_fee_minor")
_SPOT_NUMBERS = ("per_kg_e4", "days_min", "days_max")


@dataclass(frozen=True)
class Known:
    """What the names in a rate card are looked up in; names are in lower case.

    Frames: plan_names (name, plan_id), country_names (name, country), currencies (currency).
    """

    plan_names: pd.DataFrame
    country_names: pd.DataFrame
    currencies: pd.DataFrame
    today: date  #: The first day of a card that names none.


@dataclass(frozen=True)
class RateTables:
    """What a file of rates says. read = rows of its cards + rows of its spot prices + problems.

    Frames:
        cards: one row per plan and first day: plan_id, valid_from, valid_to, is_dated (whether the file named the
            day), currency, volumetric_divisor, volumetric_from_mm, source, note, row_count, row_no (its first).
        rates, surcharges: as in the store, with plan_id and valid_from for the card.
        spot_prices: as in the store.
        problems: one row per refused row, the faulty ones first; if there is one, all rows are in it.
        doubts: rows that are taken and deserve a look.
    """

    layout: str
    sheet: str
    read: int
    cards: pd.DataFrame
    rates: pd.DataFrame
    surcharges: pd.DataFrame
    spot_prices: pd.DataFrame
    problems: pd.DataFrame
    doubts: pd.DataFrame
    ignored: tuple[str, ...]
    missing: tuple[str, ...]
    rows: pd.DataFrame  #: One row per row of the sheet: row_no.

    def refused(self, cards: pd.DataFrame, code: str, column: str) -> RateTables:
        """These tables refused whole because of some cards: plan_id, valid_from, value."""
        at = self.cards.merge(cards, on=["plan_id", "valid_from"])[["row_no", "value"]]
        rows = self.rows.merge(at, how="left", on="row_no", indicator="found")
        faulty = rows["found"].eq("both")
        problems = pd.DataFrame(
            {
                "sheet": self.sheet,
                "row_no": rows["row_no"],
                "column_name": faulty.map({True: column, False: ""}),
                "value": rows["value"].fillna(""),
                "code": faulty.map({True: code, False: "rates_refused_whole"}),
            }
        )
        order = (~faulty).sort_values(kind="stable").index
        return replace(self, problems=problems.loc[order].reset_index(drop=True), doubts=self.doubts.iloc[:0])


def parse(found: layouts.Recognised, known: Known) -> RateTables:
    """Read a recognised sheet of rates."""
    return _spot(found, known) if found.layout.name in SPOT else _cards(found, known)


def _cards(found: layouts.Recognised, known: Known) -> RateTables:
    words = engine.pairs("word", "cargo_class", {word: str(cargo) for word, cargo in CARGO_WORDS.items()})
    by_hand = found.layout.name.startswith(layouts.PREFIX)
    with engine.reading(
        found,
        "rates_mapped" if by_hand else f"rates_{found.layout.name}",
        "rates",
        said=_said(found),
        plan_names=known.plan_names,
        country_names=known.country_names,
        cargo_words=words,
        surcharge_words=engine.pairs(
            "word", "kind", {word: str(kind) for word, kind in SURCHARGE_WORDS.items()}
        ),
        currencies=known.currencies,
        today=pd.DataFrame({"today": [known.today]}),
    ) as read:
        return RateTables(
            layout=found.layout.name,
            sheet=found.sheet.name,
            read=len(found.sheet.rows),
            cards=engine.frame(read, "cards", _CARD_NUMBERS),
            rates=engine.frame(read, "rates", _RATE_NUMBERS),
            surcharges=engine.frame(read, "surcharges"),
            spot_prices=pd.DataFrame(),
            problems=engine.refused(read, found.sheet.name),
            doubts=engine.warnings(read, found.sheet.name),
            ignored=found.ignored,
            missing=found.missing,
            rows=pd.DataFrame({"row_no": found.sheet.rows.index}),
        )


def _said(found: layouts.Recognised) -> pd.DataFrame:
    """What a person said of a table of another form, in one row."""
    options = found.layout.options
    return pd.DataFrame(
        {
            "unit_g": [layouts.WEIGHT_UNITS[options.weight_unit]],
            "touching": [options.touching],
            "plan": pd.Series([options.plan or None], dtype="str"),
            "currency": pd.Series([options.currency or None], dtype="str"),
            "has_per_kg": ["per_kg" in found.columns],
            "has_item_fee": ["item_fee" in found.columns],
        }
    )


def _spot(found: layouts.Recognised, known: Known) -> RateTables:
    scripts = ("spot_macros", f"rates_{found.layout.name}", "spot_prices")
    with engine.reading(found, *scripts, country_names=known.country_names) as read:
        problems = engine.refused(read, found.sheet.name)
        none = pd.DataFrame()
        return RateTables(
            layout=found.layout.name,
            sheet=found.sheet.name,
            read=len(found.sheet.rows),
            cards=none,
            rates=none,
            surcharges=none,
            spot_prices=engine.frame(read, "spot_prices", _SPOT_NUMBERS),
            problems=problems,
            doubts=problems.iloc[:0].drop(columns="identity"),
            ignored=found.ignored,
            missing=found.missing,
            rows=pd.DataFrame({"row_no": found.sheet.rows.index}),
        )
