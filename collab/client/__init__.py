"""The Python client: one room over the native protocol, with live document, edits and presence.

::

    async with collab.client.connect("http://127.0.0.1:8000", "orders") as room:
        await room.submit([{"p": ["application", "name"], "oi": "Bestellungen"}])
        async for revision in room.revisions(since=0):
            ...

SPEC: section CL. The guide is ``docs/python-client.md``.
"""

from collab.client.errors import (
    ClientBehind,
    ClientError,
    ClientRefused,
    ConnectFailed,
    HistoryGone,
    RoomClosed,
)
from collab.client.events import (
    Advanced,
    ConnectionChanged,
    Edited,
    Listener,
    LocksChanged,
    PresenceChanged,
    ProblemsChanged,
    Replaced,
    RoomEvent,
    TextsLost,
)
from collab.client.exchange import TakenBack
from collab.client.locks import RoomLock
from collab.client.requests import Diff
from collab.client.room import Room, connect

__all__ = [
    "Advanced",
    "ClientBehind",
    "ClientError",
    "ClientRefused",
    "ConnectFailed",
    "ConnectionChanged",
    "Diff",
    "Edited",
    "HistoryGone",
    "Listener",
    "LocksChanged",
    "PresenceChanged",
    "ProblemsChanged",
    "Replaced",
    "Room",
    "RoomClosed",
    "RoomEvent",
    "RoomLock",
    "TakenBack",
    "TextsLost",
    "connect",
]
