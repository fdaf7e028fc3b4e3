"""Starting a sandbox beside this program, or finding the one that already serves a folder."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

from lib.sandbox.gateway import APP_KEY
from lib.sandbox.ground import DEFAULT
from lib.sandbox.keys import CODE

#: 100,000 orders take a minute.
SEED_TIMEOUT_S = 600.0


#: Beside what a sandbox remembers: which exports it has, and how many orders are in those that it has yet to take in.
EXPORTS = "exports.json"


class DidNotStart(Exception):
    """The sandbox process ended, or said nothing, before it could serve."""


@dataclass(frozen=True)
class Running:
    """A sandbox that answers at `url`; `process` is None when somebody else started it."""

    url: str
    process: subprocess.Popen[str] | None

    def seed(self, path: Path, shop: str = DEFAULT) -> None:
        """Have it take in another order export of a shop. Raises httpx.HTTPError."""
        asked = {"path": str(path), "shop": shop}
        httpx.post(f"{self.url}/sandbox/seed", json=asked, timeout=SEED_TIMEOUT_S).raise_for_status()

    def consent(self, shop: str) -> str:
        """A code for a shop whose seller agrees there at once. Raises httpx.HTTPError."""
        asked = {
            "response_type": "code",
            "client_id": APP_KEY,
            "redirect_uri": "http://localhost/",
            "shop": shop,
        }
        landed = httpx.get(f"{self.url}/oauth/authorize", params=asked).headers.get("location", "")
        return parse_qs(urlsplit(landed).query).get("code", [""])[0]

    @property
    def ended(self) -> bool:
        """Whether it was ours and is gone though nobody stopped it: killed, or ended by a fault."""
        if self.process is None or self.process.stdin is None or self.process.stdin.closed:
            return False
        return self.process.poll() is not None

    def stop(self) -> None:
        """End it, if it is ours: closing its input is enough, the rest is patience."""
        if self.process is None:
            return
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


def expect(folder: Path, export: str, order_count: int) -> None:
    """Note that a sandbox of this folder has yet to take in an export of so many orders."""
    _note(folder, {export: order_count, **_noted(folder)})


def expected(folder: Path, exports: Iterable[str]) -> int:
    """How many orders of these exports it has yet to take in, which takes it a minute for 100,000."""
    noted = _noted(folder)
    return sum(noted.get(one, 0) for one in exports)


def taken(folder: Path, exports: Iterable[str]) -> None:
    """Note that it has these exports now, and need not read them at its next start."""
    _note(folder, {**_noted(folder), **dict.fromkeys(exports, 0)})


def ensure(folder: Path, seeds: Sequence[Path], shops: Sequence[tuple[str, Path]] = ()) -> Running:
    """Return a sandbox serving `folder`: one that already answers, else a new process of ours.

    A new one takes in the exports of the default shop (`seeds`) and those of `shops` by name first.

    The new one ends when this process does, because its input closes then. Raises DidNotStart.
    """
    running = _answering(folder)
    if running:
        return running
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "lib.sandbox", "--port", "0", "--folder", str(folder)]
    for seed in seeds:
        command += ["--seed", str(seed)]
    for shop, seed in shops:
        command += ["--shop", shop, str(seed)]
    process = subprocess.Popen(
        [*command, "--until-stdin-closes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        process.wait(5)
        # Another process may have taken the folder between our look and our start.
        running = _answering(folder)
        if running:
            return running
        raise DidNotStart(f"exit status {process.returncode}")
    return Running(json.loads(line)["url"], process)


def _noted(folder: Path) -> dict[str, int]:
    try:
        noted: dict[str, int] = json.loads((folder / EXPORTS).read_text())
    except (OSError, ValueError):
        return {}
    return noted


def _note(folder: Path, noted: dict[str, int]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / EXPORTS).write_text(json.dumps(noted))


def _answering(folder: Path) -> Running | None:
    try:
        url = json.loads((folder / "address.json").read_text())["url"]
        health = httpx.get(f"{url}/sandbox/health", timeout=5).raise_for_status().json()
    except (OSError, ValueError, KeyError, httpx.HTTPError):
        return None
    # After a kill the file stays, and its port may be another sandbox's by now.
    return Running(url, None) if health.get("folder") == str(folder.resolve()) else None


__all__ = ["CODE", "DEFAULT", "DidNotStart", "Running", "ensure", "expect", "expected", "taken"]
