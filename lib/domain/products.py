"""Products: what a SKU weighs, measures, and is declared as."""

from __future__ import annotations

#: The platform's limits for a declared product row.
DECLARED_NAME_ZH_CHARACTERS = 20
DECLARED_NAME_EN_CHARACTERS = 60
DECLARED_COUNT = (1, 999)
DECLARED_USD_MINOR = (1, 1_000_000)
DECLARED_WEIGHT_G = (1, 2000)
DECLARED_ROWS = 50
