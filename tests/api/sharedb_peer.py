"""An unmodified npm ShareDB client in a Node process, under the control of a test."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from typing import Any

from tests.api.server import ROOT, Addressed

__all__ = ["ShareDbPeer"]

_PATIENCE_S = 20.0


class ShareDbPeer:
    """One connection of *package* (``sharedb``, ``sharedb-6``, ``sharedb-5``), which is connected.

    ``events`` are all that were waited through.
    """

    def __init__(self, server: Addressed, package: str = "sharedb", token: str = "") -> None:
        query = f"?token={token}" if token else ""
        self._process = subprocess.Popen(
            [
                "node",
                str(ROOT / "tests" / "peers" / "sharedb_client.mjs"),
                package,
                f"{server.socket_url}/sharedb{query}",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._queue: queue.Queue[dict[str, Any]] = queue.Queue()
        self.events: list[dict[str, Any]] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._queue.put(json.loads(line))

    def do(self, what: str, **content: Any) -> None:
        """Carry out one command in the client; its answer comes as an event ``done``."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": what, **content}) + "\n")
        self._process.stdin.flush()

    def wait(self, event: str, **fields: Any) -> dict[str, Any]:
        """Return the next event of this kind with these fields."""
        deadline = time.monotonic() + _PATIENCE_S
        while (left := deadline - time.monotonic()) > 0:
            try:
                seen = self._queue.get(timeout=left)
            except queue.Empty:
                break
            self.events.append(seen)
            if seen["event"] == event and fields.items() <= seen.items():
                return seen
        raise AssertionError(f"waited in vain for {event} {fields}: {self.events[-5:]}")

    def ask(self, what: str, **content: Any) -> dict[str, Any]:
        """Carry out one command and return what came of it; it must not fail."""
        self.do(what, **content)
        answer = self.wait("done", of=what)
        assert answer["error"] is None, answer
        return answer

    def fail(self, what: str, **content: Any) -> dict[str, Any]:
        """Carry out one command that fails; return its error."""
        self.do(what, **content)
        error: dict[str, Any] = self.wait("done", of=what)["error"]
        assert error is not None
        return error

    def complaints(self) -> list[dict[str, Any]]:
        """Return what the library has warned of or thrown so far."""
        kinds = {"complaint", "error", "doc error", "thrown"}
        return [item for item in self.events if item["event"] in kinds]

    def __enter__(self) -> ShareDbPeer:
        self.wait("state", state="connected")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
