"""`python -m lib.sandbox`: the sandbox platform as a process of its own."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import NoReturn

import click
import uvicorn
from filelock import FileLock, Timeout

from lib.sandbox import steering
from lib.sandbox.app import Sandbox
from lib.sandbox.faults import Settings
from lib.sandbox.ground import DEFAULT, DamagedJournal
from lib.sandbox.keys import NAME
from lib.sandbox.seeds import seed
from lib.sandbox.world import NoSeed

HOST = "127.0.0.1"
#: How long a thread at work keeps the others from theirs.
SWITCH_S = 0.0005


@click.command()
@click.option("--port", default=8790, show_default=True, help="0 picks a free one.")
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="What it remembers lies here.")
@click.option(
    "--seed", "seeds", type=click.Path(exists=True, path_type=Path), multiple=True, help="Order export."
)
@click.option(
    "--shop",
    "shops",
    type=(str, click.Path(exists=True, path_type=Path)),
    multiple=True,
    help="NAME and order export of another shop; its token is sandbox-token-NAME.",
)
@click.option(
    "--latency-ms", default=0.0, help="How long each call takes at least, from its arrival to its answer."
)
@click.option("--jitter-ms", default=0.0)
@click.option("--rate-limit", default=0.0, help="Calls a second and method before a ban.")
@click.option(
    "--fault", "faults", multiple=True, help="NAME=RATE or METHOD:NAME=RATE, as create:isp_after=0.1."
)
@click.option("--set", "others", multiple=True, help="NAME=VALUE of any other setting, as late_s=10.")
@click.option("--dice", type=int, help="A number; the same one brings the same faults.")
@click.option("--hours-ago", default=0.0, help="A new sandbox's clock starts so long ago; advance it to now.")
@click.option("--until-stdin-closes", is_flag=True, help="End when the standard input does.")
def main(
    port: int,
    folder: Path,
    seeds: tuple[Path, ...],
    shops: tuple[tuple[str, Path], ...],
    latency_ms: float,
    jitter_ms: float,
    rate_limit: float,
    faults: tuple[str, ...],
    others: tuple[str, ...],
    dice: int | None,
    hours_ago: float,
    until_stdin_closes: bool,
) -> None:
    """Serve the platform's protocol on the loopback address, and remember everything in FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        _end(f"{folder} is in use by another sandbox; stop it, or name another folder.")
    settings = Settings(seed=dice)
    try:
        settings.change(
            latency_ms=latency_ms, jitter_ms=jitter_ms, rate_limit=rate_limit, faults=_rates(faults)
        )
        settings.change(**_rates(others))
        wrong = [name for name, _ in shops if not NAME.fullmatch(name)]
        if wrong:
            raise ValueError(f"{wrong[0]}: a shop is named by up to 32 of a-z, 0-9 and -")
    except ValueError as error:
        _end(str(error), status=2)
    try:
        sandbox = Sandbox(folder, settings)
    except DamagedJournal as error:
        _end(f"{error} cannot be read; move {folder} away, or name another folder.")
    if hours_ago > 0:
        sandbox.world.begin(hours_ago)
    for name, path in [*((DEFAULT, path) for path in seeds), *shops]:
        try:
            seed(sandbox.world, path, name)
        except NoSeed as error:
            _end(f"{path.name} cannot be used as a seed: {error}", status=2)
    _serve(sandbox, port, folder, until_stdin_closes)
    lock.release()


def _rates(faults: tuple[str, ...]) -> dict[str, float]:
    """NAME=RATE as name: rate. Raises ValueError."""
    found = {}
    for fault in faults:
        name, _, rate = fault.partition("=")
        try:
            found[name] = float(rate)
        except ValueError as error:
            raise ValueError(f"{fault}: wanted is NAME=NUMBER, as create:isp_after=0.1") from error
    return found


def listen(port: int) -> socket.socket:
    """A socket that takes calls. Raises OSError."""
    # Named as TCP, or asyncio leaves Nagle's algorithm on: the body then waits 40 ms for an acknowledgement.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((HOST, port))
    listening.listen(256)
    return listening


def _serve(sandbox: Sandbox, port: int, folder: Path, until_stdin_closes: bool) -> None:
    try:
        listening = listen(port)
    except OSError:
        _end(f"port {port} is in use; name another with --port, 0 for a free one.")
    url = f"http://{HOST}:{listening.getsockname()[1]}"
    address = folder / "address.json"
    temporary = address.with_suffix(".part")
    temporary.write_text(json.dumps({"url": url, "pid": os.getpid()}))
    temporary.replace(address)
    # While a label is drawn, other answers would wait five milliseconds for each turn.
    sys.setswitchinterval(SWITCH_S)
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    server = uvicorn.Server(
        uvicorn.Config(
            sandbox.app(steering.app(sandbox)),
            http="httptools",
            log_level="critical",
            access_log=False,
            timeout_graceful_shutdown=2,
            timeout_keep_alive=60,
            lifespan="off",
            proxy_headers=False,
        )
    )

    def end(*_: object) -> None:
        server.should_exit = True

    # The server raises the signal that ended it again when it is done; what is left to do here still has to be.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    if until_stdin_closes:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    print(json.dumps({"url": url}), flush=True)
    try:
        server.run(sockets=[listening])
    finally:
        sandbox.world.close()
        address.unlink(missing_ok=True)


def _end_with_parent() -> None:
    # Not through `sys.stdin`: its lock, held by this thread, would abort the interpreter on its way out.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _end(text: str, *, status: int = 3) -> NoReturn:
    print(text, file=sys.stderr)
    raise SystemExit(status)


if __name__ == "__main__":
    main()
