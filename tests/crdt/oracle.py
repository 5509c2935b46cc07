"""npm's own Yjs in a Node process, driven request by request.

Used by every test that holds the server against real clients' documents. The requests, the edits
and the marked values (``{"$map": …}``, ``{"$text": …}``) are described in ``yjs_oracle.mjs``.
"""

from __future__ import annotations

import json
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

__all__ = ["LiveUpdate", "OracleError", "YjsOracle"]

_SCRIPT: Final = Path(__file__).parents[1] / "peers" / "yjs_oracle.mjs"


class OracleError(Exception):
    """Yjs refused what it was asked to do; the text is Yjs's own."""


class LiveUpdate(NamedTuple):
    """An update that a document emitted; ``is_local`` unless it was applied from outside."""

    update: bytes
    is_local: bool


class YjsOracle:
    """A Node process with Yjs documents by name; a context manager that ends the process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", str(_SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process: it leaves its loop when its input ends."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()

    def request(self, op: str, **fields: Any) -> dict[str, Any]:
        """Send one request and return its answer; ``OracleError`` if Yjs raised."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"op": op, **fields}).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise OracleError(f"the Node process ended while answering {op}")
        answer: dict[str, Any] = json.loads(line)
        if not answer.pop("ok"):
            raise OracleError(answer["error"])
        return answer

    def create(self, doc: str, client: int | None = None, *, collects: bool = True) -> int:
        """Make an empty document, replacing one of that name; return its client id."""
        fields = {} if client is None else {"client": client}
        return int(self.request("create", doc=doc, gc=collects, **fields)["client"])

    def destroy(self, doc: str) -> None:
        self.request("destroy", doc=doc)

    def edit(self, doc: str, *edits: Mapping[str, Any]) -> None:
        """Perform all edits in one transaction."""
        self.request("edit", doc=doc, edits=edits)

    def random(
        self, doc: str, seed: int, count: int, root: str = "model", features: Sequence[str] = ()
    ) -> None:
        """Perform random valid edits below a root map, each its own transaction.

        *features* may hold ``formats``, ``embeds``, ``xml``, ``docs``, ``bytes``, ``splits``
        (edits that split surrogate pairs) and ``undo`` (some steps undo or redo earlier ones).
        """
        self.request("random", doc=doc, seed=seed, count=count, root=root, features=features)

    def apply(self, doc: str, update: bytes) -> bool:
        """Apply an update; return whether something stays pending in the document."""
        return bool(self.request("apply", doc=doc, update=_text(update))["pending"])

    def update(self, doc: str, since: bytes | None = None) -> bytes:
        """Return the document as an update, or what is new since an encoded state vector."""
        fields = {} if since is None else {"since": _text(since)}
        return b64decode(self.request("update", doc=doc, **fields)["update"])

    def live(self, doc: str) -> list[LiveUpdate]:
        """Return the updates that the document emitted since the last call."""
        updates = self.request("live", doc=doc)["updates"]
        return [LiveUpdate(b64decode(each["update"]), each["local"]) for each in updates]

    def json(self, doc: str, **roots: str) -> dict[str, Any]:
        """Return the JSON of roots given by name and kind (map, array, text, xml)."""
        answer: dict[str, Any] = self.request("json", doc=doc, roots=roots)["json"]
        return answer

    def delta(self, doc: str, root: str) -> list[dict[str, Any]]:
        """Return a root text as a delta, with its formats and embeds."""
        delta: list[dict[str, Any]] = self.request("delta", doc=doc, root=root)["delta"]
        return delta

    def state(self, doc: str) -> dict[int, int]:
        """Return the next clock of each client."""
        clocks = self.request("state", doc=doc)["clocks"]
        return {int(client): clock for client, clock in clocks.items()}

    def state_vector(self, doc: str) -> bytes:
        return b64decode(self.request("state", doc=doc)["vector"])

    def merge(self, updates: Sequence[bytes]) -> bytes:
        return b64decode(self.request("merge", updates=list(map(_text, updates)))["update"])

    def diff(self, update: bytes, since: bytes) -> bytes:
        answer = self.request("diff", update=_text(update), since=_text(since))
        return b64decode(answer["update"])

    def decode(self, update: bytes) -> dict[str, Any]:
        """Return ``structs`` and ``deletes`` as Yjs reads them."""
        return self.request("decode", update=_text(update))

    def encode_any(self, value: Any) -> bytes:
        return b64decode(self.request("encodeAny", value=value)["bytes"])

    def decode_any(self, data: bytes) -> Any:
        return self.request("decodeAny", bytes=_text(data)).get("value")

    def encode_awareness(self, entries: Sequence[tuple[int, int, Any]]) -> bytes:
        return b64decode(self.request("encodeAwareness", entries=entries)["message"])

    def apply_awareness(self, message: bytes) -> list[tuple[int, int, Any]]:
        entries = self.request("applyAwareness", message=_text(message))["entries"]
        return [(client, clock, state) for client, clock, state in entries]


def _text(data: bytes) -> str:
    return b64encode(data).decode()
