"""Published data at the command line."""

from __future__ import annotations

from lib.app import App
from lib.cli import shown
from lib.cli.frame import Answer, command
from lib.services import publishing
from lib.texts import gettext as _


@command("publish")
def publish_command(app: App) -> Answer:
    """Publish all facts as Parquet, without personal data, to SHIPDESK_PUBLISH."""
    made = publishing.publish(app)
    document = {
        "url": made.url,
        "snapshot": made.snapshot,
        "published_at": made.published_at.isoformat(),
        "rows": made.rows,
    }
    lines = [
        _("Published to {url}, in {snapshot}.", url=made.url, snapshot=made.snapshot),
        *shown.table([_("Table"), _("Rows")], ((name, f"{count:,}") for name, count in made.rows.items())),
    ]
    return Answer(document, lines)


COMMANDS = (publish_command,)
