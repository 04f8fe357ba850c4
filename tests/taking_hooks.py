"""A receiver of webhooks as a process of its own, to be killed: it writes down, then answers.

``python tests/taking_hooks.py PORT FILE``
"""

from __future__ import annotations

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

LOCK = Lock()


class Handler(BaseHTTPRequestHandler):
    """Takes a webhook."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Write down what came, on the disk, and say so."""
        body = self.rfile.read(int(self.headers["content-length"]))
        line = json.dumps(
            {"key": self.headers["webhook-id"], "seq": json.loads(body)["data"]["seq"]}
        )
        with LOCK, Path(sys.argv[2]).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
            file.flush()
            os.fsync(file.fileno())
        self.send_response(204)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    """Take until killed."""
    ThreadingHTTPServer.allow_reuse_address = True
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()


if __name__ == "__main__":
    main()
