"""The documents of one ShareDB socket: what each is waiting for, and which rooms stay open.

A channel is a document's room, named as in an address. Its room is opened by the first request and
left once nothing is subscribed, waited for or likely to come: of the documents that are merely at
rest a few are kept, so that a client that submits without subscribing does not open its room anew
for every op. SPEC: section SD. Called by the ShareDB adapter.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import quote, unquote

from collab.errors import LimitExceeded
from collab.ids import SessionId, SourceId
from collab.limits import (
    SHAREDB_DOCUMENTS_MAX,
    SHAREDB_IDLE_DOCUMENTS_MAX,
    SHAREDB_REQUESTS_BYTES_MAX,
    SHAREDB_REQUESTS_MAX,
)
from collab.messages import Fetch, Submit, Subscribe, Unsubscribe
from collab.protocol.sharedb_frames import Message
from collab.protocol.sharedb_inquiry import Inquiry

__all__ = [
    "Document",
    "DocumentCommand",
    "Documents",
    "Owed",
    "SentOp",
    "channel_of",
    "document_of",
]

# The collection whose documents are the application rooms.
_APPLICATIONS: Final = "rooms"

DocumentCommand: TypeAlias = Submit | Fetch | Subscribe | Unsubscribe


def channel_of(collection: str, document: str) -> str:
    """Return the name of the room that holds a document, as it stands in an address."""
    if collection == _APPLICATIONS:
        return quote(document, safe="")
    return f"{quote(collection, safe='')}/{quote(document, safe='')}"


def document_of(channel: str) -> tuple[str, str]:
    """Return the collection and the document that *channel*, from ``channel_of``, stands for."""
    collection, slash, document = channel.partition("/")
    if not slash:
        return _APPLICATIONS, unquote(collection)
    return unquote(collection), unquote(document)


@dataclass(slots=True)
class SentOp:
    """An op that the room has not answered yet, and the source under which it counts."""

    message: Message
    source: SourceId


class Owed:
    """What the server owes the client of one socket: requests, and the bytes kept to echo them."""

    def __init__(self) -> None:
        self._requests = 0
        self._bytes = 0

    def check(self) -> None:
        """Raise ``LimitExceeded`` (``limit_requests``) if no more may be added."""
        if self._requests >= SHAREDB_REQUESTS_MAX or self._bytes >= SHAREDB_REQUESTS_BYTES_MAX:
            raise LimitExceeded(
                "too many requests wait for an answer: send fewer at a time", code="limit_requests"
            )

    def add(self, size: int) -> None:
        """One more request waits, of which *size* bytes are kept."""
        self._requests += 1
        self._bytes += size

    def settle(self, size: int) -> None:
        """A request of *size* bytes has been answered."""
        self._requests -= 1
        self._bytes -= size


class Document:
    """One document that the client uses.

    ``session`` is set once its room is open, and ``queue`` waits for that; ``is_subscribed`` from
    the room's answer to one request until its answer to another.
    """

    def __init__(self, collection: str, name: str, owed: Owed) -> None:
        self.collection = collection
        self.name = name
        self.session: SessionId | None = None
        self.is_subscribed = False
        self.queue: list[DocumentCommand] = []
        self._owed = owed
        self._asked: dict[int, Inquiry] = {}
        self._leaving: deque[Inquiry] = deque()
        self._sent: list[SentOp] = []

    @property
    def is_busy(self) -> bool:
        """Whether something is owed to the client: an answer, or pushes."""
        return bool(self.is_subscribed or self._asked or self._leaving or self._sent)

    def ask(self, request: int, inquiry: Inquiry) -> None:
        """Note a request that the room answers by its number."""
        self._owed.add(inquiry.share)
        self._asked[request] = inquiry

    def leave(self, inquiry: Inquiry) -> None:
        """Note a request that the room answers by ``Unsubscribed``, in order."""
        self._owed.add(inquiry.share)
        self._leaving.append(inquiry)

    def send(self, op: SentOp) -> None:
        """Note an op that the room answers by its ``seq``."""
        self._owed.add(len(op.message.frame))
        self._sent.append(op)

    def take_asked(self, request: int) -> Inquiry | None:
        """Return the request of this number, which is answered now."""
        inquiry = self._asked.pop(request, None)
        if inquiry is not None:
            self._owed.settle(inquiry.share)
        return inquiry

    def take_leaving(self) -> Inquiry | None:
        """Return the oldest request to leave, which is answered now."""
        if not self._leaving:
            return None
        inquiry = self._leaving.popleft()
        self._owed.settle(inquiry.share)
        return inquiry

    def take_sent(self, seq: int) -> SentOp | None:
        """Return the op of this number that was sent first, which is answered now."""
        for index, op in enumerate(self._sent):
            if op.message.value("seq") == seq:
                self._owed.settle(len(op.message.frame))
                return self._sent.pop(index)
        return None

    def give_up(self) -> tuple[list[Inquiry], list[SentOp]]:
        """Return everything that is not answered: the room will answer none of it."""
        inquiries, sent = [*self._asked.values(), *self._leaving], self._sent
        for inquiry in inquiries:
            self._owed.settle(inquiry.share)
        for op in sent:
            self._owed.settle(len(op.message.frame))
        self.queue, self._asked, self._leaving, self._sent = [], {}, deque(), []
        return inquiries, sent


class Documents:
    """The documents of a socket by their channels, within ``SHAREDB_DOCUMENTS_MAX``."""

    def __init__(self) -> None:
        self.owed = Owed()
        self._documents: dict[str, Document] = {}
        # At rest, the one that was used longest ago first.
        self._resting: dict[str, None] = {}

    def get(self, channel: str) -> Document | None:
        """Return the document of *channel* if it is in use."""
        return self._documents.get(channel)

    def use(self, channel: str) -> Document | None:
        """Return the document of *channel* for one more request: it is at rest no longer."""
        self._resting.pop(channel, None)
        return self._documents.get(channel)

    def make(self, channel: str, collection: str, name: str) -> Document:
        """Return a document that is not in use yet; its room has to be opened.

        Raises ``LimitExceeded`` (``limit_documents``).
        """
        if len(self._documents) >= SHAREDB_DOCUMENTS_MAX:
            raise LimitExceeded(
                f"a connection uses at most {SHAREDB_DOCUMENTS_MAX} documents at a time",
                code="limit_documents",
            )
        document = self._documents[channel] = Document(collection, name, self.owed)
        return document

    def remove(self, channel: str) -> Document | None:
        """Forget the document of *channel* and return it."""
        self._resting.pop(channel, None)
        return self._documents.pop(channel, None)

    def settle(self, channel: str) -> list[str]:
        """Note that something happened to *channel*; return the channels to be left now."""
        document = self._documents.get(channel)
        self._resting.pop(channel, None)
        if document is None or document.session is None or document.is_busy:
            return []
        self._resting[channel] = None
        left: list[str] = []
        while len(self._resting) > SHAREDB_IDLE_DOCUMENTS_MAX:
            oldest = next(iter(self._resting))
            self.remove(oldest)
            left.append(oldest)
        return left
