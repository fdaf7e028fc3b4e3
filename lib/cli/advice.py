"""Return or destroy, and how long parcels take, at a command line: advice, what it rests on, backtest, promise."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from lib.app import App
from lib.cli import shown
from lib.cli.frame import Answer, command, say
from lib.domain.money import Money, NotMoney
from lib.services import advice, ledger, transit
from lib.services.advice import Advice
from lib.texts import gettext as _
from lib.wording import advice as words
from lib.wording import decision_label


def said(found: Advice) -> dict[str, Any]:
    """What is advised for a batch, as a document; its sentences go to standard error."""
    for sentence in sentences(found):
        say(sentence)
    return {
        "returning": found.return_count,
        "against_destroy": asdict(found.against_destroy),
        "against_return": asdict(found.against_return),
        "sent": found.sent_count,
        "failed": found.failed_count,
        "returned": found.returned_count,
        "leans_on_prior": found.leans_on_prior,
        "parcels": shown.records(found.parcels),
    }


def sentences(found: Advice) -> list[str]:
    """What is advised, what it saves, and what it rests on."""
    destroy, return_ = found.against_destroy, found.against_return
    return [
        *words.advice_sentences(
            (found.return_count, len(found.parcels)),
            (destroy.expected, destroy.low, destroy.high),
            (return_.expected, return_.low, return_.high),
        ),
        words.basis_sentence(
            found.sent_count, found.failed_count, found.returned_count, leans=found.leans_on_prior,
            fail_share=found.assumptions.failing.share, back_share=found.assumptions.returning.share,
        ),
    ]  # fmt: skip


@command("advice")
@click.argument("batch_id")
def advice_command(app: App, batch_id: str) -> Answer:
    """Say for each parcel of a draft whether return or destroy is advised, and on what that rests."""
    document = said(advice.of_batch(app, batch_id))
    header = [
        _("Shipment"), _("Plan"), _("Country"), _("Advised"), _("Fails"), _("Arrives back"), _("Brings"),
        _("Return-service fee"), _("Expected gain"), _("Pays from"), _("Rests on"),
    ]  # fmt: skip
    lines = shown.table(
        header,
        (
            (
                row["shipment_id"],
                row["plan_id"],
                row["country"],
                decision_label(row["advised"]),
                words.percents(row["fail_mean"], row["fail_low"], row["fail_high"]),
                words.percents(row["back_mean"], row["back_low"], row["back_high"]),
                shown.money(row["value_minor"], "CNY"),
                shown.money(row["fee_minor"], "CNY"),
                shown.money(row["gain_minor"], "CNY"),
                words.percent(row["break_even"]),
                words.basis_label(row["basis"]),
            )
            for row in document["parcels"]
        ),
    )
    return Answer(document, lines)


@command("assume")
@click.option(
    "--recovery", type=click.FloatRange(0, 100), help="Percent of their worth that returned goods bring."
)
@click.option("--handling", metavar="CNY", help="What taking a parcel back costs besides.")
@click.option("--fails", type=click.FloatRange(0.01, 50), help="Percent of parcels believed to fail abroad.")
@click.option("--fails-worth", type=click.IntRange(min=1), help="So many parcels that belief is worth.")
@click.option("--arrives", type=click.FloatRange(1, 99), help="Percent of returns believed to arrive back.")
@click.option("--arrives-worth", type=click.IntRange(min=1), help="So many parcels that belief is worth.")
def assume(
    app: App,
    recovery: float | None,
    handling: str | None,
    fails: float | None,
    fails_worth: int | None,
    arrives: float | None,
    arrives_worth: int | None,
) -> Answer:
    """Show what the advice rests on besides the shop's own outcomes, or set some of it."""
    known = advice.assumptions(app)
    given = (recovery, handling, fails, fails_worth, arrives, arrives_worth)
    if any(one is not None for one in given):
        advice.assume(
            app,
            recovery_e4=known.recovery_e4 if recovery is None else round(recovery * 100),
            handling_minor=known.handling_minor if handling is None else _cny(handling),
            fail_e4=round(known.failing.share * 10_000) if fails is None else round(fails * 100),
            fail_parcels=fails_worth or round(known.failing.weight),
            back_e4=round(known.returning.share * 10_000) if arrives is None else round(arrives * 100),
            back_parcels=arrives_worth or round(known.returning.weight),
            by=app.settings.operator,
        )
        known = advice.assumptions(app)
    document = {
        "recovery_e4": known.recovery_e4,
        "handling_minor": known.handling_minor,
        "fail_e4": round(known.failing.share * 10_000),
        "fail_parcels": round(known.failing.weight),
        "back_e4": round(known.returning.share * 10_000),
        "back_parcels": round(known.returning.weight),
        "set_by": known.set_by,
        "set_at": shown.plain(known.set_at),
    }
    line = _(
        "Assumed: a returned parcel brings {recovery} of its worth, less {handling}; {fails} fail abroad "
        "(worth {failing} parcels), {arrives} of these arrive back (worth {returning}).",
        recovery=words.percent(known.recovery_e4 / 10_000),
        handling=shown.money(known.handling_minor, "CNY"),
        fails=words.percent(known.failing.share),
        failing=round(known.failing.weight),
        arrives=words.percent(known.returning.share),
        returning=round(known.returning.weight),
    )
    return Answer(document, [line])


