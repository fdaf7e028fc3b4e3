"""What a person decides of a draft before it is sent, at a command line: addresses, prepare, and send alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from lib.app import App
from lib.cli import advice as advice_cli
from lib.cli import hints, shown
from lib.cli.frame import Answer, command, say
from lib.domain.problems import Problem
from lib.domain.shipments import Choice, Decision, HandoverMode, State
from lib.services import advice, batches, checks, handover, plans, shipments
from lib.services.handover import PlanHandover
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.wording import (
    decision_label,
    finding_sentence,
    handover_label,
    no_return_sentence,
    pair_kind_label,
)

Act = TypeVar("Act", bound=Callable[..., Any])

HANDOVERS = {str(mode).replace("_", "-"): mode for mode in HandoverMode}
#: In the place of a decision: the plan decides as its batch, the parcel as its plan or its batch.
INHERIT = "inherit"
#: Of parcels of which nobody decided.
UNKNOWN = "undecided"
#: States in which what becomes of an undeliverable parcel can still be decided.
UNDECIDED = (State.DRAFT, State.REFUSED)


class For(click.ParamType):
    """`VALUE`, or `NAME=VALUE` for a part: read as (name, value), the name empty for all of it."""

    name = "choice"

    def __init__(self, part: str, values: Sequence[str]) -> None:
        self.part, self.values = part, tuple(values)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """How it is written, in the help."""
        return f"[{self.part}=]{'|'.join(self.values)}"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Read one. A value that is none of them is wrong use."""
        named, _equals, said = str(value).rpartition("=")
        if said not in self.values:
            self.fail(
                _("“{value}” is none of {values}.", value=said, values=", ".join(self.values)), param, ctx
            )
        return named.strip(), said


_OPTIONS = (
    click.option(
        "--undeliverable",
        type=For("PLAN|NUMBER", (*map(str, Choice), INHERIT)),
        multiple=True,
        help="Parcels that cannot be delivered: return (a fee on each now), destroy, or advised (each as the advice "
        "says, for the batch only). For one plan CPAM=destroy, for one parcel by any of its numbers; inherit takes "
        "such an exception back. Repeatable.",
    ),
    click.option(
        "--handover",
        "modes",
        type=For("PLAN", list(HANDOVERS)),
        multiple=True,
        help="How the parcels reach the warehouse, or those of one plan (UPSE=self-send). Without it a pickup where "
        "the sender's city is collected from, else self-post. Repeatable.",
    ),
    click.option(
        "--sender", metavar="ADDRESS", help="Sender address, as `addresses` lists it; the first without it."
    ),
    click.option(
        "--refund", metavar="ADDRESS", help="Where returned parcels go; the platform's first without it."
    ),
    click.option("--contact", default="", help="With whom at the warehouse apply-pickup was agreed."),
    click.option("--contact-phone", default="", metavar="PHONE", help="The phone number of that person."),
    click.option(
        "--warehouse-agreed", is_flag=True, help="The warehouse agreed to collect; needed for apply-pickup."
    ),
    click.option("--courier", help="Domestic courier of a self-post; it can be named at the hand-over."),
    click.option("--courier-number", help="Its tracking number, 1 to 32 characters."),
)


def decisions(act: Act) -> Act:
    """Add what can be decided of a draft to a command; it arrives as the fields of `Decisions`."""
    for option in reversed(_OPTIONS):
        act = option(act)
    return act


@dataclass(frozen=True)
class Decisions:
    """What a command line says of a draft; what it does not say stays as it is."""

    undeliverable: Sequence[tuple[str, str]] = ()
    modes: Sequence[tuple[str, str]] = ()
    sender: str | None = None
    refund: str | None = None
    contact: str = ""
    contact_phone: str = ""
    warehouse_agreed: bool = False
    courier: str | None = None
    courier_number: str | None = None


def decide(app: App, batch_id: str, wanted: Decisions) -> dict[str, Any]:
    """Carry out what is decided; returns warnings, and the advice when the batch goes by it.

    Names are looked up before anything is decided. The wider decision comes before the narrower one.
    """
    by = app.settings.operator
    used = {plan.plan_id for plan in handover.prepare(app, batch_id)}
    modes = [_of_plan(batch_id, used, *one) for one in wanted.modes]
    decided = _looked_up(app, batch_id, used, wanted.undeliverable)
    if wanted.sender:
        handover.choose_sender(app, batch_id, wanted.sender, by=by)
    if wanted.refund:
        handover.choose_refund(app, batch_id, wanted.refund, by=by)
    if wanted.courier or wanted.courier_number:
        handover.choose_courier(app, batch_id, wanted.courier, wanted.courier_number, by=by)
    for plan_id, mode in sorted(modes, key=lambda one: bool(one[0])):
        handover.choose_mode(
            app, batch_id, HANDOVERS[mode], by=by, plan_id=plan_id or None,
            agreed_with_warehouse=wanted.warehouse_agreed, contact=wanted.contact, phone=wanted.contact_phone,
        )  # fmt: skip
    for choice, of in decided:
        shipments.decide_undeliverable(app, batch_id, choice, by=by, **of)
    return _told(app, batch_id, [choice for choice, of in decided if not of])


