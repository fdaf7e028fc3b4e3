"""`python -m lib`: Shipdesk at a command line."""

import sys

from lib.cli import run

if __name__ == "__main__":
    sys.exit(run())
