"""A gateway for tests, over a real socket: it checks every signature by itself and answers as a test wants."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.signatures import objections

Answer = Callable[[str, dict[str, str]], Any]


class _Server(ThreadingHTTPServer):
    #: As many as knock at once in a test; with Python's five, a busy machine turns some away.
    request_queue_size = 128


class Gateway:
    """Serves `answer(path, params)`: an object for the body. Threads may ask at once.

    asked: path and merged parameters of every request; objections: what its signature check had against any.
    """

    def __init__(self, answer: Answer, secret: str = "secret") -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.objections: list[str] = []
        self.headers: dict[str, str] = {}
        self._answer, self._secret = answer, secret
        self._guard = threading.Lock()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65_536  # Head and body leave together.

            def do_GET(self) -> None:
                gateway._serve(self)

            def do_POST(self) -> None:
                gateway._serve(self)

            def log_message(self, *_details: Any) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def count(self, path: str) -> int:
        """How often a path was asked."""
        return sum(1 for one, _ in self.asked if one == path)

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        params = dict(parse_qsl(parts.query)) | dict(parse_qsl(body.decode()))
        against = objections(parts.path, params, self._secret)
        with self._guard:
            self.asked.append((parts.path, params))
            self.objections += against
        content = json.dumps(self._answer(parts.path, params)).encode()
        handler.send_response_only(200)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)
        handler.wfile.flush()