def _of_plan(batch_id: str, used: set[str], plan_id: str, mode: str) -> tuple[str, str]:
    if plan_id and plan_id not in used:
        raise Problem("plan_not_in_batch", plan=plan_id, batch_id=batch_id)
    return plan_id, mode


def _looked_up(
    app: App, batch_id: str, used: set[str], said: Sequence[tuple[str, str]]
) -> list[tuple[Choice | Decision | None, dict[str, Any]]]:
    """Each decision and what it is for, the widest first."""
    wide: list[tuple[Choice | Decision | None, dict[str, Any]]] = []
    of_plans, of_parcels = list(wide), list(wide)
    by_decision: dict[str, list[str]] = {}
    for named, value in said:
        if not named and value == INHERIT:
            raise click.UsageError(
                _("A batch inherits from nothing. Write NAME=inherit for a plan or a parcel.")
            )
        if not named:
            wide.append((Choice(value), {}))
        elif named in used:
            of_plans.append((_part(value), {"plan_id": named}))
        else:
            by_decision.setdefault(value, []).append(named)
    for value, numbers in by_decision.items():
        found = shipments.choose(app, batch_id, UNDECIDED, only=numbers)
        of_parcels.append((_part(value), {"shipment_ids": found}))
    return [*wide, *of_plans, *of_parcels]


def _part(value: str) -> Choice | Decision | None:
    if value == INHERIT:
        return None
    return Choice.ADVISED if value == Choice.ADVISED else Decision(value)


def _told(app: App, batch_id: str, for_all: Sequence[Choice | Decision | None]) -> dict[str, Any]:
    """What should be known of what was decided; said on standard error too."""
    by_plan = handover.of_batch(app, batch_id)
    modes = {plan.mode for plan in by_plan}
    warnings: list[str] = []
    if HandoverMode.SELF_POST in modes and not batches.get(app, batch_id)["courier_number"]:
        warnings.append(_("No domestic tracking number yet: name it when the parcels are handed over."))
    if HandoverMode.APPLY_PICKUP in modes:
        warnings.append(
            _("Applied for pickup: agree it with the warehouse first, or it may refuse the parcels.")
        )
    if {Choice.RETURN, Choice.ADVISED} & set(for_all):
        warnings += _without_return(by_plan)
    for warning in warnings:
        say(warning)
    told: dict[str, Any] = {"warnings": warnings}
    if Choice.ADVISED in for_all:
        told["advice"] = advice_cli.said(advice.of_batch(app, batch_id))
    return told


def _without_return(by_plan: Sequence[PlanHandover]) -> list[str]:
    unable = [one for one in by_plan if not one.return_supported]
    if not unable:
        return []
    return [no_return_sentence([(one.plan_id, one.shipment_count) for one in unable])]


@command("addresses")
@click.option("--shop", "shop_id", metavar="ID", help="Of this shop; of the first one without it.")
@click.option("--refresh", is_flag=True, help="Ask the platform again; else what it said before is listed.")
def addresses(app: App, shop_id: str | None, refresh: bool) -> Answer:
    """List the seller's addresses on the platform: senders, and where returned parcels go; defaults first."""
    found = handover.addresses(app, shop_id or app.shops()[0], refresh=refresh)
    rows = [shown.record(row) for row in found]
    header = [_("Address"), _("Kind"), _("Name"), _("Province"), _("City"), _("Street")]
    roles = {"sender": _("Sender"), "pickup": _("Pickup"), "refund": _("Refund")}
    names = ("name", "province", "city", "street")
    lines = shown.table(
        header,
        (
            (row["address_id"], roles.get(row["role"], row["role"]), *(row[name] for name in names))
            for row in rows
        ),
    )
    return Answer(rows, lines)


@command("prepare")
@click.argument("batch_id")
@decisions
def prepare(app: App, batch_id: str, **said: Any) -> Answer:
    """Decide how a draft goes, without sending it, and list how each plan's parcels get to which warehouse.

    `batch send` takes the same options. What is not said stays as it was decided, on a page or here. Says what is
    still lacking, and which orders the check before shipping keeps back (exit status 1).

    \b
    For example:
      batch prepare ID --sender 1002 --handover self-post --handover UPSE=self-send
      batch prepare ID --undeliverable destroy --undeliverable CAINIAO_STANDARD=return
    """
    told = decide(app, batch_id, Decisions(**said))
    document = prepared(app, batch_id) | told
    return Answer(document, _lines(document), not document["kept_back"])


