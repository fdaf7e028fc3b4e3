"""Words for advice on undeliverable parcels, for the ledger of return fees and for the backtest."""

from __future__ import annotations

from collections.abc import Sequence

from lib.domain.money import Money
from lib.texts import gettext as _
from lib.texts import later, ngettext

#: Whose parcels a chance rests on, or why nothing was weighed.
BASES = {
    "country": later("this country on this plan"),
    "plan": later("all countries of this plan"),
    "all": later("all parcels of the shop"),
    "prior": later("what is assumed"),
    "no_return": later("the plan offers no return"),
    "no_fee": later("no return-service fee is known"),
    "no_value": later("what the goods are worth is not known"),
}
STAGES = {
    "assumed": later("assumed"),
    "quoted": later("estimated"),
    "billed": later("billed"),
    "counted": later("counted at check-in"),
}
WAYS = {
    "return": later("Return everything"),
    "destroy": later("Destroy everything"),
    "actual": later("What was chosen"),
    "advice": later("As advised"),
}
HOW = {
    "parcel": later("for the parcel"),
    "plan": later("for its plan"),
    "batch": later("for the batch"),
    "advised": later("as advised"),
}
WORTHS = {
    "purchase": later("purchase cost"),
    "order": later("what the buyer paid"),
    "mixed": later("purchase cost, in part what the buyer paid"),
}
KINDS = {"overseas": later("from abroad"), "domestic": later("inside China")}
AXES = {
    "month": later("By month"),
    "country": later("By country"),
    "plan": later("By plan"),
    "decision": later("By decision"),
}


NOUNS = {
    "month": later("Month"),
    "country": later("Country"),
    "plan": later("Plan"),
    "decision": later("Chosen"),
}


def basis_label(code: str) -> str:
    """Whose parcels a chance rests on, or why nothing was weighed."""
    return _(BASES.get(code, code))


def stage_label(code: str) -> str:
    """How sure an amount is."""
    return _(STAGES.get(code, code))


def way_label(code: str) -> str:
    """A way to decide, in a backtest."""
    return _(WAYS.get(code, code))


def how_label(code: str) -> str:
    """What a decision was made for."""
    return _(HOW.get(code, code))


def worth_label(code: str) -> str:
    """What the worth of goods is taken from."""
    return _(WORTHS.get(code, code))


def kind_label(code: str) -> str:
    """From where a parcel comes back (海外退件, 国内退件)."""
    return _(KINDS.get(code, code))


def axis_label(code: str) -> str:
    """What a ledger is added up by."""
    return _(AXES.get(code, code))


def axis_noun(code: str) -> str:
    """What the rows of such a sum are."""
    return _(NOUNS.get(code, code))


def percent(share: float | None) -> str:
    """`3.4 %`; a dash when it is not known."""
    return "–" if share is None or share != share else f"{share * 100:.1f} %"


def percents(mean: float | None, low: float | None, high: float | None) -> str:
    """`3.4 % (2.1–5.0 %)`: what to expect, and the range that holds the truth with 90 %."""
    if mean is None or low is None or high is None or mean != mean:
        return "–"
    return f"{mean * 100:.1f} % ({low * 100:.1f}–{high * 100:.1f} %)"


def amount_range(expected: int, low: int, high: int) -> str:
    """`12.34 CNY (-1.00 – 20.00)`."""
    return f"{Money(expected, 'CNY')} ({_bare(low)} – {_bare(high)})"


def advice_sentences(
    counts: tuple[int, int],
    against_destroy: tuple[int, int, int],
    against_return: tuple[int, int, int],
) -> Sequence[str]:
    """What is advised for a batch, (returning, of how many), and what that saves: (expected, low, high) in CNY."""
    returning, total = counts
    return [
        ngettext(
            "Return is advised for {returning} of {count} parcel.",
            "Return is advised for {returning} of {count} parcels.",
            total,
            returning=f"{returning:,}",
        ),
        _(
            "Expected saving: {destroy} against destroying all, {return_} against returning all (range of the "
            "chances at 90 %).",
            destroy=amount_range(*against_destroy),
            return_=amount_range(*against_return),
        ),
    ]


def basis_sentence(
    sent: int, failed: int, returned: int, *, leans: bool, fail_share: float, back_share: float
) -> str:
    """What the chances rest on: the shop's own parcels, or, with few of them, what is assumed."""
    if leans:
        return _(
            "Little is known yet: {sent} parcels sent, {failed} failed abroad. The advice leans on what is assumed: "
            "{fail} fail, and {back} of these arrive back.",
            sent=f"{sent:,}",
            failed=f"{failed:,}",
            fail=percent(fail_share),
            back=percent(back_share),
        )
    return _(
        "It rests on {sent} parcels sent, of which {failed} failed abroad; {returned} of those that paid for return "
        "are back. Young parcels count by the share of failures that shows by their age.",
        sent=f"{sent:,}",
        failed=f"{failed:,}",
        returned=f"{returned:,}",
    )


def backtest_sentence(nets: dict[str, tuple[int, int, int]]) -> str:
    """Whether the advice would have beaten both fixed ways: way → net (expected, low, high) in CNY minor units."""
    advice, others = nets["advice"], {way: nets[way] for way in ("return", "destroy")}
    said = _(", ").join(
        _("{way}: {amount}", way=way_label(way), amount=str(Money(net[0], "CNY")))
        for way, net in others.items()
    )
    if all(advice[0] > net[0] for net in others.values()):
        return _(
            "The advice would have come to {amount}, more than both fixed ways ({others}).",
            amount=amount_range(*advice),
            others=said,
        )
    return _(
        "The advice would not have beaten both fixed ways: {amount} ({others}).",
        amount=amount_range(*advice),
        others=said,
    )


def _bare(minor: int) -> str:
    return str(Money(minor, "CNY")).removesuffix(" CNY")
