"""Every error of the server, with its stable code.

::

    DesignRoomsError
    ├── PeerError                 the peer's fault: reply with the code, or close that session
    │   ├── InvalidValue          what was sent is no JSON the core accepts       (value_*)
    │   ├── InvalidName           a room, tenant or node name                     (room_name)
    │   ├── InvalidOp             an OT op that is malformed or does not apply    (op_*)
    │   ├── InvalidUpdate         a Yjs update that is rejected before applying   (update_*)
    │   ├── Refused               a check refused the change                      (check_*, …)
    │   ├── ProtocolError         a frame that is not of its protocol             (protocol_*)
    │   ├── NotAuthenticated      nobody knows who this is                        (auth_*)
    │   ├── NotAllowed            the principal may not                           (auth_*)
    │   ├── NotFound              no such room, definition, revision              (not_found)
    │   ├── AlreadyExists         a room of that name is there                    (already_exists)
    │   ├── LimitExceeded         a bound of limits.py                            (limit_*)
    │   ├── TooManyRequests       changes come faster than they may               (limit_rate)
    │   └── InvalidModel          a model file, with every problem at once        (model_invalid)
    └── OperatingError            an expected failure of the surroundings: retry within a bound
        ├── AppendRefused         the store did not take a revision
        │   ├── Fenced            another owner has claimed the room              (store_fenced)
        │   ├── RevisionConflict  the room's last revision is another             (store_conflict)
        │   ├── AppendUnknown     nobody knows whether it was stored              (store_unknown)
        │   └── StorageFull       no space left: the room turns read-only         (storage_full)
        ├── StoreUnavailable      the store cannot be reached or read          (store_unavailable)
        └── ServerBusy            an inbox or a pool is full                      (server_busy)

Our own bugs are assertions: the room stops and reopens from the log.
SPEC: section ER. ``http_status`` and ``close_code`` are hints for the doors.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import ClassVar

__all__ = [
    "AlreadyExists",
    "AppendRefused",
    "AppendUnknown",
    "ClusterUnavailable",
    "DesignRoomsError",
    "Fenced",
    "InvalidModel",
    "InvalidName",
    "InvalidOp",
    "InvalidUpdate",
    "InvalidValue",
    "LeaseLost",
    "LimitExceeded",
    "ModelError",
    "NotAllowed",
    "NotAuthenticated",
    "NotFound",
    "OperatingError",
    "PeerError",
    "ProtocolError",
    "Refused",
    "RevisionConflict",
    "ServerBusy",
    "StorageFull",
    "StoreUnavailable",
    "TooManyRequests",
]


class DesignRoomsError(Exception):
    """The root. ``code`` is stable and documented; the text is for people and may change."""

    default_code: ClassVar[str] = "internal"
    http_status: ClassVar[int] = 500
    close_code: ClassVar[int] = 1011

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code


class PeerError(DesignRoomsError):
    """The peer did something it must not; nothing was changed."""

    default_code = "bad_request"
    http_status = 400
    close_code = 1008


class InvalidValue(PeerError):
    """A value that is no JSON the core accepts; ``path`` says where in it."""

    http_status = 422

    def __init__(self, code: str, message: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message, code=code)
        self.path = path


class InvalidName(PeerError):
    """A name outside its alphabet or length."""

    default_code = "room_name"


class InvalidOp(PeerError):
    """An op that is malformed or does not apply; the document is as it was.

    ``path`` is the path of the component, where one is to blame.
    """

    http_status = 422

    def __init__(self, code: str, message: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message, code=code)
        self.path = path


class InvalidUpdate(PeerError):
    """A Yjs update that is rejected before it touches the Doc."""

    http_status = 422

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, code=code)


class Refused(PeerError):
    """A change that is well-formed but not allowed here; ``path`` and ``nodes`` say where."""

    http_status = 409

    def __init__(
        self,
        code: str,
        message: str,
        path: tuple[str | int, ...] = (),
        nodes: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, code=code)
        self.path = path
        self.nodes = nodes


class ProtocolError(PeerError):
    """A frame that is not of its protocol; the session is closed."""

    default_code = "protocol_error"
    close_code = 1002


class NotAuthenticated(PeerError):
    """Nothing, or nothing good, says who the peer is: sign in, and try again."""

    default_code = "auth_required"
    http_status = 401
    close_code = 4401


class NotAllowed(PeerError):
    """The principal has no right to this; nothing is said about whether it exists."""

    default_code = "auth_denied"
    http_status = 403
    close_code = 4403


class NotFound(PeerError):
    """Nothing of that name is there for this tenant."""

    default_code = "not_found"
    http_status = 404
    close_code = 4404


class AlreadyExists(PeerError):
    """Something of that name is there already."""

    default_code = "already_exists"
    http_status = 409


class LimitExceeded(PeerError):
    """A bound of ``limits.py`` was reached; the text names it and its value."""

    default_code = "limit_exceeded"
    http_status = 413
    close_code = 1009


class TooManyRequests(PeerError):
    """Changes come faster than they may; after ``wait_s`` seconds they may again."""

    default_code = "limit_rate"
    http_status = 429
    close_code = 1013

    def __init__(self, wait_s: float) -> None:
        self.wait_s = wait_s
        super().__init__(f"too many changes: try again in {ceil(wait_s)} s")


@dataclass(frozen=True, slots=True)
class ModelError:
    """One fault of a model file: JSON pointer, line (1-based, 0 if unknown), code and reason."""

    pointer: str
    line: int
    code: str
    reason: str


class InvalidModel(PeerError):
    """A model file that cannot be imported; ``errors`` lists every fault at once."""

    default_code = "model_invalid"
    http_status = 422

    def __init__(self, errors: tuple[ModelError, ...]) -> None:
        count = len(errors)
        super().__init__(f"the model has {count} error{'s' if count != 1 else ''}")
        self.errors = errors


class OperatingError(DesignRoomsError):
    """The surroundings failed in an expected way; retry within a bound."""

    default_code = "unavailable"
    http_status = 503
    close_code = 1012


class AppendRefused(OperatingError):
    """The store did not take a revision: throw the room away and reopen it from the log."""

    default_code = "store_refused"


class Fenced(AppendRefused):
    """Another owner holds a higher fencing token."""

    default_code = "store_fenced"


class RevisionConflict(AppendRefused):
    """The room's last revision is not the one that the append follows."""

    default_code = "store_conflict"


class AppendUnknown(AppendRefused):
    """The store failed in the middle: only the log knows whether the revisions are there."""

    default_code = "store_unknown"


class StorageFull(AppendRefused):
    """No space is left; nothing was stored."""

    default_code = "storage_full"
    http_status = 507


class StoreUnavailable(OperatingError):
    """The store cannot be reached or read."""

    default_code = "store_unavailable"


class ClusterUnavailable(OperatingError):
    """Nobody can be asked which node owns a room; rooms that are open here go on."""

    default_code = "cluster_unavailable"
    close_code = 1013


class LeaseLost(OperatingError):
    """Another node owns the room by now."""

    default_code = "lease_lost"


class ServerBusy(OperatingError):
    """An inbox, a pool or a table is full; come back later."""

    default_code = "server_busy"
    close_code = 1013
