"""What stands on printed papers, and the words for how they are printed."""

from __future__ import annotations

from datetime import datetime

from lib.domain.printing import ParcelKind, PrintOrder
from lib.texts import LANGUAGES, later, speak
from lib.texts import gettext as _
from lib.wording.labels import state_label
from lib.wording.stop_list import stop_sentence

KINDS = {
    ParcelKind.SINGLE: later("One piece"),
    ParcelKind.ONE_SKU: later("One SKU, several pieces"),
    ParcelKind.MIXED: later("Several SKUs"),
}

ORDERS = {
    PrintOrder.LIST: later("As in the list"),
    PrintOrder.WAREHOUSE: later("By warehouse"),
    PrintOrder.PLAN: later("By plan"),
    PrintOrder.SKU: later("By SKU"),
    PrintOrder.PICK: later("By shelf, as one walks"),
}

WORDS = {
    "no": later("No."),
    "tracking_number": later("Tracking number"),
    "lp_number": later("LP number"),
    "plan": later("Plan"),
    "country": later("Country"),
    "weight": later("Weight (g)"),
    "shelf": later("Shelf"),
    "sku": later("SKU"),
    "product": later("Product"),
    "pieces": later("Pieces"),
    "parcels": later("Parcels"),
    "head_title": later("Run {run}"),
    "head_labels": later("{count} labels"),
    "head_order": later("Order: {order}"),
    "head_kind": later("Parcels: {kind}"),
    "head_first": later("First: {number} · {order_id}"),
    "head_last": later("Last: {number} · {order_id}"),
    "head_batches": later("Batch: {batches}"),
    "head_by": later("Printed by {who}, {at}"),
    "pick_title": later("Pick list of run {run}"),
    "pick_total": later("{skus} SKUs, {pieces} pieces"),
    "handover_title": later("Hand-over sheet of batch {batch_id}"),
    "warehouse_total": later("{warehouse}: {count} parcels, {weight_g} g"),
    "left_out_title": later("Not in this file: {count}"),
    "left_out_page": later("Page {page}"),
    "signatures": later("Handed over by ____________________   Received by ____________________"),
}


def parcel_kind_label(kind: str) -> str:
    """What a parcel holds."""
    return _(KINDS[ParcelKind(kind)]) if kind in list(ParcelKind) else kind


def print_order_label(order: str | None) -> str:
    """The order of the pages."""
    return _(ORDERS[PrintOrder(order)]) if order in list(PrintOrder) else "–"


def paper_words(code: str, **args: object) -> str:
    """A word or a line of a printed paper; what was left out of a file is said in every language.

    Whoever stands at the printer need not be who printed.
    """
    if code.startswith("left_out"):
        return " · ".join(_in_every_language(code, args))
    said = dict(args)
    if "kind" in said:
        said["kind"] = parcel_kind_label(str(said["kind"]))
    if "order" in said:
        said["order"] = print_order_label(str(said["order"]))
    if isinstance(at := said.get("at"), datetime):
        said["at"] = f"{at:%Y-%m-%d %H:%M} UTC"
    return _(WORDS[code], **said)


def _in_every_language(code: str, args: dict[str, object]) -> list[str]:
    said = []
    for language in LANGUAGES:
        with speak(language):
            said.append(_why_left_out(**args) if code == "left_out_why" else _(WORDS[code], **args))
    return said


def _why_left_out(state: object, stamp: object) -> str:
    """On the stop list for what its stamp says, or no more."""
    if not stamp:
        return state_label(str(state))
    reasons = [one.partition(":") for one in str(stamp).split(";")]
    return stop_sentence([(kind, value) for kind, _colon, value in reasons])
