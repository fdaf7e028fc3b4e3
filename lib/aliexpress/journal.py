"""The last exchanges with the platform, for the Connection page: what was asked, what came, how long it took."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lib.aliexpress.masking import HIDDEN, masked, private_values

log = logging.getLogger("lib.aliexpress.client")

#: Exchanges kept.
REMEMBERED = 200
#: An answer longer than this (labels) is not kept, only its size.
KEPT_BYTES = 64_000
#: Calls that carry nothing but secrets.
_SECRET_CALLS = "/auth/"


@dataclass(frozen=True)
class Exchange:
    """One call as it may be shown: secrets are never kept, personal data is hidden when it is looked at."""

    at: datetime
    method: str
    seconds: float
    code: str  #: "ok", or the platform's code.
    request_id: str
    shop_id: str = ""
    _sent: Mapping[str, Any] = field(default_factory=dict, repr=False)
    _came: Any = field(default=None, repr=False)

    def parameters(self) -> Any:
        """What was asked, masked."""
        if self.method.startswith(_SECRET_CALLS):
            return dict.fromkeys(self._sent, HIDDEN)
        return masked(self._sent)

    def answer(self) -> Any:
        """What came, masked."""
        return masked(self._came, private=frozenset(private_values(self._sent)))


class Journal:
    """Keeps the last exchanges of every shop. Threads may share it."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=most)
        self._guard = threading.Lock()

    def keep(self, exchange: Exchange) -> None:
        """Remember an exchange, and log what is harmless of it: never a parameter, never a word of the answer."""
        with self._guard:
            self._exchanges.append(exchange)
        log.info(
            "%s %s %s %.3f s %s",
            exchange.method,
            exchange.code,
            exchange.request_id or "-",
            exchange.seconds,
            exchange.shop_id,
        )

    def newest(self) -> list[Exchange]:
        """The exchanges, newest first."""
        with self._guard:
            return list(reversed(self._exchanges))
