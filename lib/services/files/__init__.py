"""Files in and out: what a seller's sheets hold, and what was refused of them."""

from lib.services.files.loading import (
    as_csv,
    as_xlsx,
    imported,
    load,
    load_sample,
    load_upload,
    refused,
    refused_counts,
)
from lib.services.files.registry import KINDS
from lib.services.files.reports import FileReport, LoadReport, RowProblem

__all__ = [
    "KINDS",
    "FileReport",
    "LoadReport",
    "RowProblem",
    "as_csv",
    "as_xlsx",
    "imported",
    "load",
    "load_sample",
    "load_upload",
    "refused",
    "refused_counts",
]
