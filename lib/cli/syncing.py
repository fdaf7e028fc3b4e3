"""Orders from the platform: sync."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import click

from lib.app import App
from lib.cli import following
from lib.cli.frame import Answer, command, say
from lib.domain.freshness import Progress
from lib.services import sync as service
from lib.services import tracking
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.wording import row_mending, row_problem, sync_trouble

#: Progress is told at most this often.
TELL = timedelta(seconds=2)
#: Refused orders that are printed for people; all of them are in the JSON.
MOST_LINES = 20


@command("sync")
@click.option("--orders-only", is_flag=True, help="Leave out news of parcels under way.")
def sync(app: App, orders_only: bool) -> Answer:
    """Bring orders, and news of parcels, up to date with the platform; started again, it goes on."""
    reports = service.sync_all(app, by=app.settings.operator, on_progress=_Teller(app).tell)
    document = {"shops": [_shop(report) for report in reports]} | {
        name: sum(getattr(report, name) for report in reports)
        for name in ("read", "loaded", "updated", "unchanged", "refused")
    }
    lines = [line for report in reports for line in _lines(report)]
    all_well = all(report.all_well for report in reports)
    if not orders_only:
        news = tracking.pull_all(app, on_lot=following.tell)
        document["tracking"] = following.document(news)
        if news.asked or news.abnormal or not news.all_well:
            lines += following.lines_of(news)
        all_well = all_well and news.all_well
    return Answer(document, lines, all_well)


class _Teller:
    """Tells how far a sync is, not at every page."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._told_at: datetime | None = None

    def tell(self, shop_id: str, progress: Progress) -> None:
        now = self._app.now()
        done = progress.asked >= progress.total
        if not done and self._told_at is not None and now - self._told_at < TELL:
            return
        self._told_at = now
        say(
            _(
                "{shop}: {asked} of {total} orders",
                shop=shop_id,
                asked=f"{progress.asked:,}",
                total=f"{progress.total:,}",
            )
        )


def _shop(report: service.SyncReport) -> dict[str, Any]:
    return {
        "shop_id": report.shop_id,
        "kind": report.kind,
        "read": report.read,
        "loaded": report.loaded,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "refused": report.refused,
        "details": report.details,
        "complete": report.complete,
        "conflicts": list(report.conflicts),
        "import_id": report.import_id,
        "problems": [
            {
                "order_id": one.order_id,
                "column": one.column,
                "value": one.value,
                "reason": row_problem(one.code),
                "mending": row_mending(one.code),
                "code": one.code,
            }
            for one in report.problems
        ],
    }


def _lines(report: service.SyncReport) -> Iterator[str]:
    yield _(
        "{shop}: {read} orders read, {loaded} loaded, {updated} updated, {unchanged} unchanged, {refused} refused.",
        shop=report.shop_id,
        read=report.read,
        loaded=report.loaded,
        updated=report.updated,
        unchanged=report.unchanged,
        refused=report.refused,
    )
    if not report.complete:
        yield sync_trouble("incomplete", "")
    if report.conflicts:
        yield ngettext(
            "{count} order in a shipment is another one on the platform by now; look at it before it leaves:",
            "{count} orders in a shipment are other ones on the platform by now; look at them before they leave:",
            len(report.conflicts),
        )
        yield from (f"  {order_id}" for order_id in report.conflicts)
    for one in report.problems[:MOST_LINES]:
        yield _(
            "  {order_id}: {problem} {mending}",
            order_id=one.order_id,
            problem=row_problem(one.code),
            mending=row_mending(one.code),
        )
    if len(report.problems) > MOST_LINES:
        yield _("  … and {count} more.", count=len(report.problems) - MOST_LINES)


COMMANDS = (sync,)
