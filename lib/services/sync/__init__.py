"""Orders from the platform, by themselves: what is new or changed there, and how fresh that is here."""

from lib.services.sync.asking import Stopped
from lib.services.sync.reading import ITSELF
from lib.services.sync.reports import OrderRefused, SyncReport
from lib.services.sync.standing import conflicts, refused_now, standing
from lib.services.sync.syncing import failure_kind, sync, sync_all
from lib.services.sync.taking import SOURCE
from lib.services.sync.timer import SyncTimer

__all__ = [
    "ITSELF",
    "SOURCE",
    "OrderRefused",
    "Stopped",
    "SyncReport",
    "SyncTimer",
    "conflicts",
    "failure_kind",
    "refused_now",
    "standing",
    "sync",
    "sync_all",
]
