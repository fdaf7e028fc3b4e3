"""What it costs, measured against a limit or a peer in the same run: `make bench`, or `make bench NAME=files`."""
