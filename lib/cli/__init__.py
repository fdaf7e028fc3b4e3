"""The services at a command line, for jobs at cut-off time, for scripts and for tests: `python -m lib --help`.

Every command takes --json and then prints one JSON document on standard output and nothing else; progress goes to
standard error. Exit status of an action: 0 all went well, 1 some rows or parcels did not (they are listed), 2 wrong
use, 3 could not work. Readers answer 0 whenever they could answer.
"""

from __future__ import annotations

from lib.cli import (
    advice,
    batches,
    desk,
    figures,
    following,
    holding,
    preparing,
    products,
    publishing,
    quoting,
    rates,
    reading,
    receivers,
    stops,
    syncing,
    weighing,
)
from lib.cli.frame import group, run

__all__ = ["group", "run"]

for command in (
    *reading.COMMANDS,
    *receivers.COMMANDS,
    *holding.COMMANDS,
    preparing.addresses,
    *syncing.COMMANDS,
    *quoting.COMMANDS,
    *products.COMMANDS,
    *figures.COMMANDS,
    *publishing.COMMANDS,
    *advice.COMMANDS,
    *following.COMMANDS,
    *weighing.COMMANDS,
    batches.batch,
    *desk.GROUPS,
    rates.rates,
    rates.bills_command,
    stops.plans_group,
):
    group.add_command(command)
