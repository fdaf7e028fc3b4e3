"""The texts of the commands' help as a catalogue's template: `python -m lib.cli.template FILE`, for `make texts`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lib.cli import group
from lib.cli.spoken import messages

HEAD = """msgid ""
msgstr ""
"Project-Id-Version: Shipdesk 0.1\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"""

if __name__ == "__main__":
    entries = (f'msgid {json.dumps(said, ensure_ascii=False)}\nmsgstr ""\n' for said in messages(group))
    Path(sys.argv[1]).write_text("\n".join([HEAD, *entries]), encoding="utf-8")
