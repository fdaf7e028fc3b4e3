"""The platform's own lists of abnormal orders: what could not be delivered, and until when a person may decide."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd

from lib.aliexpress.platform import AbnormalOrder
from lib.app import App
from lib.store import tracking as store

#: A list is read from so long before it was read last: the zone of its filter is UNCONFIRMED.
OVERLAP = timedelta(days=1)


def pull_abnormal(app: App) -> int:
    """Read the platform's lists of abnormal orders; returns of how many parcels something changed.

    Raises PlatformError.
    """
    return sum(_abnormal_of_shop(app, shop_id) for shop_id in app.shops())


def _abnormal_of_shop(app: App, shop_id: str) -> int:
    started = app.now()
    with app.database.read() as work:
        since = store.abnormal_synced_at(work, shop_id)
    listed = app.platform_of(shop_id).abnormal_orders(
        changed_since=since - OVERLAP if since is not None else None
    )
    rows = [_abnormal(one) for one in listed]
    with app.database.write() as work:
        changed = store.put_abnormal(work, _abnormal_frame(rows), at=started) if rows else []
        store.abnormal_synced(work, shop_id, started)
    return len(changed)


def _abnormal(one: AbnormalOrder) -> dict[str, Any]:
    return {
        "logistics_order_id": one.logistics_order_id,
        "tracking_number": one.tracking_number,
        "order_id": one.order_id,
        "abnormal_code": one.abnormal_code,
        "abnormal_reason": one.abnormal_reason,
        "status_code": one.status_code,
        "status_name": one.status_name,
        "solution_name": one.plan_name,
        "is_insured": one.returns,
        "return_number": one.return_number,
        "decide_by_at": one.decide_by_at,
        "changed_at": one.changed_at,
    }


def _abnormal_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(store.ABNORMAL))
    for name in ("decide_by_at", "changed_at"):
        table[name] = pd.to_datetime(table[name], utc=True)
    texts = [name for name in store.ABNORMAL if name not in ("is_insured", "decide_by_at", "changed_at")]
    return table.astype(dict.fromkeys(texts, "str") | {"is_insured": "bool"})
