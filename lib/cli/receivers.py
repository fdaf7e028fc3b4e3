"""Receivers at a command line: shown as they came in and as they stand, and corrected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import click

from lib.app import App
from lib.cli import shown
from lib.cli.frame import Answer, command, say
from lib.domain.orders import RECEIVER_BYTES, Receiver
from lib.services import orders
from lib.texts import gettext as _
from lib.wording import field_label, finding_sentence

#: What a person may correct; the country is fixed, because plan and fee hang on it.
FIELDS = ("name", "province", "city", "address", "postcode", "phone", "mobile", "tax_number")


def _help(field: str) -> str:
    most = RECEIVER_BYTES.get(field)
    if most:
        return f"At most {most} bytes; a Chinese or Cyrillic letter counts as two or three."
    return {"postcode": "In the country's own form.", "tax_number": "CPF of a Brazilian, PCCC of a Korean."}[
        field
    ]


def fields(act: Any) -> Any:
    """Add an option for each field; those that are not given arrive as None."""
    for field in reversed(FIELDS):
        name = "--" + field.replace("_", "-")
        act = click.option(name, field, metavar="TEXT", help=_help(field))(act)
    return act


@command("receiver")
@click.argument("number")
@fields
def receiver(app: App, number: str, **typed: str | None) -> Answer:
    """Show where an order goes, and correct it: what came in is kept and shown beside.

    NUMBER is the order's, or any number of one of its parcels. The named fields are corrected, the others stay; an
    empty text empties one. This prints a buyer's personal data. What is still wrong then is listed, and the exit
    status 1.

    \b
    For example:
      receiver 8100000000000017 --postcode "D02 AF30" --mobile 353851234567
    """
    order_id = orders.of_number(app, number)
    wanted = {field: text for field, text in typed.items() if text is not None}
    if wanted:
        versions = orders.detail(app, order_id)["receivers"]
        corrected = replace(versions.get("corrected", versions["received"]), **wanted)
        orders.correct_receiver(app, order_id, corrected, by=app.settings.operator)
        say(_("The correction of order {order_id} is kept; what came in is kept too.", order_id=order_id))
    order = orders.detail(app, order_id)
    wrong = [
        {"code": one["code"], "field": one["field"], "blocks": one["blocks"]}
        | {"sentence": finding_sentence(one["code"], one["field"], one["value"])}
        for one in order["findings"]
        if one["field"] in (*FIELDS, "country")
    ]
    received, now = order["receivers"]["received"], order["receivers"].get("corrected")
    document = {
        "order_id": order_id,
        "received": asdict(received),
        "corrected": asdict(now) if now else None,
        "findings": wrong,
    }
    return Answer(document, _lines(received, now, wrong), not (wanted and wrong))


def _lines(received: Receiver, now: Receiver | None, wrong: list[dict[str, Any]]) -> Iterator[str]:
    header = [_("Field"), _("Goes to"), _("As it came in")]
    rows = [
        (
            _("Country") if field == "country" else field_label(field),
            getattr(now or received, field),
            getattr(received, field) if now else "",
        )
        for field in ("name", "country", *FIELDS[1:])
    ]
    yield from shown.table(header, rows)
    yield from (one["sentence"] for one in wrong)


COMMANDS = (receiver,)
