"""How values read: amounts with their currency, weights with their unit, times with their zone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pycountry
import streamlit as st
from babel import Locale

from lib import texts
from lib.domain.money import Money, minor_digits
from lib.texts import gettext as _

#: Everything Streamlit's markdown could take as more than text.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$:&^=])")


#: Of many, so many are named.
NAMED = 8


def plain(text: object) -> str:
    """A text for a place that reads markdown, such that it shows as it is: a buyer may be called `**x**`."""
    return _MARKDOWN.sub(r"\\\1", str(text))


def some(names: Sequence[object]) -> str:
    """The first few, and how many more there are."""
    shown = _(", ").join(str(name) for name in names[:NAMED])
    more = len(names) - NAMED
    return _("{names} and {count} more", names=shown, count=f"{more:,}") if more > 0 else shown


def money(minor: int | None, currency: str | None) -> str:
    """`12.34 CNY`; a dash when it is not known."""
    return "–" if minor is None or currency is None else str(Money(int(minor), currency))


def amounts(minors: Iterable[Any], currencies: Iterable[Any]) -> list[str]:
    """As `money`, for two columns of a frame; missing values are dashes."""
    pairs = zip(minors, currencies, strict=True)
    return [
        "–" if _missing(minor) or _missing(currency) else money(minor, currency) for minor, currency in pairs
    ]


def whole(minors: Any, currency: str = "CNY") -> Any:
    """Minor units in whole ones of one currency, for cells and axes that are numbers.

    A number, a column or a frame comes back as such; what is missing stays missing.
    """
    units = 10 ** minor_digits(currency)
    return (
        minors.astype("Float64") / units if isinstance(minors, pd.Series | pd.DataFrame) else minors / units
    )


def between(low: float, high: float, currency: str = "CNY") -> str:
    """`1.50 – 1,234.00` from minor units, where the currency stands beside it; a dash when they are not known."""
    if _missing(low) or _missing(high):
        return "–"
    digits = minor_digits(currency)
    return " – ".join(f"{whole(one, currency):,.{digits}f}" for one in (low, high))


def totals(by_currency: Mapping[str, int]) -> str:
    """`4,060.00 CNY + 12.50 USD`: amounts of several currencies are never added up; a dash for none."""
    return " + ".join(money(minor, currency) for currency, minor in sorted(by_currency.items())) or "–"


def plan(row: Mapping[str, Any]) -> str:
    """A plan's name in the reader's language, from a row with name_en and name_zh."""
    return str(row["name_zh"] if texts.language() == "zh_CN" else row["name_en"])


def in_cny(exchange_on: date | None) -> str:
    """What stands beside amounts converted to CNY: by which rates."""
    if exchange_on is None:
        return _("No exchange rate is known: only amounts in CNY are compared.")
    return _("Amounts in CNY by the exchange rates of {date}, an assumption.", date=exchange_on.isoformat())


def weight(grams: float | None) -> str:
    """`250 g`, from 10 kg on `12.3 kg`; a dash when it is not known."""
    if grams is None or grams != grams:
        return "–"
    return f"{grams / 1000:,.1f} kg" if grams >= 10_000 else f"{int(grams):,} g"


def days(least: float | None, most: float | None) -> str:
    """`15–45 days`; a dash when nobody promises anything."""
    known = [int(one) for one in (least, most) if one is not None and one == one]
    if not known:
        return "–"
    if len(set(known)) == 1:
        return _("{days} days", days=known[0])
    return _("{least}–{most} days", least=known[0], most=known[-1])


def day(on: date | None) -> str:
    """`2026-11-24`; a dash for none."""
    return "–" if on is None else on.isoformat()


def moment(at: datetime | None) -> str:
    """`2026-11-24 09:30 CST` in the reader's own zone; a dash for none."""
    if at is None or at != at:
        return "–"
    return at.astimezone(zone()).strftime("%Y-%m-%d %H:%M %Z")


def second(at: datetime) -> str:
    """As `moment`, with seconds: for the order of calls."""
    return at.astimezone(zone()).strftime("%Y-%m-%d %H:%M:%S %Z")


def clock(at: datetime) -> str:
    """`09:30` in the reader's own zone, with the day where it is not today's."""
    there, today = at.astimezone(zone()), datetime.now(zone()).date()
    return f"{there:%H:%M %Z}" if there.date() == today else f"{there:%Y-%m-%d %H:%M %Z}"


def zone() -> ZoneInfo:
    """The zone of the reader's browser, UTC when it does not say."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (KeyError, ValueError):
        return ZoneInfo("UTC")


def countdown(until: datetime | None, now: datetime) -> str:
    """Remaining time to ship (剩余发货时间): `2 d 4 h`, `3 h 20 min`, `overdue 5 h`."""
    if until is None or until != until:
        return "–"
    span = duration(abs(until - now))
    return _("overdue {span}", span=span) if until < now else span


def duration(span: timedelta) -> str:
    """`2 d 4 h`, `3 h 20 min`, `45 s`."""
    seconds = int(span.total_seconds())
    days_, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    if days_:
        return _("{days} d {hours} h", days=days_, hours=hours)
    if hours:
        return _("{hours} h {minutes} min", hours=hours, minutes=rest // 60)
    if seconds >= 60:
        return _("{minutes} min", minutes=rest // 60)
    return _("{seconds} s", seconds=seconds)


def country(code: str | None) -> str:
    """A country's name in the reader's language, with its code: `Germany (DE)`."""
    if not code:
        return "–"
    name = Locale.parse(texts.language()).territories.get(code)
    if name is None:
        found = pycountry.countries.get(alpha_2=code)
        name = found.name if found else code
    return name if name == code else f"{name} ({code})"


def words(codes: pd.Series, word: Callable[[str], str]) -> pd.Series:
    """A column of codes as words; each code is looked up once."""
    return codes.map({code: word(code) for code in codes.unique()})


def _missing(value: Any) -> bool:
    """None, NaN or pandas' NA."""
    return value is None or value is pd.NA or value != value
