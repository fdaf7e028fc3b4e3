"""Questions about what shipping costs: along which axes, of which figure, told how, for which parcels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Axis(StrEnum):
    """What costs are added up by."""

    PLAN = "plan"
    COUNTRY = "country"
    WAREHOUSE = "warehouse"
    SHOP = "shop"
    BAND = "band"  #: Weight bands.
    MONTH = "month"  #: By the view's basis.
    SKU = "sku"  #: A parcel of several lines is shared out by weight.
    ORDER = "order"
    NONE = ""  #: Everything together.


class Measure(StrEnum):
    """What is told of the parcels of a total."""

    PARCEL = "parcel"  #: Cost per parcel.
    ORDER = "order"  #: Cost per order.
    KG = "kg"  #: Cost per kg.
    SHARE = "share"  #: Cost as a share of what the buyer paid.
    BALANCE = "balance"  #: Freight balance (运费盈亏): shipping paid by the buyer less cost.
    DELIVERED = "delivered"  #: Cost of all parcels per delivered one.


class Statistic(StrEnum):
    """How a measure is told: `mean` divides sums; the others are the value of one parcel, never one in between."""

    MEAN = "mean"
    P50 = "p50"
    P90 = "p90"
    TOTAL = "total"


class Basis(StrEnum):
    """The day that months and periods go by; UTC."""

    CREATED = "created"
    HANDED = "handed"
    BILLED = "billed"


#: The most grams of each weight band, as the store has it; '00000' while a weight is not known.
BANDS = ("00100", "00250", "00500", "01000", "02000", "05000", "30000")


@dataclass(frozen=True)
class View:
    """One question. A filter that is None or empty is left out; days are inclusive."""

    rows: Axis = Axis.PLAN
    columns: Axis = Axis.NONE
    measure: Measure = Measure.PARCEL
    statistic: Statistic = Statistic.MEAN
    basis: Basis = Basis.CREATED
    from_on: date | None = None
    until_on: date | None = None
    countries: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    warehouses: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()

    @property
    def by_sku(self) -> bool:
        """Whether parcels are shared out over their SKUs."""
        return Axis.SKU in (self.rows, self.columns) or bool(self.skus)
