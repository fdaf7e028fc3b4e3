"""Published data: the desk's facts as Parquet in a folder that other programs read, without the dashboard's lock.

A publication is a snapshot: all its files are written first, then one small file, `latest.json`, names it. That file
is replaced in one step on a disk and on object storage alike, so a reader meets the old facts or the new, never some
of both. On a disk `current` leads to the newest snapshot too, for programs that want a fixed path.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from lib.app import App
from lib.domain.problems import Problem
from lib.services import costs
from lib.services.worker import Worker
from lib.store import published as store

log = logging.getLogger(__name__)

LATEST = "latest.json"
CURRENT = "current"
SNAPSHOTS = "snapshots"
#: Snapshots that stay: the newest, and the one that somebody may still be reading.
KEPT = 2
#: How often to look whether there is something to publish.
PULSE_S = 20.0


@dataclass(frozen=True)
class Published:
    """A publication that is complete."""

    url: str  #: The folder all snapshots are in.
    snapshot: str  #: The folder of this one, below `url`.
    published_at: datetime
    rows: dict[str, int]  #: Table → rows.
    stamp: str
    batch_count: int


def publish(app: App) -> Published:
    """Publish all facts as they are now. Raises Problem('publishing_failed') where the folder cannot be written."""
    costs.refresh(app)
    url = app.settings.published_url
    at = app.now()
    snapshot = f"{SNAPSHOTS}/{at:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    try:
        system, root = fsspec.core.url_to_fs(url)
        with _staging(system, root) as staged, app.database.read() as work:
            seen = store.stamp(work)
            rows = {table: store.write(work, table, staged / table) for table in store.TABLES}
            made = Published(url, snapshot, at, rows, seen["stamp"], seen["batch_count"])
            _deliver(system, root, staged, made)
        _forget(system, root, snapshot)
    except (OSError, ValueError, ImportError) as error:
        raise Problem("publishing_failed", url=url, why=str(error) or type(error).__name__) from error
    return made


def latest(app: App) -> Published | None:
    """The newest publication; None before the first, or where it cannot be read."""
    try:
        system, root = fsspec.core.url_to_fs(app.settings.published_url)
        told: dict[str, Any] = json.loads(system.cat_file(f"{root}/{LATEST}"))
        told["published_at"] = datetime.fromisoformat(told["published_at"])
        return Published(**{name: told[name] for name in Published.__dataclass_fields__})
    except (OSError, ValueError, KeyError, ImportError):
        return None


def is_due(app: App) -> bool:
    """Whether something changed, and a batch got through since, or the hour is over."""
    last = latest(app)
    with app.database.read() as work:
        now = store.stamp(work)
    if last is None:
        return True
    if last.stamp == now["stamp"]:
        return False
    waited = app.now() - last.published_at
    return bool(now["batch_count"] != last.batch_count) or waited >= timedelta(
        minutes=app.settings.publish_minutes
    )


class Publisher(Worker):
    """Publishes by itself, after each batch and each hour."""

    NAME = "publish"
    FIRST_REST_S = PULSE_S

    @property
    def is_wanted(self) -> bool:
        """Publishing may be switched off."""
        return bool(self._app.settings.publish_minutes)

    def turn(self) -> float:
        """Publish when something is due."""
        try:
            if is_due(self._app):
                publish(self._app)
        except Problem as error:
            log.warning("nothing was published: %s", error)
        return PULSE_S


class _staging:
    """A folder to write in: beside the snapshots on a disk, so that it is only renamed; else a temporary one."""

    def __init__(self, system: fsspec.AbstractFileSystem, root: str) -> None:
        beside = isinstance(system, LocalFileSystem)
        if beside:
            Path(root, SNAPSHOTS).mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix=".", dir=Path(root, SNAPSHOTS) if beside else None))

    def __enter__(self) -> Path:
        return self._folder

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _deliver(system: fsspec.AbstractFileSystem, root: str, staged: Path, made: Published) -> None:
    """Bring the files to their place, and only then say so."""
    told = json.dumps(asdict(made) | {"published_at": made.published_at.isoformat()}, indent=1).encode()
    if not isinstance(system, LocalFileSystem):
        system.put(f"{staged}/", f"{root}/{made.snapshot}/", recursive=True)
        system.pipe_file(f"{root}/{LATEST}", told)
        return
    staged.chmod(0o755)
    staged.rename(Path(root, made.snapshot))
    link, note = Path(root, f".{CURRENT}"), Path(root, f".{LATEST}")
    link.unlink(missing_ok=True)
    link.symlink_to(made.snapshot, target_is_directory=True)
    os.replace(link, Path(root, CURRENT))
    note.write_bytes(told)
    os.replace(note, Path(root, LATEST))


def _forget(system: fsspec.AbstractFileSystem, root: str, newest: str) -> None:
    """Drop snapshots nobody reads any more, the newest ones aside."""
    found = [one.rstrip("/") for one in system.ls(f"{root}/{SNAPSHOTS}", detail=False)]
    names = sorted(Path(one).name for one in found)
    older = [name for name in names if name != Path(newest).name and not name.startswith(".")]
    for name in older[: 1 - KEPT]:
        system.rm(f"{root}/{SNAPSHOTS}/{name}", recursive=True)