@command("backtest")
def backtest_command(app: App) -> Answer:
    """Say what returning all, destroying all, what was chosen, and the advice would have come to so far."""
    found = advice.backtest(app)
    if found.empty:
        return Answer([], [_("No parcel that could have been returned was sent yet.")])
    columns = [name for name in found.columns if name.endswith(("_minor", "_count"))]
    rows = shown.records(found.groupby("way", as_index=False)[columns].sum())
    rows.sort(key=lambda row: advice.WAYS.index(row["way"]))
    say(words.backtest_sentence({row["way"]: _net(row) for row in rows}))
    header = [
        _("Way to decide"), _("Return chosen"), _("Fees"), _("Recovered, seen"), _("Recovered, expected"), _("Net"),
    ]  # fmt: skip
    lines = shown.table(
        header,
        (
            (
                words.way_label(row["way"]),
                f"{row['returning_count']:,} / {row['parcel_count']:,}",
                shown.money(row["fee_minor"], "CNY"),
                shown.money(row["recovered_seen_minor"], "CNY"),
                words.amount_range(
                    row["recovered_assumed_minor"], row["recovered_low_minor"], row["recovered_high_minor"]
                ),
                words.amount_range(*_net(row)),
            )
            for row in rows
        ),
    )
    return Answer({"ways": rows, "months": shown.records(found)}, lines)


@command("promise")
def promise_command(app: App) -> Answer:
    """Say how long parcels really take, by plan and country, beside what was promised."""
    rows = shown.records(transit.days(app))
    header = [
        _("Plan"),
        _("Country"),
        _("Parcels"),
        _("Delivered"),
        "P50",
        "P85",
        "P95",
        _("Promised"),
        _("Late"),
    ]
    lines = shown.table(
        header,
        (
            (
                row["plan_id"] or _("all plans"),
                row["country"] or _("all countries"),
                row["parcel_count"],
                row["delivered_count"],
                row["days_p50"],
                row["days_p85"],
                row["days_p95"],
                shown.days(row["promised_least"], row["promised_most"]),
                words.percent(row["late_count"] / row["due_count"] if row["due_count"] else None),
            )
            for row in rows
        ),
    )
    return Answer(rows, lines)


def ledger_answer(app: App, by: str) -> Answer:
    """The return-fee ledger, added up along an axis, or parcel by parcel."""
    found = ledger.read(app)
    if by == "parcel":
        rows = shown.records(found.rows)
        header = [
            _("Shipment"), _("Plan"), _("Country"), _("Chosen"), _("Outcome"), _("Fee"), _("Stage"), _("Recovered"),
            _("Stage"), _("Net"),
        ]  # fmt: skip
        lines = shown.table(
            header,
            (
                (
                    row["shipment_id"],
                    row["plan_id"],
                    row["country"],
                    decision_label(row["decision"] or "–"),
                    row["outcome"],
                    shown.money(row["fee_minor"], row["fee_currency"]),
                    words.stage_label(row["fee_stage"] or "–"),
                    shown.money(row["recovered_minor"], row["recovered_currency"]),
                    words.stage_label(row["recovered_stage"] or "–"),
                    shown.money(row["net_cny_minor"], "CNY"),
                )
                for row in rows
            ),
        )
        return Answer(rows, lines)
    totals = [shown.record(row) for row in found.by[by]] + (
        [shown.record(found.total)] if found.total else []
    )
    header = [
        words.axis_noun(by), _("Parcels"), _("Failed"), _("Came back"), _("Destroyed"), _("Fees"),
        _("of it assumed"), _("Recovered"), _("of it assumed"), _("Net"),
    ]  # fmt: skip
    lines = shown.table(
        header,
        (
            (
                row["value"] or _("Total"),
                row["parcel_count"],
                row["failed_count"],
                row["returned_count"],
                row["destroyed_count"],
                *(
                    shown.money(row[name], "CNY")
                    for name in (
                        "fee_minor", "fee_assumed_minor", "recovered_minor", "recovered_assumed_minor", "net_minor",
                    )
                ),
            )
            for row in totals
        ),
    )  # fmt: skip
    return Answer(totals, lines)


def _net(row: dict[str, Any]) -> tuple[int, int, int]:
    return row["net_minor"], row["net_low_minor"], row["net_high_minor"]


def _cny(text: str) -> int:
    try:
        return Money.parse(text, "CNY").minor
    except NotMoney as error:
        raise click.UsageError(
            _("{text} is no amount; write it as {example}.", text=text, example="--handling 3.50")
        ) from error


COMMANDS = (assume, backtest_command, promise_command)
