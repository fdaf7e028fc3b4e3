"""What needs a person today, gathered from every room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from lib.aliexpress.tokens import TokenFolder
from lib.app import SANDBOX_KEY, App
from lib.domain.orders import OrderFilter
from lib.domain.outcomes import STILL_OPEN, Failing
from lib.services import background, batches, board, files, orders, shipments, stop_list, sync
from lib.store import dispatch as dispatch_store

#: Deadlines nearer than this are of today.
TODAY_H = 24
#: So many failing parcels, and orders that are due, are named.
NAMED = 5
#: Why a sync fails while the platform is out of reach: said once, for everything.
NOT_THERE = ("unreachable", "unanswered")
#: A token that ends within this, and cannot be refreshed any more, is of today.
TOKEN_ENDS = timedelta(days=7)


@dataclass(frozen=True)
class Trouble:
    """Something between this desk and the platform that a person should know of."""

    kind: str  #: 'work': nothing is sent; 'lane': one kind of call waits; 'sync': orders are not fresh; 'token'.
    subject: str  #: The shop or lane it is of; "" for everything.
    code: str  #: For 'sync' the kind of failure, for 'token' "", else a code of `wording.trouble_sentence`.
    until: datetime | None = None  #: Until when it waits, or when a token ends; None: not known.
    detail: str = ""  #: The platform's code of a failed sync.


@dataclass(frozen=True)
class Overview:
    """The day's work. Frames of orders are as in `services.orders.pending`, those of batches as in `batches`."""

    counts: dict[str, int]  #: As in `services.orders.counts`.
    overdue_count: int  #: Every overdue order that still awaits shipment, in a batch or not.
    overdue: pd.DataFrame  #: The first of them.
    due_count: int  #: Orders whose deadline is within TODAY_H and has not passed.
    due: pd.DataFrame  #: The first of them.
    blocked: dict[str, int]  #: Finding → how many orders it keeps out of batches, the commonest first.
    refused: list[dict[str, Any]]  #: Shipments and declarations the platform refused, newest first.
    stopped: list[stop_list.Stopped]  #: Parcels that must not leave: cancelled, in dispute, another address.
    left_behind: list[dict[str, Any]]  #: Parcels that stayed when others of their batch were handed over.
    unconfirmed: pd.DataFrame  #: Batches with shipments of which nobody knows whether the platform has them.
    drafts: pd.DataFrame  #: Batches that are not submitted.
    running: pd.DataFrame  #: Submitted batches with parcels under way to the platform, paused ones too.
    problem_files: pd.DataFrame  #: Files with refused rows that nobody mended or put aside (open_count).
    problem_count: int  #: Those rows.
    conflicts: list[dict[str, Any]]  #: As in `services.sync.conflicts`: look before the parcel leaves.
    not_taken_in: list[dict[str, Any]]  #: As in `services.sync.refused_now`.
    failing: board.Board  #: The failing parcels; its rows are the first that may still be saved.
    troubles: list[Trouble]  #: Quota, bans, tokens, syncs that fail.
    synced_at: datetime | None  #: When the oldest shop was last synced; None: one never was.
    files_read: bool  #: Any file was ever read.

    @property
    def untouched(self) -> bool:
        """Nobody has worked here yet."""
        return not self.files_read and not self.counts["awaiting"] and not self.failing.count


def synced_at(app: App) -> datetime | None:
    """When the oldest shop was last synced; None: one never was."""
    synced = [shop.synced_at for shop in sync.standing(app)]
    return min((at for at in synced if at is not None), default=None) if all(synced) else None


def today(app: App) -> Overview:
    """What needs a person now."""
    soon = orders.pending(app, OrderFilter(due_within_h=TODAY_H))
    is_overdue = soon.orders["overdue"].astype("bool")
    known = batches.all_batches(app)
    read = files.imported(app, only_read=True)
    is_submitted = known["submitted_at"].notna()
    failing = board.read(app, kinds=[one for one in Failing if one in STILL_OPEN], page_size=NAMED)
    return Overview(
        counts=soon.counts,
        overdue_count=soon.totals["overdue_count"],
        overdue=soon.orders[is_overdue],
        due_count=soon.totals["order_count"] - soon.totals["overdue_count"],
        due=orders.due(app, within_h=TODAY_H, count=NAMED),
        blocked=soon.blocked,
        refused=shipments.needing_people(app),
        stopped=stop_list.stopped(app),
        left_behind=shipments.left_behind(app),
        unconfirmed=known[known["unconfirmed_count"] > 0],
        drafts=known[~is_submitted & (known["draft_count"] > 0)],
        running=known[is_submitted & (known["under_way_count"] > 0)],
        problem_files=read[(read["open_count"] > 0) & (read["file"] != sync.SOURCE)],
        problem_count=files.open_count(app),
        conflicts=sync.conflicts(app),
        not_taken_in=sync.refused_now(app),
        failing=failing,
        troubles=troubles(app),
        synced_at=synced_at(app),
        files_read=not read.empty,
    )


def troubles(app: App) -> list[Trouble]:
    """What stands between this desk and the platform just now, each cause once; nothing is asked there."""
    now = app.now()
    found = []
    code = background.trouble()
    with app.database.read() as work:
        holds = dispatch_store.holds(work, now=now)
    if code:
        tried = [row["until_at"] for row in holds if _of_one_cause(row, code)]
        found.append(Trouble("work", "", code, min(tried, default=None)))
    found += [
        Trouble("lane", row["lane"], row["why"], row["until_at"])
        for row in holds
        if not (code and _of_one_cause(row, code))
    ]
    found += [
        Trouble("sync", shop.shop_id, shop.failed_kind, shop.failed_at, shop.failed_code)
        for shop in sync.standing(app)
        if shop.failed_kind and not (code and shop.failed_kind in NOT_THERE)
    ]
    return found + _tokens(app, now)


def _of_one_cause(hold: dict[str, Any], code: str) -> bool:
    """Whether a lane waits for what keeps everything from being sent: a ban of one kind of call is its own cause."""
    return not hold["lane"] or hold["why"] in (code, "not_answering")


def _tokens(app: App, now: datetime) -> list[Trouble]:
    """Tokens that end soon and that no refresh will mend."""
    key = SANDBOX_KEY if app.settings.sandbox else app.settings.app_key
    folder = TokenFolder(app.settings.tokens_folder, key)
    found = []
    for shop_id in app.shops():
        token = folder.load(shop_id)
        if token is None:
            continue
        ends = token.refresh_until if token.refreshable(now) else token.expires_at
        if ends is not None and ends - now < TOKEN_ENDS:
            found.append(Trouble("token", shop_id, "", ends))
    return found
