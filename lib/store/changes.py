"""What was changed of parcels before they were sent, for their timelines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from lib.store.database import Work


@contextmanager
def kept(work: Work, *, by: str, at: datetime) -> Iterator[None]:
    """Around what may change undecided shipments: what is another one afterwards is kept, with who and when."""
    work.run("changes_watch")
    yield
    work.run("changes_keep", changed_by=by, changed_at=at)


def split(work: Work, shipment_id: str, parcels: Sequence[str], *, by: str, at: datetime) -> None:
    """Parcels were made of a part of a shipment's goods."""
    with work.ids([shipment_id]):
        work.run("changes_add", kind="split", became=",".join(parcels), changed_by=by, changed_at=at)


def receiver(
    work: Work, shop_id: str, order_id: str, fields: Sequence[str], *, by: str, at: datetime
) -> None:
    """The receiver of an order was corrected in these fields; what they say is personal and stays where it is."""
    if fields:
        work.run(
            "changes_add_receiver", shop_id=shop_id, order_id=order_id, fields=",".join(fields), changed_by=by,
            changed_at=at,
        )  # fmt: skip
