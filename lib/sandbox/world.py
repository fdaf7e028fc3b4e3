"""What the sandbox remembers: the shops with their orders and parcels, and the tokens."""

from __future__ import annotations

from typing import Any

from lib.sandbox.ground import DEFAULT, Ground
from lib.sandbox.keys import Keys
from lib.sandbox.shop import Shop


class NoSeed(ValueError):
    """A file that cannot be read as an order export."""


class World(Ground):
    """The sandbox's memory. Use it under `lock`."""

    def forget(self) -> None:
        """One shop, without orders, and its well-known token."""
        super().forget()
        self.shops: dict[str, Shop] = {}
        self.keys = Keys(self)
        self.shop(DEFAULT)

    def shop(self, name: str) -> Shop:
        """A seller's shop, opened if nobody mentioned it yet."""
        found = self.shops.get(name)
        if found is None:
            found = self.shops[name] = Shop(name, self)
        return found

    def has_shop(self, name: str) -> bool:
        """Whether anybody mentioned the shop yet."""
        return name in self.shops

    def advance(self, seconds: float) -> tuple[list[str], list[str]]:
        """Move the clock on and end what is over; returns the trade and the logistics orders that closed."""
        self.record(DEFAULT, ("advance", {"seconds": seconds}))
        closed: list[str] = []
        parcels: list[str] = []
        for shop in self.shops.values():
            orders, made = shop.close_what_is_over()
            closed += orders
            parcels += made
        return closed, parcels

    def happen(self, shop: str, kind: str, value: Any) -> None:
        """Let an event happen where it belongs. Raises KeyError, TypeError for a damaged one."""
        if kind in ("token", "expire"):
            self.keys.happen(kind, value)
        else:
            self.shop(shop).happen(kind, value)
