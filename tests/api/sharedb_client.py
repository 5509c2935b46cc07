"""A small ShareDB client, blocking and without mercy: it says exactly what it is told to."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from typing import Any

from tests.api.native import closing, open_socket

__all__ = ["ShareDbClient"]

_PATIENCE_S = 20.0
Frame = dict[str, Any]


class ShareDbClient:
    """One connection; ``source`` is its id. With *token* somebody who signed in."""

    def __init__(self, server: Any, token: str = "", source: str | None = None) -> None:
        self._stack = ExitStack()
        query = f"?token={token}" if token else ""
        self.socket = self._stack.enter_context(open_socket(f"{server.socket_url}/sharedb{query}"))
        self.frames: list[Frame] = []
        hello = self.ask({"a": "hs", "id": source, "protocol": 1, "protocolMinor": 2})
        self.source = str(hello["id"])
        self.frames.clear()

    def send(self, **frame: Any) -> None:
        self.socket.send(json.dumps(frame))

    def receive(self) -> Frame:
        """Return the next frame, which is in ``frames`` then."""
        frame: Frame = json.loads(self.socket.recv(timeout=_PATIENCE_S))
        self.frames.append(frame)
        return frame

    def wait(self, **fields: Any) -> Frame:
        """Return the first frame, of those that came or that come, with these fields."""
        for frame in self.frames:
            if _has(frame, fields):
                return frame
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            frame = self.receive()
            if _has(frame, fields):
                return frame
        raise AssertionError(f"waited in vain for {fields}: {self.frames}")

    def ask(self, frame: Frame) -> Frame:
        """Send *frame* and return the first answer with its action."""
        self.frames.clear()
        self.send(**frame)
        return self.wait(a=frame["a"])

    def code(self, frame: Frame) -> str:
        """Send *frame*, which is refused, and return the code; it is echoed whole."""
        answer = dict(self.ask(frame))
        error = answer.pop("error")
        assert answer == frame
        assert error["message"]
        return str(error["code"])

    def heard(self) -> list[Frame]:
        """Return what has come so far, once all that was asked before is answered."""
        self.send(a="pp")
        while self.receive()["a"] != "pp":
            pass
        heard, self.frames = self.frames[:-1], []
        return heard

    # --- what it says often -------------------------------------------------------------------

    def listen(self, channel: str) -> Frame:
        return self.ask({"a": "ps", "ch": channel, "seq": 1})

    def show(
        self, channel: str, value: Any, version: int = 1, identity: str = "zoë", **more: Any
    ) -> Frame:
        frame = {"a": "p", "ch": channel, "id": identity, "p": value, "pv": version, **more}
        return self.ask(frame)

    def create(self, collection: str, document: str, data: Any, seq: int = 1) -> Frame:
        create = {"type": "http://sharejs.org/types/JSONv0", "data": data}
        return self._submit(collection, document, seq, create=create)

    def edit(self, collection: str, document: str, op: Any, seq: int, v: int = 1) -> Frame:
        return self._submit(collection, document, seq, v=v, op=op)

    def _submit(self, collection: str, document: str, seq: int, **change: Any) -> Frame:
        frame = {"a": "op", "c": collection, "d": document, "v": None, "seq": seq, "x": {}}
        answer = self.ask(frame | change)
        assert "error" not in answer, answer
        return answer

    def query(self, collection: str, query: Any, number: int = 1, **more: Any) -> Frame:
        """Subscribe to a query and return the answer."""
        return self.ask({"a": "qs", "id": number, "c": collection, "q": query, **more})

    def end(self) -> int:
        """Wait until the server closes the socket; return the code."""
        return closing(self.socket)[0]

    def close(self) -> None:
        self._stack.close()

    def __enter__(self) -> ShareDbClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _has(frame: Frame, fields: dict[str, Any]) -> bool:
    return all(frame.get(name, ...) == value for name, value in fields.items())
