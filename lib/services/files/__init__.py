"""Files in and out: what a seller's sheets hold, and what was refused of them."""

from lib.files.layouts import DATE_ORDERS, MAPPABLE, WEIGHT_UNITS, Options, TableMapping
from lib.files.sheets import NotReadable
from lib.services.files.conflicts import conflicts, keep, take_theirs
from lib.services.files.loading import STEPS, Wishes, imported, load, load_sample, load_upload, shops
from lib.services.files.mappings import forget as forget_mapping
from lib.services.files.mappings import save as save_mapping
from lib.services.files.mappings import taught
from lib.services.files.refusals import (
    as_csv,
    as_xlsx,
    dismiss,
    open_count,
    refused,
    refused_counts,
    to_mend,
)
from lib.services.files.registry import KINDS
from lib.services.files.reports import Conflict, FileReport, LoadReport, RowProblem
from lib.services.files.teaching import (
    Preview,
    Table,
    choosable,
    currencies,
    lacking,
    open_table,
    preview,
    propose,
)

__all__ = [
    "DATE_ORDERS",
    "KINDS",
    "MAPPABLE",
    "STEPS",
    "WEIGHT_UNITS",
    "Conflict",
    "FileReport",
    "LoadReport",
    "NotReadable",
    "Options",
    "Preview",
    "RowProblem",
    "Table",
    "TableMapping",
    "Wishes",
    "as_csv",
    "as_xlsx",
    "choosable",
    "conflicts",
    "currencies",
    "dismiss",
    "forget_mapping",
    "imported",
    "keep",
    "lacking",
    "load",
    "load_sample",
    "load_upload",
    "open_count",
    "open_table",
    "preview",
    "propose",
    "refused",
    "refused_counts",
    "save_mapping",
    "shops",
    "take_theirs",
    "taught",
    "to_mend",
]
