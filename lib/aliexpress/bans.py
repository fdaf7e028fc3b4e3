"""Bans over a restart: a program that starts again does not walk into what it was told before."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from lib.aliexpress.limiter import Ban

log = logging.getLogger(__name__)

#: A ban that lasts no longer is over by the time a program has started again.
WORTH_KEEPING = timedelta(seconds=10)
#: None lasts longer than a day; one that does was written by a clock that was wrong.
LONGEST = timedelta(hours=25)


class BanFile:
    """The bans of one app, in a file. What cannot be read or written is as good as none: the platform tells again."""

    def __init__(self, path: Path, app_key: str) -> None:
        self._path, self._app_key = path, app_key

    def load(self, now: datetime) -> list[Ban]:
        """Those still in force."""
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            if kept["app_key"] != self._app_key:
                return []
            found = [
                Ban(**one | {"until_at": datetime.fromisoformat(one["until_at"])}) for one in kept["bans"]
            ]
            return [ban for ban in found if now < ban.until_at <= now + LONGEST]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError):
            log.warning("%s cannot be read", self._path.name)
            return []

    def save(self, bans: Sequence[Ban], now: datetime) -> None:
        """Keep those that last, whole or not at all."""
        lasting = [ban for ban in bans if ban.until_at - now > WORTH_KEEPING]
        kept = [vars(ban) | {"until_at": ban.until_at.isoformat()} for ban in lasting]
        try:
            if not kept and not self._path.exists():
                return
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._path.with_suffix(".part")
            temporary.write_text(json.dumps({"app_key": self._app_key, "bans": kept}), encoding="utf-8")
            temporary.replace(self._path)
        except OSError:
            log.warning("%s cannot be written", self._path.name)