def prepared(app: App, batch_id: str) -> dict[str, Any]:
    """How a draft stands before it is sent."""
    batch = batches.get(app, batch_id)
    rows = shown.records(shipments.listing(app, batch_id))
    decided = [row["undeliverable"] or UNKNOWN for row in rows if row["state"] in UNDECIDED]
    cost = shipments.return_cost(app, batch_id)
    return {
        "batch_id": batch_id,
        "sender": batch["sender_address_id"],
        "refund": batch["refund_address_id"],
        "undeliverable": batch["undeliverable"],
        "decisions": {name: decided.count(name) for name in sorted(set(decided))},
        "return_fees": {"assumed": True, "parcels": cost.returning_count, "fees_minor": cost.fees},
        "plans": [_plan(one) for one in handover.of_batch(app, batch_id)],
        "differing": [
            {
                "buyer_service": pair.buyer_service,
                "plan_id": pair.plan_id,
                "kind": str(pair.kind),
                "shipments": pair.shipment_count,
            }
            for pair in plans.mismatches(app, batch_id)
        ],
        "kept_back": kept_back(app, rows),
        "lacking": [hints.said(problem) for problem in shipments.lacking(app, batch_id)],
    }


def kept_back(app: App, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The drafts among a batch's shipments that the check before shipping keeps back, and why."""
    drafts = {row["order_id"]: row["shipment_id"] for row in rows if row["state"] == State.DRAFT}
    return [
        {
            "shipment_id": drafts[one["order_id"]],
            "order_id": one["order_id"],
            "code": one["code"],
            "reason": finding_sentence(one["code"], one["field"], one["value"]),
        }
        for one in checks.of_drafts(app, list(drafts))
        if one["blocks"]
    ]


def say_kept_back(kept: Sequence[Mapping[str, Any]]) -> None:
    """Name on standard error which orders stay in the draft, and why."""
    for line in _kept_lines(kept):
        say(line)


def _plan(one: PlanHandover) -> dict[str, Any]:
    return {
        "plan_id": one.plan_id,
        "shipments": one.shipment_count,
        "weight_g": one.weight_g,
        "handover": str(one.mode).replace("_", "-") if one.mode else None,
        "covered": one.covered,
        "warehouse": one.warehouse_name,
        "warehouse_address": one.warehouse_address,
        "contact": one.pickup_contact,
        "contact_phone": one.pickup_phone,
        "offered": one.service_code is not None,
        "return_offered": one.return_supported,
        "undeliverable": str(one.undeliverable) if one.undeliverable else None,
    }


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    header = [_("Plan"), _("Parcels"), _("Weight"), _("Hand-over"), _("Warehouse"), _("If undeliverable")]
    yield from shown.table(
        header,
        (
            (
                row["plan_id"],
                row["shipments"],
                shown.weight(row["weight_g"]),
                handover_label(HANDOVERS[row["handover"]]) if row["handover"] else "–",
                " · ".join(
                    filter(
                        None,
                        (row["warehouse"], row["warehouse_address"], row["contact"], row["contact_phone"]),
                    )
                ),
                _undeliverable(row, document["undeliverable"]),
            )
            for row in document["plans"]
        ),
    )
    yield _(
        "Sender address {sender}, refund address {refund}",
        sender=document["sender"] or "–",
        refund=document["refund"] or "–",
    )
    not_decided = _("not decided")
    said = _(", ").join(
        f"{count:,} × {not_decided if name == UNKNOWN else decision_label(name)}"
        for name, count in document["decisions"].items()
    )
    yield _("Undeliverable: {decisions}", decisions=said or "–")
    for currency, fee in document["return_fees"]["fees_minor"].items():
        yield _(
            "Return service costs {fee} for the {count} parcels that can have it (an assumption).",
            fee=shown.money(fee, currency),
            count=document["return_fees"]["parcels"],
        )
    yield from differing_lines(document["differing"])
    yield from _kept_lines(document["kept_back"])
    yield from document["lacking"]


def differing_lines(pairs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Which plans are others than the buyers chose, and of how many parcels."""
    for pair in pairs:
        yield _(
            "  {count} × {service} → {plan}: {kind}",
            count=pair["shipments"],
            service=pair["buyer_service"] or "–",
            plan=pair["plan_id"],
            kind=pair_kind_label(pair["kind"]),
        )


def _undeliverable(row: Mapping[str, Any], of_batch: str | None) -> str:
    if not row["return_offered"]:
        return _("offers no return: destroyed")
    return decision_label(row["undeliverable"] or of_batch or "–")


def _kept_lines(kept: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if kept:
        count = len({one["order_id"] for one in kept})
        yield ngettext(
            "{count} order stays in the draft when the others go, until that is mended or accepted.",
            "{count} orders stay in the draft when the others go, until that is mended or accepted.",
            count,
        )
    yield from (f"  {one['order_id']}: {one['reason']}" for one in kept)
