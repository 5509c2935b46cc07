"""A live query: a list of documents that follows the collection it was found in.

Its client holds the list, and is told what comes, goes and moves in it; it is also sent the ops of
the documents in it, as if it were subscribed to them. A task of its own looks again at what has
changed, once for each turn of the loop, and waits for a slow reader: meanwhile changes are only
noted, of each document once, so nothing piles up and no difference is left out.
SPEC: section SQ. Called by ``forum``.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from collab.auth.access import Verb
from collab.errors import LimitExceeded, OperatingError, PeerError
from collab.host.admission import room_of
from collab.host.bounds import Bounds
from collab.host.collections import Collections, Match, limit_query
from collab.host.difference import difference
from collab.host.drain import has_drained
from collab.host.member import Member
from collab.ids import RevisionNo
from collab.limits import (
    QUERY_ANSWER_BYTES_MAX,
    QUERY_DOCUMENTS_MAX,
    QUERY_MISSED_REVISIONS_MAX,
)
from collab.messages import Role
from collab.model.query import SortKey
from collab.protocol.sharedb_queries import (
    Found,
    Known,
    OpenQuery,
    encode_count,
    encode_difference,
    encode_opened,
    encode_query_error,
)
from collab.revision import Revision

__all__ = ["LiveQuery", "check_answer"]

_TRY_AGAIN = 1013


@dataclass(slots=True)
class _Change:
    """What is known to have happened to a document since it was looked at."""

    revisions: list[Revision] = field(default_factory=list)

    def add(self, revision: Revision | None) -> None:
        if revision is None:
            return
        if len(self.revisions) >= QUERY_MISSED_REVISIONS_MAX:
            # The client sees by the last that others are missing, and fetches.
            self.revisions.clear()
        self.revisions.append(revision)


class LiveQuery:
    """The answer to *request* for as long as its socket, *member*, wants it.

    ``open`` answers it, ``run`` goes on until it is cancelled or cannot go on.
    """

    def __init__(
        self, request: OpenQuery, member: Member, collections: Collections, bounds: Bounds
    ) -> None:
        self.id = request.id
        self._collection = request.collection
        self._query = request.query
        self._member = member
        self._collections = collections
        self._bounds = bounds
        self._changes: dict[str, _Change] = {}
        self._has_changed = asyncio.Event()
        # Every match, in order, and by name the key that it is found by.
        self._keys: list[SortKey] = []
        self._key_of: dict[str, SortKey] = {}
        self._has_moved = True
        # What the client holds: its list, the revision of each document, the number.
        self._sent: list[str] = []
        self._revisions: dict[str, RevisionNo] = {}
        self._count: int | None = None

    def changed(self, document: str, revision: Revision | None) -> None:
        """Note a change of a document of the collection; it is looked at in the next turn."""
        self._changes.setdefault(document, _Change()).add(revision)
        self._has_changed.set()

    async def open(self, request: OpenQuery) -> None:
        """Answer the query; raises what ``Collections.search`` raises."""
        self._collections.watch(self._member.tenant, self._collection, self)
        matches = await self._collections.search(
            self._member.principal, self._collection, self._query
        )
        for match in matches:
            self._key_of[match.found.document] = match.key
            self._keys.append(match.key)
        found = {match.found.document: match.found for match in matches}
        if request.known is not None and not self._query.is_count:
            await self._go_on(request, request.known, found)
            return
        window = [] if self._query.is_count else [found[name] for name in self._window()]
        check_answer(window)
        self._sent = [item.document for item in window]
        self._revisions = {item.document: item.revision for item in window}
        self._count = len(self._keys) if self._query.is_count else None
        self._member.connection.send(encode_opened(request, window, self._count))

    async def run(self) -> None:
        """Tell the client what changes. Ends with the query, or closes a socket that stalls."""
        connection = self._member.connection
        try:
            while True:
                await self._has_changed.wait()
                self._has_changed.clear()
                bytes_max = self._bounds.connection_bytes_max
                if not await has_drained(connection, bytes_max, self._bounds.connection_stall_ms):
                    self._member.close(_TRY_AGAIN, "too slow to follow its queries")
                    return
                await self._look_again()
        except OperatingError as error:
            # Without what it missed the list would be wrong for ever; the client asks again on
            # its next connection.
            self._member.close(error.close_code, "what a query missed cannot be read now")
        except LimitExceeded as error:
            connection.send(encode_query_error(self.id, error.code, error.message))
        finally:
            self.leave()

    def leave(self) -> None:
        """Nobody wants to know any more."""
        self._collections.unwatch(self._member.tenant, self._collection, self)

    # --- private ------------------------------------------------------------------------------

    def _window(self) -> list[str]:
        return [key[-1] for key in self._keys[self._query.window]]

    async def _look_again(self) -> None:
        changes, self._changes = self._changes, {}
        for document, change in changes.items():
            role = await self._role_in(document)
            match = None
            if role is not None:
                match = await self._look(document, with_text=False)
                self._push(document, change.revisions)
            self._replace(document, match)
        if len(self._keys) > QUERY_DOCUMENTS_MAX:
            raise limit_query(f"{QUERY_DOCUMENTS_MAX} documents")
        if self._query.is_count:
            if self._count != len(self._keys):
                self._count = len(self._keys)
                self._member.connection.send(encode_count(self.id, self._count))
        else:
            await self._tell_difference({})

    async def _look(self, document: str, *, with_text: bool) -> Match | None:
        tenant, collection = self._member.tenant, self._collection
        look = self._collections.look
        return await look(tenant, collection, document, self._query, with_text=with_text)

    async def _role_in(self, document: str) -> Role | None:
        """Return the principal's role in a document, or None if they may not read it."""
        room = room_of(self._member.tenant, self._collection, document)
        try:
            return await self._collections.access.require(self._member.principal, room, Verb.READ)
        except PeerError:
            return None

    def _push(self, document: str, revisions: Sequence[Revision]) -> None:
        """Send the ops of a document that the client holds, but its own: those are acknowledged."""
        held = self._revisions.get(document)
        if held is None:
            return
        room = room_of(self._member.tenant, self._collection, document)
        for revision in revisions:
            if revision.number <= held:
                continue
            self._revisions[document] = revision.number
            if revision.source != self._member.source:
                frame = self._collections.encode_op(self._collection, document, room, revision)
                self._member.connection.send(frame)

    def _replace(self, document: str, match: Match | None) -> None:
        before = self._key_of.get(document)
        if before == (None if match is None else match.key):
            # As nearly always: the edit was about something else, and the list is as it was.
            return
        self._has_moved = True
        key = self._key_of.pop(document, None)
        if key is not None:
            del self._keys[bisect_left(self._keys, key)]
        if match is not None:
            self._key_of[document] = match.key
            insort(self._keys, match.key)

    async def _tell_difference(self, fresh: dict[str, Found]) -> None:
        """Tell what the list has become; *fresh* are documents that need not be read again."""
        if not self._has_moved:
            return
        self._has_moved = False
        window = self._window()
        if window == self._sent:
            return
        held = set(self._sent)
        while missing := [name for name in window if name not in held and name not in fresh]:
            for document in missing:
                # It may have changed since it was looked at; then a note is waiting already.
                match = await self._look(document, with_text=True)
                self._replace(document, match)
                if match is not None:
                    fresh[document] = match.found
            window = self._window()
        arriving = [fresh[document] for document in window if document not in held]
        check_answer(arriving)
        steps = difference(self._sent, window, fresh.__getitem__)
        if steps:
            self._member.connection.send(encode_difference(self.id, steps))
        self._sent = window
        known = self._revisions | {item.document: item.revision for item in arriving}
        self._revisions = {name: known[name] for name in window}

    # --- a client that comes back -------------------------------------------------------------

    async def _go_on(
        self, request: OpenQuery, known: Sequence[Known], found: Mapping[str, Found]
    ) -> None:
        """Bring the list that the client has from before to what it is now."""
        self._sent = [item.document for item in known]
        loaded: list[Found] = []
        for item in known:
            current = found.get(item.document)
            if current is None:
                continue
            if item.revision is None:
                loaded.append(current)
                self._revisions[item.document] = current.revision
            else:
                self._revisions[item.document] = item.revision
                if item.revision < current.revision:
                    revisions = await self._missed(item.document, item.revision)
                    self._push(item.document, revisions)
        for item in known:
            self._revisions.setdefault(item.document, item.revision or RevisionNo(0))
        check_answer(loaded)
        await self._tell_difference(dict(found))
        self._member.connection.send(encode_opened(request, None, None, loaded))

    async def _missed(self, document: str, since: RevisionNo) -> Sequence[Revision]:
        """Return what a client at *since* lacks of a document; of a long gap the last alone.

        Who may not look back is sent the last alone too, and fetches the document as it is.
        """
        room = room_of(self._member.tenant, self._collection, document)
        store, access = self._collections.host.store, self._collections.access
        record, role = await store.room(room), await self._role_in(document)
        if record is None or role is None:
            return ()
        may_look_back = access.allows(self._member.principal, role, Verb.HISTORY)
        if not may_look_back or record.revision - since > QUERY_MISSED_REVISIONS_MAX:
            since = RevisionNo(record.revision - 1)
        return await store.revisions(room, since, QUERY_MISSED_REVISIONS_MAX)


def check_answer(found: Sequence[Found]) -> None:
    """Raise ``LimitExceeded`` (``limit_query``) for documents that are too much for one message."""
    if sum(len(item.json) for item in found) > QUERY_ANSWER_BYTES_MAX:
        raise limit_query(f"{QUERY_ANSWER_BYTES_MAX} bytes of found documents")
