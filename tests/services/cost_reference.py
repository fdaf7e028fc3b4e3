"""What parcels cost, worked out from the store's own tables in pandas: a second opinion that shares no SQL."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import duckdb
import pandas as pd

SENT = ("accepted", "ready", "handed_over", "declaring", "declare_unconfirmed", "declared")


def half_up(value: Fraction) -> int:
    """Rounded half away from zero."""
    size = int(abs(value) + Fraction(1, 2))
    return size if value >= 0 else -size


def shared(total: int | None, sizes: list[int]) -> list[int | None]:
    """The parts of an amount by size, laid end to end."""
    if total is None:
        return [None] * len(sizes)
    whole, upto, parts, before = sum(sizes), 0, [], 0
    for size in sizes:
        upto += size
        after = half_up(Fraction(total * upto, whole))
        parts.append(after - before)
        before = after
    return parts


class Reference:
    """Every parcel, and every parcel and SKU, with its costs in minor CNY."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        def table(name: str) -> pd.DataFrame:
            return connection.execute(f"select * from {name}").df()  # noqa: S608

        self.rates = {
            currency: sorted((pd.Timestamp(one.rate_on), int(one.rate_e6)) for one in rows.itertuples())
            for currency, rows in table("fx_rates").groupby("currency")
        }
        parcels = table("shipments")
        parcels = parcels[parcels["state"].isin(SENT)].copy()
        orders = table("orders").set_index(["shop_id", "order_id"]).to_dict("index")
        receivers = table("receivers")
        receivers = receivers[receivers["version"] == "received"]
        countries = receivers.set_index(["shop_id", "order_id"])["country"].to_dict()
        quotes = table("quotes").set_index("shipment_id").to_dict("index")
        fees = table("fees")
        ways = table("batch_plans").set_index(["batch_id", "plan_id"])["warehouse_name"].to_dict()
        handed = table("handover_shipments").merge(table("handovers"), on="handover_id")
        handed_on = handed.groupby("shipment_id")["done_at"].min().to_dict()
        codes = table("tracking_codes").set_index("code_id")["code"]
        events = table("tracking_events")
        signed = set(events.loc[events["code_id"].map(codes) == "GTMS_SIGNED", "shipment_id"])
        charges = self._charges(parcels, table("bill_lines"))
        rows = fees[fees["stage"] != "actual"].to_dict("records")
        estimate = {(row["shipment_id"], row["kind"]): row for row in rows}
        found: list[dict[str, Any]] = []
        for parcel in parcels.itertuples():
            key = (parcel.shop_id, parcel.order_id)
            freight = self._estimate(estimate.get((parcel.shipment_id, "freight")), quotes)
            returned = self._estimate(estimate.get((parcel.shipment_id, "return_service")), quotes) or 0
            lines = charges.get(parcel.shipment_id, [])
            carried = [minor for kind, minor, _ in lines if kind not in ("return_service", "compensation")]
            back = [minor for kind, minor, _ in lines if kind == "return_service"]
            compensation = sum(minor for kind, minor, _ in lines if kind == "compensation")
            cost = (sum(carried) if carried else freight) + (sum(back) if back else returned) + compensation
            day = handed_on.get(parcel.shipment_id)
            found.append(
                {
                    "shipment_id": parcel.shipment_id,
                    "shop_id": parcel.shop_id,
                    "order_id": parcel.order_id,
                    "plan": parcel.plan_id,
                    "country": countries[key],
                    "warehouse": ways[(parcel.batch_id, parcel.plan_id)],
                    "weight_g": int(parcel.weight_g),
                    "created_at": parcel.created_at,
                    "created": f"{parcel.created_at:%Y-%m}",
                    "handed": "" if day is None else f"{day:%Y-%m}",
                    "billed": f"{min(on for _, _, on in lines):%Y-%m}" if lines else "",
                    "is_delivered": parcel.shipment_id in signed,
                    "cost": cost,
                    "estimated": freight,
                    "billed_cny": sum(carried) + sum(back) if lines else None,
                    "compensation": compensation,
                }
            )
        self.parcels = pd.DataFrame(found).sort_values(["created_at", "shipment_id"], ignore_index=True)
        self._share_orders(orders)
        self.lines = self._lines(table("shipment_lines"), table("order_lines"), table("products"))

    def rate(self, currency: str, on: pd.Timestamp) -> int | None:
        """CNY for one unit on a day, in millionths."""
        if currency == "CNY":
            return 1_000_000
        known = [rate for day, rate in self.rates.get(currency, []) if day <= on]
        return known[-1] if known else None

    def cny(self, minor: Any, currency: str, on: pd.Timestamp) -> int | None:
        rate = self.rate(currency, on.normalize())
        return None if rate is None or pd.isna(minor) else half_up(Fraction(int(minor) * rate, 1_000_000))

    def _estimate(self, fee: Any, quotes: dict[Any, Any]) -> int | None:
        if fee is None:
            return None
        quote = quotes[fee["shipment_id"]]
        if quote["currency"] == fee["currency"] and pd.notna(quote["fx_e6"]):
            return half_up(Fraction(int(fee["fee_minor"]) * int(quote["fx_e6"]), 1_000_000))
        return self.cny(fee["fee_minor"], fee["currency"], fee["recorded_at"])

    def _charges(self, parcels: pd.DataFrame, lines: pd.DataFrame) -> dict[str, list[tuple[str, int, Any]]]:
        numbers = {
            str(number).upper(): parcel.shipment_id
            for parcel in parcels.itertuples()
            for number in (parcel.tracking_number, parcel.lp_number, parcel.logistics_order_id)
        }
        found: dict[str, list[tuple[str, int, Any]]] = {}
        for line in lines.itertuples():
            shipment_id = numbers.get(line.number.upper())
            if shipment_id:
                minor = self.cny(line.amount_minor, line.currency, pd.Timestamp(line.charged_on))
                assert minor is not None
                found.setdefault(shipment_id, []).append((line.kind, minor, line.charged_on))
        return found

    def _share_orders(self, orders: dict[Any, Any]) -> None:
        revenue, shipping = {}, {}
        for key, rows in self.parcels.groupby(["shop_id", "order_id"], sort=False):
            order = orders[key]
            sizes = rows["weight_g"].tolist()
            for column, kept in (("total_minor", revenue), ("shipping_minor", shipping)):
                minor = self.cny(order[column], order["currency"], order["paid_at"])
                kept.update(zip(rows.index, shared(minor, sizes), strict=True))
        self.parcels["revenue"] = pd.Series(revenue)
        self.parcels["shipping"] = pd.Series(shipping)

    def _lines(self, parts: pd.DataFrame, lines: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
        units = products.set_index("sku")["weight_g"]
        goods = parts.merge(lines, on=["shop_id", "order_id", "line_no"], suffixes=("", "_ordered"))
        goods["own"] = goods["quantity"] * goods["sku"].map(units)
        own: dict[str, dict[str, int]] = {}
        for part in goods.sort_values("sku").itertuples():
            skus = own.setdefault(part.shipment_id, {})
            skus[part.sku] = skus.get(part.sku, 0) + int(part.own)
        found = []
        for parcel in self.parcels.to_dict("records"):
            sizes = own[parcel["shipment_id"]]
            columns = {
                name: shared(None if pd.isna(parcel[name]) else int(parcel[name]), list(sizes.values()))
                for name in (
                    "weight_g",
                    "cost",
                    "estimated",
                    "revenue",
                    "shipping",
                    "compensation",
                    "billed_cny",
                )
            }
            found += [
                parcel | {"sku": sku} | {name: parts[place] for name, parts in columns.items()}
                for place, sku in enumerate(sizes)
            ]
        return pd.DataFrame(found)


def quantile(values: pd.Series, share: float) -> int | None:
    """The value at that place in order: the least one that so many are not above."""
    kept = sorted(int(one) for one in values.dropna())
    if not kept:
        return None
    place = max(-(-int(share * 1000) * len(kept) // 1000), 1)
    return kept[place - 1]
