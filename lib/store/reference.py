"""Reference tables that come with the program (data/reference): loaded once for each version of a file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

from lib.store import checks
from lib.store.database import Work

#: File (without .csv) → the queries that take it in. Files in the folder `rates` all go through the last one.
QUERIES = {
    "plans": ("reference_plans", "reference_plan_cargo"),
    "rate_cards": ("reference_rate_cards",),
    "return_fees": ("reference_return_fees",),
    "fx_rates": ("reference_fx_rates",),
    "services": ("reference_services",),
    "service_names": ("reference_service_names",),
    "countries": ("reference_countries",),
    "pickup_coverage": ("reference_pickup_coverage",),
    "transit_warehouses": ("reference_transit_warehouses",),
    "packaging": ("reference_packaging",),
    "destination_rules": ("reference_destination_rules",),
    "spot_prices": ("reference_spot_prices",),
    "list_codes": ("reference_list_codes",),
    "landed_rules": ("reference_landed_rules",),
    "tracking_codes": ("reference_known_codes_gone", "reference_known_codes"),
    "rates": ("reference_rates_gone", "reference_rates"),
}


def load(work: Work, folder: Path) -> list[str]:
    """Load every reference file that is new or changed, and the program's own rules; returns the files' names."""
    checks.set_rules(work)
    known = {row["name"]: row["sha256"] for row in work.rows("reference_files")}
    changed = []
    for path in [
        *(folder / f"{name}.csv" for name in QUERIES if name != "rates"),
        *folder.glob("rates/*.csv"),
    ]:
        content = path.read_bytes()
        name, digest = str(path.relative_to(folder)), hashlib.sha256(content).hexdigest()
        if known.get(name) == digest:
            continue
        kind = "rates" if path.parent.name == "rates" else path.stem
        with work.table("file", read(path)):
            for query in QUERIES[kind]:
                work.run(query)
        work.run("reference_file_record", name=name, sha256=digest)
        changed.append(name)
    return changed


def read(path: Path) -> pd.DataFrame:
    """A reference file as texts; empty cells are null, and the country code NA stays Namibia."""
    return pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
