"""Who did what to what, when."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from lib.store.database import Work


def record(work: Work, action: str, subject: str, *, by: str, at: datetime, **detail: object) -> None:
    """Write down an action in the transaction that does it. No personal data of buyers in `detail`."""
    text = json.dumps(detail, ensure_ascii=False, default=str)
    work.run("audit_add", done_at=at, done_by=by, action=action, subject=subject, detail=text)


def recent(work: Work, limit: int = 200) -> list[dict[str, Any]]:
    """The latest actions, newest first."""
    return work.rows("audit_recent", page_size=limit)
