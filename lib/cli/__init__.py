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
    *syncing.COMMANDS,
    *products.COMMANDS,
    *receivers.COMMANDS,
    *holding.COMMANDS,
    *quoting.COMMANDS,
    preparing.addresses,
    batches.batch,
    *desk.GROUPS,
    stops.plans_group,
    *weighing.COMMANDS,
    *following.COMMANDS,
    *advice.COMMANDS,
    *figures.COMMANDS,
    rates.bills_command,
    rates.rates,
    *publishing.COMMANDS,
):
    group.add_command(command)
