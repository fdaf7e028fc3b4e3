"""What shipping costs today and this month, with last month's beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from lib.app import App
from lib.store import spending as store


@dataclass(frozen=True)
class Spent:
    """Currency → minor units, of parcels by when the platform took them: as billed, else as estimated."""

    today: dict[str, int]
    month: dict[str, int]
    month_billed: dict[str, int]  #: How much of this month's is billed.
    last_month: dict[str, int]
    last_so_far: dict[str, int]  #: Last month until the same day and time of it.

    @property
    def nothing(self) -> bool:
        """No parcel was made this month or the last."""
        return not any(self.month.values()) and not any(self.last_month.values())


def spent(app: App, zone: ZoneInfo) -> Spent:
    """What shipping costs; days and months begin at midnight of a zone."""
    now = app.now().astimezone(zone)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    month = today.replace(day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    same_time = min(last_month + (now - month), month)
    with app.database.read() as work:
        rows = store.since(
            work,
            today=_utc(today),
            month=_utc(month),
            last_month=_utc(last_month),
            same_time=_utc(same_time),
        )

    def of(name: str) -> dict[str, int]:
        return {row["currency"]: int(row[name]) for row in rows if row[name]}

    return Spent(
        of("today_minor"),
        of("month_minor"),
        of("month_billed_minor"),
        of("last_minor"),
        of("last_so_far_minor"),
    )


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
