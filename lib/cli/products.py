"""Products and findings at a command line: what needs a weight, pairs, cells; what is wrong with orders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click

from lib.app import App
from lib.cli import shown
from lib.cli.frame import Answer, Commands, command, say
from lib.domain.checks import RULES
from lib.domain.plans import Cargo
from lib.domain.products import Edit, is_made
from lib.services import checks, orders, products
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.wording import (
    fault_sentence,
    finding_label,
    finding_sentence,
    made_skus,
    severity_label,
    source_sentence,
)


@click.group("products", cls=Commands)
def products_group() -> None:
    """SKUs that need a weight, pairs of SKUs, cells of the product table."""


@command("needed")
def needed(app: App) -> Answer:
    """List the SKUs that keep orders back, most orders first, with a known SKU each one looks like."""
    rows = shown.records(products.needed(app))
    header = ["SKU", _("Orders"), _("Units"), _("Lacks"), _("Looks like"), _("Product")]
    lines = shown.table(header, (_needed_row(row) for row in rows))
    if any(is_made(row["sku"]) for row in rows):
        say(made_skus())
    return Answer(rows, lines)


@command("pair")
@click.argument("sku")
@click.argument("known_sku")
@click.option("--quantity", type=int, default=1, show_default=True, help="So many of the known one.")
def pair(app: App, sku: str, known_sku: str, quantity: int) -> Answer:
    """Remember that SKU is KNOWN_SKU, so many times; pairing it again replaces the pair."""
    saved = products.pair(app, sku, known_sku, quantity, by=app.settings.operator)
    return _saved(saved, [_("{sku} is {count} × {known}.", sku=sku, count=quantity, known=known_sku)])


@command("unpair")
@click.argument("skus", nargs=-1, required=True, metavar="SKU...")
def unpair(app: App, skus: tuple[str, ...]) -> Answer:
    """Forget pairs."""
    undone = products.unpair(app, skus, by=app.settings.operator)
    return Answer({"unpaired": undone}, undone, len(undone) == len(set(skus)))


@command("no-goods")
@click.argument("skus", nargs=-1, metavar="SKU...")
@click.option("--undo", is_flag=True, help="They are goods again, and need a weight.")
def no_goods(app: App, skus: tuple[str, ...], undo: bool) -> Answer:
    """Say that SKUs are no goods, such as postage; without a SKU, list those of which it was said."""
    by = app.settings.operator
    if undo:
        undone = products.goods_again(app, skus, by=by)
        return Answer({"goods": undone}, undone, len(undone) == len(set(skus)))
    if skus:
        saved = products.say_no_goods(app, skus, by=by)
        return _saved(saved, [_("{skus}: no goods from now on.", skus=_(", ").join(skus))])
    rows = shown.records(products.no_goods(app))
    header = ["SKU", _("Orders"), _("Product"), _("By")]
    names = ("sku", "order_count", "title", "said_by")
    return Answer(rows, shown.table(header, ([row[name] for name in names] for row in rows)))


@command("pairs")
def pairs(app: App) -> Answer:
    """List the pairs, the newest first."""
    rows = shown.records(products.pairs(app))
    header = ["SKU", "×", _("Known SKU"), _("Weight (g)"), _("By")]
    names = ("sku", "paired_quantity", "paired_sku", "weight_g", "paired_by")
    return Answer(rows, shown.table(header, ([row[name] for name in names] for row in rows)))


@command("set")
@click.argument("sku")
@click.option("--weight-g", help="Of one unit sold.")
@click.option("--size-mm", nargs=3, metavar="L W H", help="Length, width, height.")
@click.option("--cargo", type=click.Choice([str(cargo) for cargo in Cargo]), help="Kind of goods.")
@click.option("--name-zh", help="Declared name in Chinese.")
@click.option("--name-en", help="Declared name in English.")
@click.option("--value-usd", help="Declared value of one unit.")
@click.option("--cost-cny", help="Purchase cost of one unit.")
@click.option("--hs-code", help="Customs code.")
@click.option("--shelf", help="Where it lies.")
@click.option("--packaging-g", help="Packaging of its own.")
def set_cells(app: App, sku: str, size_mm: Sequence[str] | None, **given: str | None) -> Answer:
    """Write cells of one SKU; what is not named stays. Its orders can be shipped at once."""
    fields = {
        "weight_g": given["weight_g"],
        "cargo_class": given["cargo"],
        "declared_name_zh": given["name_zh"],
        "declared_name_en": given["name_en"],
        "declared_minor": given["value_usd"],
        "purchase_minor": given["cost_cny"],
        "hs_code": given["hs_code"],
        "shelf": given["shelf"],
        "packaging_g": given["packaging_g"],
    }
    fields |= dict(zip(("length_mm", "width_mm", "height_mm"), size_mm or (), strict=False))
    edits = [Edit(sku, field, value) for field, value in fields.items() if value is not None]
    if not edits:
        raise click.UsageError(_("Name at least one cell to write."))
    saved = products.save(app, edits, by=app.settings.operator)
    line = ngettext("{count} cell saved.", "{count} cells saved.", saved.cells)
    return _saved(saved, [] if saved.faults else [line])


@command("checks")
@click.argument("finding", required=False, type=click.Choice([str(code) for code in RULES]))
@click.option("--accept", is_flag=True, help="Accept this warning for every order that has it now.")
@click.option("--take-back", is_flag=True, help="The warning holds again, wherever it was accepted.")
@click.option(
    "--order",
    "order_ids",
    multiple=True,
    metavar="ORDER_ID",
    help="Accept or take back for this one only; repeatable.",
)
def checks_command(
    app: App, finding: str | None, accept: bool, take_back: bool, order_ids: tuple[str, ...]
) -> Answer:
    """List what is wrong with awaiting orders by finding, or the orders of one FINDING; accept a warning."""
    if (accept or take_back) and not finding:
        raise click.UsageError(_("Name the finding to accept."))
    if (accept and take_back) or (order_ids and not (accept or take_back)):
        raise click.UsageError(_("Say either --accept or --take-back; --order goes with one of them."))
    if finding is None:
        groups = checks.groups(app)
        header = [_("Finding"), _("Orders"), _("Kept back"), _("Accepted warnings"), _("Kind"), _("Code")]
        rows = (
            (
                finding_label(one["code"]),
                one["order_count"],
                one["blocked_count"],
                one["accepted_count"],
                severity_label(one["severity"]),
                one["code"],
            )
            for one in groups
        )
        return Answer(groups, shown.table(header, rows))
    if accept:
        chosen = orders.known(app, order_ids) if order_ids else None
        count = checks.accept(app, finding, chosen, by=app.settings.operator)
        line = ngettext("Accepted for {count} order.", "Accepted for {count} orders.", count)
        return Answer({"finding": finding, "accepted": count}, [line])
    if take_back:
        return _taken_back(app, finding, order_ids)
    found = shown.records(checks.orders_with(app, finding, page_size=None))
    for row in found:
        row["sentence"] = finding_sentence(finding, row["field"], row["value"])
    sources = (source_sentence(row["file"], row["row_no"], is_synced=row["is_synced"]) for row in found)
    lines = shown.table(
        [_("Order"), _("What is wrong"), _("From")],
        ((row["order_id"], row["sentence"], source) for row, source in zip(found, sources, strict=True)),
    )
    return Answer(found, lines)


def _taken_back(app: App, finding: str, order_ids: tuple[str, ...]) -> Answer:
    chosen = orders.known(app, order_ids)
    if not chosen:
        found = checks.orders_with(app, finding, include_accepted=True, page_size=None)
        chosen = found[found["accepted_by"].notna()]["order_id"].tolist()
    count = checks.take_back(app, finding, chosen, by=app.settings.operator)
    line = ngettext(
        "The warning holds again for {count} order.", "The warning holds again for {count} orders.", count
    )
    return Answer({"finding": finding, "taken_back": count}, [line])


def _needed_row(row: dict[str, Any]) -> tuple[object, ...]:
    lacks = [
        word
        for lacks, word in (
            (row["lacks_weight"], _("weight")),
            (row["lacks_declaration"], _("declaration")),
            (row["lacks_hs"], _("HS code")),
        )
        if lacks
    ]
    alike = f"{row['known_quantity']} × {row['known_sku']}" if row["known_sku"] else ""
    return (
        row["sku"], row["order_count"], row["unit_count"], _(", ").join(lacks), alike, row["title"],
    )  # fmt: skip


def _saved(saved: products.Saved, lines: list[str]) -> Answer:
    """What a change did; a cell that cannot be taken is a sentence, and nothing is saved."""
    for fault in saved.faults:
        say(fault_sentence(fault))
    document = {
        "cells": saved.cells,
        "pairs": saved.pairs,
        "freed": list(saved.freed),
        "repriced": [vars(one) for one in saved.repriced],
        "faults": [vars(one) | {"sentence": fault_sentence(one)} for one in saved.faults],
    }
    return Answer(document, _saved_lines(saved, lines), not saved.faults)


def _saved_lines(saved: products.Saved, lines: list[str]) -> Iterator[str]:
    yield from lines
    if saved.freed:
        yield ngettext(
            "{count} order can be shipped now.", "{count} orders can be shipped now.", len(saved.freed)
        )
    if saved.repriced:
        yield ngettext("{count} draft weighed anew.", "{count} drafts weighed anew.", len(saved.repriced))


for one in (needed, pair, unpair, pairs, no_goods, set_cells):
    products_group.add_command(one)

COMMANDS = (products_group, checks_command)
