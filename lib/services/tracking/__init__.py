"""Tracking: what the platform says of live parcels, asked in the background within its limits, and what codes mean.

Asking changes nothing there, so an unanswered question is simply asked again. The store says who is due, so a restart
goes on where it was. Oldest news first, slower as parcels age, and no more once a parcel's way is over.
"""

from lib.services.tracking.abnormal import pull_abnormal
from lib.services.tracking.codes import MEANINGS, map_code, unknown_codes
from lib.services.tracking.news import of_shipment, standing
from lib.services.tracking.pulling import PullReport, pull, pull_all
from lib.services.tracking.tracker import Tracker

__all__ = [
    "MEANINGS",
    "PullReport",
    "Tracker",
    "map_code",
    "of_shipment",
    "pull",
    "pull_abnormal",
    "pull_all",
    "standing",
    "unknown_codes",
]
