"""Weights from a scale: they replace what was computed of units and packaging, and are kept with their source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lib.app import App
from lib.domain.problems import Problem
from lib.files import sheets
from lib.store import audit, changes, products
from lib.store import shipments as shipment_store
from lib.store import weights as store

#: No plan here carries more; above it somebody typed a wrong number.
MOST_G = 70_000
SCALE, FILE = "scale", "file"


@dataclass(frozen=True)
class Weighed:
    """What became of weights that were given by number."""

    shipment_ids: list[str]  #: They have the new weight, and the price of it.
    planless: list[str]  #: Of these: their plan cannot carry them any more, they need another.
    unknown: list[str]  #: Numbers that name no parcel here.
    ambiguous: list[str]  #: Order numbers with several undecided parcels: name the shipment.
    late: list[str]  #: Sent already: the carrier weighs them now.


def weigh(app: App, weights: Mapping[str, int], *, by: str, source: str = SCALE) -> Weighed:
    """Replace the weight of undecided parcels, named by shipment, order, LP or tracking number.

    Raises Problem('weight_out_of_bounds').
    """
    for number, weight_g in weights.items():
        if not 1 <= weight_g <= MOST_G:
            raise Problem("weight_out_of_bounds", number=number, weight_g=weight_g, most=MOST_G)
    now = app.now()
    with app.database.write() as work:
        found = store.matched(work, weights)
        one = found[found["match_count"] == 1]
        with changes.kept(work, by=by, at=now):
            changed = store.set_weights(work, one[["shipment_id", "weight_g"]], source=source, by=by, at=now)
            batches = {shipment.batch_id for shipment in shipment_store.by_ids(work, changed)}
            fees = products.price_anew(work, changed, batches, by=by, on=now.date(), at=now)
        audit.record(work, "weigh", f"{len(changed)} parcels", by=by, at=now, source=source)
    none = found[found["match_count"] == 0]
    return Weighed(
        shipment_ids=changed,
        planless=[shipment_id for shipment_id, row in fees.items() if row["fee_minor"] is None],
        unknown=none.loc[none["any_count"] == 0, "number"].tolist(),
        ambiguous=found.loc[found["match_count"] > 1, "number"].tolist(),
        late=none.loc[none["any_count"] > 0, "number"].tolist(),
    )


def read_file(path: Path) -> dict[str, int]:
    """The weights of a table: its first column is a number of the parcel, its second whole grams.

    The first row is a header, unless grams stand in it. Raises Problem('weights_unreadable') naming the row,
    Problem('weights_differ') when a number comes twice with different weights, and sheets.NotReadable.
    """
    weights: dict[str, int] = {}
    for sheet in sheets.read(path):
        lines = [(1, sheet.header), *sheet.rows.itertuples(name=None)]
        for row, cells in ((line[0], line[1] if line[0] == 1 else line[1:]) for line in lines):
            number, grams = ([str(cell or "").strip() for cell in cells] + ["", ""])[:2]
            grams = grams.removesuffix("g").strip()
            if row == 1 and not grams.isdecimal():
                continue
            if not number or not grams.isdecimal():
                raise Problem("weights_unreadable", file=path.name, row=row, value=grams)
            if weights.setdefault(number, int(grams)) != int(grams):
                raise Problem(
                    "weights_differ",
                    file=path.name,
                    row=row,
                    number=number,
                    first_g=weights[number],
                    second_g=int(grams),
                )
    return weights
