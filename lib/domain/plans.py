"""Plans: cargo classes, why a plan may not carry a parcel, and the policies that choose one."""

from __future__ import annotations

from enum import IntFlag, StrEnum


class Cargo(StrEnum):
    """What a parcel holds, as far as carriers care. A parcel counts as its most restricted item."""

    GENERAL = "general"
    BATTERY = "battery"
    SPECIAL = "special"


class Obstacle(IntFlag):
    """Why a plan cannot carry a parcel; a quote's `obstacles` is a sum of these (0: it can)."""

    NO_WEIGHT = 1  #: The parcel's weight is not known.
    TOO_HEAVY = 2
    TOO_LARGE = 4
    CARGO = 8  #: The plan does not take this cargo class.
    SUSPENDED = 16  #: The carrier has suspended this destination.
    NO_RATE = 32  #: No rate card covers this destination, cargo class and weight.
    TOO_DEAR = 64  #: Declared worth more than the plan takes.
    STOPPED = 128  #: Stopped by hand.


class Policy(StrEnum):
    """How one plan per order is chosen (选物流规则)."""

    CHEAPEST = "cheapest"
    BUYERS = "buyers"  #: The buyer's own service where it can carry the parcel; no plan otherwise.
    CHEAPEST_NOT_SLOWER = "cheapest_not_slower"  #: Not slower than what the buyer chose.
    RULES = "rules"  #: The list of rules; the first that matches decides.


class Part(StrEnum):
    """A part of a fee."""

    ITEM = "item"  #: Fixed per parcel (挂号费).
    WEIGHT = "weight"  #: Rate per kg × chargeable weight.
    FIRST_WEIGHT = "first_weight"
    ADDITIONAL_WEIGHT = "additional_weight"
    FUEL = "fuel"  #: Percent of the freight (燃油附加费).
    REMOTE_AREA = "remote_area"  #: By postcode (偏远附加费).
    RETURN_SERVICE = "return_service"  #: 退件服务费, only when return is chosen.


#: A quote's column → the part of the fee it is. They add up to fee_minor, the return-service fee aside.
FEE_PARTS = {
    "item_fee_minor": Part.ITEM,
    "weight_fee_minor": Part.WEIGHT,
    "first_fee_minor": Part.FIRST_WEIGHT,
    "step_fee_minor": Part.ADDITIONAL_WEIGHT,
    "fuel_fee_minor": Part.FUEL,
    "remote_fee_minor": Part.REMOTE_AREA,
}


class Due(StrEnum):
    """What a rule of a destination asks for; never part of what the carrier charges."""

    DUTY_PER_HEADING = "duty_per_heading"  #: A flat duty for each tariff heading in the parcel.
    DUTY_UNKNOWN = "duty_unknown"  #: Duty is due; how much depends on goods and origin.
    VAT_AT_SALE = (
        "vat_at_sale"  #: Within the limit VAT is taken at the sale; above it, at the border with duty.
    )


class Channel(StrEnum):
    """Where a plan is sold."""

    ONLINE = "online"  #: By the platform's online shipping.
    ELSEWHERE = "elsewhere"  #: Published for another marketplace: to compare with, never to choose.


class Surcharge(StrEnum):
    """A surcharge of a rate card."""

    FUEL = "fuel"
    REMOTE_AREA = "remote_area"


class PairKind(StrEnum):
    """What a choice means beside the buyer's own: a confirmation groups orders by this."""

    SAME_TIER = "same_tier"
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    UNKNOWN = "unknown"


#: Service classes from slowest to fastest.
TIERS = ("economy", "saver", "standard", "express")


def pair_kind(buyers_class: str | None, chosen_class: str | None) -> PairKind:
    """Compare two service classes. A class that is not known is never a match."""
    if buyers_class not in TIERS or chosen_class not in TIERS:
        return PairKind.UNKNOWN
    difference = TIERS.index(chosen_class) - TIERS.index(buyers_class)
    if difference == 0:
        return PairKind.SAME_TIER
    return PairKind.UPGRADE if difference > 0 else PairKind.DOWNGRADE
