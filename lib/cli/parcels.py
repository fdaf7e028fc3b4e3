"""One parcel at a command line: what is in it, what it costs, what happened; voided, made anew."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from lib.app import App
from lib.cli import shown
from lib.cli.frame import Answer, command
from lib.domain.shipments import State
from lib.services import repacking, shipments
from lib.texts import gettext as _
from lib.wording import (
    decision_label,
    happening_sentence,
    note_sentence,
    part_label,
    reason_mending,
    reason_sentence,
    state_label,
    who_label,
)

#: What of a parcel has its own list.
LISTS = ("contents", "timeline", "happenings", "weighings", "releases")


@command("parcel")
@click.argument("number")
def parcel(app: App, number: str) -> Answer:
    """Show one parcel: numbers, plan and fee in parts, contents line by line, weights in g, all that happened to it.

    NUMBER is any number of it. Where it goes is told by `receiver`, what became of it by `tracking show`.
    """
    found = shipments.detail(app, shipments.of_number(app, number))
    document = shown.record(
        {name: value for name, value in found.items() if name not in (*LISTS, "receivers")}
    )
    document["parts"] = json.loads(found["parts"]) if found["parts"] else {}
    document["reason"] = reason_sentence(found["reason_code"], found["reason_text"] or "") or None
    document |= {name: [shown.record(row) for row in found[name]] for name in LISTS}
    return Answer(document, _lines(found))


@command("void")
@click.argument("number")
@click.option("--reason", required=True, help="Why this parcel is not sent.")
def void(app: App, number: str, reason: str) -> Answer:
    """Withdraw an accepted or ready shipment, named by any of its numbers."""
    shipment_id = shipments.void(app, number, reason=reason, by=app.settings.operator)
    line = _(
        "{shipment} is voided here. No call cancels it on the platform: never hand this parcel over.",
        shipment=shipment_id,
    )
    return Answer({"shipment_id": shipment_id, "state": str(State.VOIDED)}, [line])


@command("repack")
@click.argument("number")
@click.option("--weight-g", type=click.IntRange(min=1), required=True, help="What the scale says at packing.")
@click.option(
    "--correct-sku", is_flag=True, help="Put what the scale says of its SKU into the product table too."
)
def repack(app: App, number: str, weight_g: int, correct_sku: bool) -> Answer:
    """Void a parcel that weighs something else, and make another one in its place; `batch send` sends it."""
    by, shipment_id = app.settings.operator, shipments.of_number(app, number)
    new_id = repacking.repack(app, shipment_id, weight_g, by=by)
    found = shipments.detail(app, new_id)
    document = {"shipment_id": shipment_id, "new_shipment_id": new_id} | {
        name: found[name] for name in ("weight_g", "plan_id", "fee_minor", "currency")
    }
    lines = [
        _(
            "{shipment} is made in its place: {fee}. Never hand over the parcel with the old label.",
            shipment=new_id,
            fee=shown.money(found["fee_minor"], found["currency"]),
        )
    ]
    if correct_sku:
        measured = repacking.unit(app, new_id)
        document["corrected"] = vars(measured) if measured else None
        lines.append(_corrected(app, new_id, measured, by))
    return Answer(document, lines, found["plan_id"] is not None)


def _corrected(app: App, shipment_id: str, measured: repacking.Unit | None, by: str) -> str:
    if measured is None:
        return _("The product table is as before: several SKUs are in it, or it says the same.")
    repacking.correct(app, shipment_id, by=by)
    return _("The product table has the weight of {sku}.", sku=measured.sku)


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    facts = [
        (_("Shipment"), found["shipment_id"]),
        (_("Batch"), found["batch_id"]),
        (_("Order"), found["order_id"]),
        (_("State"), state_label(found["state"])),
        (_("Tracking number"), found["tracking_number"]),
        (_("LP number"), found["lp_number"]),
        (_("Logistics order"), found["logistics_order_id"]),
        (_("Plan"), found["plan_id"]),
        (_("Weight"), shown.weight(found["weight_g"])),
        (_("If it cannot be delivered"), decision_label(found["undeliverable"] or "–")),
    ]
    if found["fee_minor"] is not None:
        facts += [
            (part_label(part), shown.money(minor, found["currency"]))
            for part, minor in json.loads(found["parts"]).items()
            if minor
        ]
        facts.append((_("Fee, estimated"), shown.money(found["fee_minor"], found["currency"])))
    if found["reason_code"]:
        why = reason_sentence(found["reason_code"], found["reason_text"] or "")
        facts.append((_("Why"), f"{why} {reason_mending(found['reason_code'])}"))
    yield from shown.table([_("Field"), ""], facts)
    header = [_("Line"), _("Pieces"), "SKU", _("Product"), _("Weight of one"), _("Declared value of one")]
    yield from shown.table(
        header,
        (
            (
                row["line_no"],
                row["quantity"],
                row["sku"],
                row["title"],
                shown.weight(row["weight_g"]),
                shown.money(row["declared_minor"], row["declared_currency"]),
            )
            for row in found["contents"]
        ),
    )
    events = [
        (row["happened_at"], state_label(row["state"]), note_sentence(row["note"]), row["done_by"])
        for row in found["timeline"]
    ]
    events += [
        (row["happened_at"], "", happening_sentence(row["kind"], row["what"], row["detail"]), row["done_by"])
        for row in found["happenings"]
    ]
    yield from shown.table(
        [_("When"), _("State"), _("Note"), _("Who")],
        (
            (f"{at:%Y-%m-%d %H:%M:%S} UTC", state, note, who_label(who))
            for at, state, note, who in sorted(events, key=lambda row: row[0], reverse=True)
        ),
    )


COMMANDS = (parcel, void, repack)
