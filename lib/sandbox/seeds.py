"""Order exports as seeds, each taken in once a shop."""

from __future__ import annotations

import hashlib
from pathlib import Path

from lib.sandbox.ground import DEFAULT
from lib.sandbox.world import World


def seed(world: World, path: Path, shop_name: str = DEFAULT) -> int:
    """Let a shop have the orders of an export; returns how many are new. A file it has had changes nothing.

    Raises NoSeed, OSError.
    """
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    with world.lock:
        if shop_name in world.shops and digest in world.shops[shop_name].seeds:
            return 0
    # What reads spreadsheets takes longer to import than all else here: it comes with the first file that is new.
    from lib.sandbox import seeding

    return seeding.take_in(world, path, digest, shop_name)
