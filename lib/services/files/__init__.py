"""Files in and out: what a seller's sheets hold, and what was refused of them."""

from lib.services.files.conflicts import conflicts, keep_ours
from lib.services.files.loading import Wishes, imported, load, load_sample, load_upload
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

__all__ = [
    "KINDS",
    "Conflict",
    "FileReport",
    "LoadReport",
    "RowProblem",
    "Wishes",
    "as_csv",
    "as_xlsx",
    "conflicts",
    "dismiss",
    "imported",
    "keep_ours",
    "load",
    "load_sample",
    "load_upload",
    "open_count",
    "refused",
    "refused_counts",
    "to_mend",
]
