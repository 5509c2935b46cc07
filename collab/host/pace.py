"""Paces: how fast one session, and one principal with all its sockets and requests, may write.

A *bucket* holds what may be spent at once and fills at a steady rate. Spending more than it holds
is let through and leaves a debt, and whoever has a debt waits until it is paid: a socket is not
read meanwhile, which makes its peer wait, and a request is refused with the time to wait. So no
edit is lost for coming too fast.

Of a socket that carries several sessions each has its own bucket, so that a page's documents do not
use up each other's. While one of them is in debt the whole socket waits all the same: its messages
have one order, and to read what is behind those of one session means to keep them, which is what
the bound is against. SPEC: section LM. Called by the sockets and the HTTP gate.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from collab.errors import TooManyRequests
from collab.host.bounds import Bounds
from collab.ids import SessionId, TenantId, UserId
from collab.limits import PACED_PRINCIPALS_MAX, RATE_BURST_S
from collab.messages import Principal

__all__ = ["Bucket", "Pace", "Paces", "Throttle"]


class Bucket:
    """Fills at *per_s* a second, to ``RATE_BURST_S`` seconds' worth; times are in seconds."""

    __slots__ = ("_at_s", "_level", "_max", "_per_s")

    def __init__(self, per_s: float, now_s: float) -> None:
        self._per_s = per_s
        self._max = self._level = per_s * RATE_BURST_S
        self._at_s = now_s

    def spend(self, amount: float, now_s: float) -> float:
        """Take *amount*; return for how many seconds nothing more is to be taken, mostly 0."""
        level = self._level + (now_s - self._at_s) * self._per_s
        self._level = level = min(level, self._max) - amount
        self._at_s = now_s
        return 0.0 if level >= 0 else -level / self._per_s


class Pace:
    """How fast one session, or one principal, writes: in changes and in bytes."""

    __slots__ = ("_bytes", "_changes")

    def __init__(self, changes_per_s: int, bytes_per_s: int, now_s: float) -> None:
        self._changes = Bucket(changes_per_s, now_s)
        self._bytes = Bucket(bytes_per_s, now_s)

    def spend(self, changes: int, size: int, now_s: float) -> float:
        """Note what was written; return for how many seconds to read no more."""
        return max(self._bytes.spend(size, now_s), self._changes.spend(changes, now_s))


class Paces:
    """The paces of everybody. *now_s* tells a steady time; *is_local* spares principals.

    In local mode all who come without a cookie are one user, so there each socket is paced as if it
    were a user of its own.
    """

    def __init__(self, bounds: Bounds, now_s: Callable[[], float], *, is_local: bool) -> None:
        self._bounds = bounds
        self._now_s = now_s
        self._is_local = is_local
        # Least recently seen first. One that is forgotten begins with a full bucket again.
        self._principals: OrderedDict[tuple[TenantId, UserId], Pace] = OrderedDict()

    def throttle(self) -> Throttle:
        """Return what slows a new socket down."""
        return Throttle(self, self._bounds, self._now_s)

    def of_principal(self, principal: Principal) -> Pace | None:
        """Return the pace that all sockets and requests of *principal* share, None for no bound."""
        if self._is_local:
            return None
        key = (principal.tenant, principal.user)
        pace = self._principals.pop(key, None)
        if pace is None:
            bounds = self._bounds
            pace = Pace(bounds.user_changes_per_s, bounds.user_bytes_per_s, self._now_s())
        self._principals[key] = pace
        if len(self._principals) > PACED_PRINCIPALS_MAX:
            self._principals.popitem(last=False)
        return pace

    def check_request(self, principal: Principal, size: int) -> None:
        """Note a request of *principal* that changes something and has a body of *size* bytes.

        Raises ``TooManyRequests`` (``limit_rate``), and notes nothing, while there is a debt.
        """
        pace = self.of_principal(principal)
        if pace is None:
            return
        now_s = self._now_s()
        wait_s = pace.spend(0, 0, now_s)
        if wait_s > 0:
            raise TooManyRequests(wait_s)
        pace.spend(1, size, now_s)


class Throttle:
    """Slows one socket down: while ``is_on`` it is not read until ``rest`` has returned."""

    __slots__ = (
        "_bounds",
        "_bytes",
        "_now_s",
        "_paces",
        "_rest_until_s",
        "_sessions",
        "_socket",
        "is_on",
    )

    def __init__(self, paces: Paces, bounds: Bounds, now_s: Callable[[], float]) -> None:
        self.is_on = False
        self._paces = paces
        self._bounds = bounds
        self._now_s = now_s
        self._rest_until_s = 0.0
        # Each session's pace and that of its principal.
        self._sessions: dict[SessionId, tuple[Pace, Pace]] = {}
        # All messages count here, also those of no session.
        self._bytes = Bucket(bounds.user_bytes_per_s, now_s())
        self._socket = Pace(bounds.user_changes_per_s, bounds.user_bytes_per_s, now_s())

    def enter(self, session: SessionId, principal: Principal) -> None:
        """What *session* brings is *principal*'s."""
        bounds = self._bounds
        own = Pace(bounds.session_changes_per_s, bounds.session_bytes_per_s, self._now_s())
        self._sessions[session] = own, self._paces.of_principal(principal) or self._socket

    def leave(self, session: SessionId) -> None:
        """*session* brings nothing more."""
        self._sessions.pop(session, None)

    def hear(self, size: int) -> None:
        """A message of *size* bytes has come, whatever it is."""
        now_s = self._now_s()
        wait_s = self._bytes.spend(size, now_s)
        if wait_s > 0:
            self._slow_down(now_s + wait_s)

    def note(self, session: SessionId, changes: int, size: int) -> None:
        """*session* has brought *changes* in a message of *size* bytes."""
        paces = self._sessions.get(session)
        if paces is None:
            return
        now_s = self._now_s()
        own, shared = paces
        wait_s = own.spend(changes, size, now_s)
        shared_s = shared.spend(changes, size, now_s)
        if wait_s > 0 or shared_s > 0:
            self._slow_down(now_s + max(wait_s, shared_s))

    def _slow_down(self, until_s: float) -> None:
        self.is_on = True
        self._rest_until_s = max(self._rest_until_s, until_s)

    async def rest(self) -> None:
        """Wait until the socket may be read again.

        Raises ``TooManyRequests`` (``limit_rate``), at once, if that is too far off.
        """
        wait_s = self._rest_until_s - self._now_s()
        if wait_s > self._bounds.rate_wait_ms_max / 1000:
            raise TooManyRequests(wait_s)
        await asyncio.sleep(max(0.0, wait_s))
        self.is_on = False
