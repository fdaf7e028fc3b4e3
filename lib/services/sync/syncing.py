"""One sync of a shop, or of all: begun, told of as it goes, and remembered when it failed."""

from __future__ import annotations

import threading
from collections.abc import Callable

from lib.aliexpress.errors import DailyQuota, PlatformError, Refused, Unauthorised, Unavailable
from lib.app import App
from lib.domain.freshness import Progress
from lib.domain.problems import Problem
from lib.services.sync.asking import Stopped
from lib.services.sync.reading import Reading
from lib.services.sync.reports import SyncReport
from lib.services.sync.standing import under_way
from lib.store import sync as store


def sync(
    app: App,
    shop_id: str,
    *,
    by: str,
    stopping: threading.Event | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> SyncReport:
    """Bring the shop's orders up to date with the platform.

    Raises Problem("sync_running") while another sync of the shop is under way, PlatformError when the platform could
    not be asked (what came until then is stored), Stopped when told to.
    """
    running = under_way(app)
    if not running.begin(shop_id, app.now()):
        raise Problem("sync_running", shop=shop_id)
    try:
        with app.database.write() as work:
            store.tried(work, shop_id, at=app.now())

        def tell(progress: Progress) -> None:
            running.running[shop_id] = progress
            on_progress(progress)

        report = Reading(app, shop_id, by, stopping or threading.Event(), tell).run()
        if not report.complete:
            _failed(app, shop_id, "incomplete", "")
        return report
    except Stopped:
        raise
    except PlatformError as error:
        _failed(app, shop_id, failure_kind(error), error.code)
        raise
    except Exception:
        _failed(app, shop_id, "unforeseen", "")
        raise
    finally:
        running.end(shop_id)


def sync_all(
    app: App, *, by: str, on_progress: Callable[[str, Progress], None] = lambda shop, progress: None
) -> list[SyncReport]:
    """Sync every shop, one after the other; the first failure is raised once all were tried."""
    reports, failures = [], []
    for shop_id in app.shops():
        try:
            reports.append(
                sync(app, shop_id, by=by, on_progress=lambda one, shop=shop_id: on_progress(shop, one))  # type: ignore[misc]
            )
        except (PlatformError, Problem) as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return reports


def failure_kind(error: PlatformError) -> str:
    """A word for why the platform could not be asked, by what to do about it."""
    match error:
        case DailyQuota():
            return "quota"
        case Unauthorised():
            return "unauthorised"
        case Refused():
            return "refused"
        case Unavailable() if error.code in ("unreachable", "no_answer") or error.code.startswith("http_5"):
            return "unreachable"
        case Unavailable() if error.retry_after is not None:
            return "limited"
    return "unanswered"


def _failed(app: App, shop_id: str, kind: str, code: str) -> None:
    with app.database.write() as work:
        store.failed(work, shop_id, kind, code, at=app.now())
