"""A replica: one simulated person's copy of a shared document, and what that person does to it.

The document of a load test is ``{"props": {…}, "list": […], "note": "…"}``. Each deed touches what
others touch as well, so that ordering and merging are what is tested.
"""

from __future__ import annotations

import random
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import gevent

from loadtests.replicas.channel import Channel, Lost

__all__ = ["EMPTY", "Replica", "Timed"]

Timed = Callable[[str, float], None]

EMPTY: dict[str, Any] = {"props": {}, "list": [], "note": ""}
_LIST_MAX = 40
_NOTE_MAX = 400
_KEYS = 24
_LETTERS = "abcdefghijklmnopqrstuvwxyzäöüéñß .,"
_WAIT_SECONDS = 30.0


class Replica(ABC):
    """A copy of *room* on the server at *base* (``ws://host:port``).

    *timed* is told what was done and how long it took until it was confirmed, in seconds.
    """

    #: How the dialect is called in the statistics.
    dialect = ""

    def __init__(self, base: str, room: str, timed: Timed) -> None:
        self.base = base
        self.room = room
        self.refused: list[str] = []
        self.edits = 0
        self._timed = timed
        self._channel: Channel | None = None
        self._asked_at: list[float] = []

    # --- the connection -----------------------------------------------------------------------

    def open(self) -> None:
        """Connect and take the document; raises ``Lost``."""
        begin = time.perf_counter()
        self._channel = self._connect()
        self._greet()
        self.until(lambda: self.is_open, "the document")
        self._timed("join", time.perf_counter() - begin)

    def drop(self) -> None:
        """Lose the connection; the document and what was done to it stay."""
        if self._channel is not None:
            self._channel.close()
        self._channel = None
        self._asked_at.clear()

    @property
    def lost(self) -> str | None:
        """Why the connection is gone, None while it is there."""
        return "not connected" if self._channel is None else self._channel.lost

    @property
    def heard_at(self) -> float:
        """When the last message came, of the monotonic clock."""
        return 0.0 if self._channel is None else self._channel.heard_at

    def until(self, is_so: Callable[[], bool], what: str) -> None:
        """Wait until *is_so*; raises ``Lost`` if the connection goes, or it takes too long."""
        deadline = time.monotonic() + _WAIT_SECONDS
        while not is_so():
            if self.lost is not None:
                raise Lost(f"{self.lost}, waiting for {what}")
            if time.monotonic() > deadline:
                raise Lost(f"{what} did not come in {_WAIT_SECONDS:.0f} s")
            gevent.sleep(0.005)

    # --- what a person does -------------------------------------------------------------------

    def deed(self) -> None:
        """Do something to the document; raises ``Lost``."""
        self.edits += 1
        document = self.document()
        entries, note = document["list"], document["note"]
        chance = random.random()
        if chance < 0.45:
            self.set_prop(f"k{random.randrange(_KEYS)}", f"{random.getrandbits(32):08x}")
        elif chance < 0.65:
            if len(entries) < _LIST_MAX:
                self.insert(random.randint(0, len(entries)), f"é{random.getrandbits(24):06x}")
            else:
                self.remove(random.randrange(len(entries)))
        elif len(note) < _NOTE_MAX:
            self.type(random.randint(0, len(note)), random.choice(_LETTERS))
        else:
            self.erase(random.randrange(len(note) - 50), 40)

    @abstractmethod
    def set_prop(self, key: str, value: str) -> None:
        """Make *value* the value of *key* in ``props``."""

    @abstractmethod
    def insert(self, index: int, value: str) -> None:
        """Put *value* into ``list``."""

    @abstractmethod
    def remove(self, index: int) -> None:
        """Take an item out of ``list``."""

    @abstractmethod
    def type(self, index: int, text: str) -> None:
        """Put *text* into ``note``; *index* counts characters."""

    @abstractmethod
    def erase(self, index: int, count: int) -> None:
        """Take *count* characters out of ``note``."""

    # --- the dialect --------------------------------------------------------------------------

    @abstractmethod
    def _connect(self) -> Channel:
        """Open the socket."""

    @abstractmethod
    def _greet(self) -> None:
        """Say what the client says first."""

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """True once the document has come on this connection."""

    @property
    @abstractmethod
    def is_settled(self) -> bool:
        """True if everything that was done is confirmed."""

    @abstractmethod
    def document(self) -> Any:
        """Return the document as this client sees it."""

    def _send(self, message: bytes) -> None:
        if self._channel is None:
            raise Lost("not connected")
        self._channel.send(message)

    def _asked(self) -> None:
        self._asked_at.append(time.perf_counter())

    def _answered(self) -> None:
        if self._asked_at:
            self._timed("edit", time.perf_counter() - self._asked_at.pop(0))
