"""The shops this desk speaks for. Their tokens are in files of their own, never in here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lib.domain.shipments import CreateCall
from lib.store.database import Work


def known(work: Work) -> list[dict[str, Any]]:
    """One dict (shop_id, name, platform_url or None, create_call) per shop, the first one first."""
    return work.rows("shops_known")


def keep(
    work: Work,
    shop_id: str,
    name: str,
    *,
    platform_url: str | None = None,
    create_call: CreateCall = CreateCall.OLDER,
) -> None:
    """Add a shop, or give it another name, gateway or way of creating logistics orders."""
    work.run("shop_keep", shop_id=shop_id, shop_name=name, platform_url=platform_url, create_call=create_call)


def forget(work: Work, shop_id: str, *, at: datetime) -> None:
    """Ask a shop nothing any more; the first shop stays, and so do all orders."""
    work.run("shop_forget", shop_id=shop_id, forgotten_at=at)
