"""Questions about costs in words: axes, measures, statistics, days, weight bands."""

from __future__ import annotations

from lib.domain.costs import BANDS, Axis, Basis, Measure, Statistic
from lib.texts import gettext as _
from lib.texts import later

AXES = {
    Axis.PLAN: later("By plan"),
    Axis.COUNTRY: later("By country"),
    Axis.WAREHOUSE: later("By warehouse"),
    Axis.SHOP: later("By shop"),
    Axis.BAND: later("By weight band"),
    Axis.MONTH: later("By month"),
    Axis.SKU: later("By SKU"),
    Axis.ORDER: later("By order"),
    Axis.NONE: later("Nothing else"),
}
AXIS_NAMES = {
    Axis.PLAN: later("Plan"),
    Axis.COUNTRY: later("Country"),
    Axis.WAREHOUSE: later("Warehouse"),
    Axis.SHOP: later("Shop"),
    Axis.BAND: later("Weight band"),
    Axis.MONTH: later("Month"),
    Axis.SKU: later("SKU"),
    Axis.ORDER: later("Order"),
    Axis.NONE: later("All"),
}
MEASURES = {
    Measure.PARCEL: later("Cost per parcel"),
    Measure.ORDER: later("Cost per order"),
    Measure.KG: later("Cost per kg"),
    Measure.SHARE: later("Cost as share of revenue"),
    Measure.BALANCE: later("Freight balance"),
    Measure.DELIVERED: later("Cost per delivered parcel"),
}
STATISTICS = {
    Statistic.MEAN: later("Mean"),
    Statistic.P50: later("P50 (median)"),
    Statistic.P90: later("P90"),
    Statistic.TOTAL: later("Total"),
}
BASES = {
    Basis.CREATED: later("by creation"),
    Basis.HANDED: later("by hand-over"),
    Basis.BILLED: later("by bill"),
}
CAUSES = {
    "weight": later("Weight"),
    "tier": later("Tier jump"),
    "volumetric": later("Volumetric weight"),
    "surcharge": later("Surcharges"),
    "currency": later("Exchange rate"),
    "duplicate": later("Charged twice"),
    "price": later("Another price than the card's"),
    "return": later("Return service"),
    "not_ours": later("Not ours"),
    "not_sent": later("Never sent by us"),
}
WHAT_IF = {
    "sent": later("Each parcel as it was sent"),
    "cheapest": later("The cheapest for each"),
    "cheapest_not_slower": later("The cheapest that is not slower than the buyer's choice"),
    "buyers": later("What the buyer chose"),
}
LANDED = {
    "EU_IOSS": later("EU: VAT at the sale up to the IOSS limit"),
    "EU_DUTY3": later("EU: flat duty per tariff heading"),
    "US_DEMINIMIS": later("US: end of the de minimis exemption"),
}
LANDED_KINDS = {
    "vat_at_sale": later("VAT, taken at the sale by the platform"),
    "duty_per_heading": later("Duty for each tariff heading"),
    "duty_unknown": later("Duty, not known beforehand"),
}
_FROM = dict(zip(BANDS, ("0", *(one.lstrip("0") for one in BANDS)), strict=False))


def axis_label(axis: Axis) -> str:
    """What is added up by it, on a button."""
    return _(AXES[axis])


def axis_name(axis: Axis, basis: Basis) -> str:
    """The heading of an axis' values; a month always says of what."""
    name = _(AXIS_NAMES[axis])
    return _("{month} {basis} (UTC)", month=name, basis=basis_label(basis)) if axis is Axis.MONTH else name


def measure_label(measure: Measure) -> str:
    """What is told of the parcels of a total."""
    return _(MEASURES[measure])


def measure_unit(measure: Measure) -> str:
    """The unit a measure is told in."""
    if measure is Measure.SHARE:
        return "%"
    return _("CNY per kg") if measure is Measure.KG else "CNY"


def figure_label(measure: Measure, statistic: Statistic) -> str:
    """What is drawn, and how it is told."""
    if statistic is Statistic.TOTAL:
        return _("Freight balance, total") if measure is Measure.BALANCE else _("Cost, total")
    return f"{measure_label(measure)}, {statistic_label(statistic)}"


def figure_unit(measure: Measure, statistic: Statistic) -> str:
    """The unit of what is drawn."""
    return "CNY" if statistic is Statistic.TOTAL else measure_unit(measure)


def statistic_label(statistic: Statistic) -> str:
    """How it is told."""
    return _(STATISTICS[statistic])


def basis_label(basis: Basis) -> str:
    """By which day months and periods go."""
    return _(BASES[basis])


def band_label(band: str) -> str:
    """`101–250 g`; the weight band of a parcel."""
    if band not in _FROM:
        return _("weight not known")
    least = int(_FROM[band])
    return f"{least + 1 if least else 0:,}–{int(band):,} g"


def nothing_label(axis: Axis) -> str:
    """What stands for a value that is not known (yet)."""
    return _("not yet") if axis is Axis.MONTH else _("not known")


def cause_label(cause: str) -> str:
    """Where a difference between quote and bill comes from."""
    return _(CAUSES[cause]) if cause in CAUSES else cause


def what_if_policy(policy: str) -> str:
    """How plans would be chosen."""
    return _(WHAT_IF[policy])


def landed_rule(rule: str) -> str:
    """A dated rule of a destination."""
    return _(LANDED[rule]) if rule in LANDED else rule


def landed_kind(kind: str) -> str:
    """What a rule makes due."""
    return _(LANDED_KINDS[kind]) if kind in LANDED_KINDS else kind
