"""A room whose document is a text, with Yjs pages in JavaScript and OT clients that lag behind."""

from __future__ import annotations

from random import Random
from typing import Any

from collab.crdt.text_doc import TEXT_ROOT
from collab.messages import Ack, Refusal, Send
from collab.ot import rich_text
from collab.ot.types import RICH_TEXT, OTType
from collab.revision import ChangeKind
from collab.room.fold import fold
from collab.values import SharedMap, json_equal
from tests.crdt.oracle import YjsOracle
from tests.ot.text_generator import PIECES, random_delta, random_text_op
from tests.room.driver import Driver

__all__ = ["TextWorld", "without_nulls"]

_PAGES = ("page a", "page b")


def without_nulls(document: Any) -> Any:
    """Return *document* without formats that are null, which a Doc does not keep."""
    if isinstance(document, (str, dict)):
        return document
    return rich_text.create(
        [
            {
                "insert": component["insert"],
                "attributes": {
                    key: value
                    for key, value in component.get("attributes", {}).items()
                    if value is not None
                },
            }
            for component in document
        ]
    )


class TextWorld:
    """What *random* does to a room with a document of *kind*; ``check`` after every step."""

    def __init__(self, kind: OTType, random: Random, yjs: YjsOracle) -> None:
        self.kind = kind
        self.random = random
        self.driver = Driver()
        self.refusals = 0
        self._yjs = yjs
        self._documents: list[Any] = [SharedMap()]
        self._delivered = dict.fromkeys(_PAGES, 0)
        self._seq = 0
        self._token = 1
        for page in _PAGES:
            yjs.create(page)
        self._join()

    def _join(self) -> None:
        for name in (*_PAGES, "ot"):
            self.driver.join(name)

    def submit(self, kind: ChangeKind, change: Any, base: int | None = None) -> None:
        self._seq += 1
        self.driver.submit("ot", change, seq=self._seq, base=base, kind=kind, type=self.kind.name)
        self.driver.store()
        refusals = self.driver.told(Refusal)
        assert not refusals, refusals

    def edit_by_op(self) -> None:
        """Submit an op that was made a few revisions ago."""
        base = self.random.randint(max(1, len(self._documents) - 4), len(self._documents) - 1)
        document = self._documents[base]
        if self.kind is RICH_TEXT:
            op: list[Any] = random_delta(self.random, document)
        else:
            op = random_text_op(self.random, document)
        self.submit(ChangeKind.OP, op, base)

    def edit_on_page(self, *, is_wild: bool) -> None:
        """Edit on a page that may lag behind; a wild edit may be one that the room refuses."""
        page = self.random.choice(_PAGES)
        edit = self._random_edit(page, is_wild=is_wild)
        self._yjs.edit(page, {"path": [TEXT_ROOT], "kind": "text", **edit})
        self._send(page)

    def _send(self, page: str) -> None:
        """Send what the page has written: its edits, and the formats that Yjs tidies up itself."""
        for update, is_local in self._yjs.live(page):
            if not is_local:
                continue
            effects = self.driver.update(page, update)
            effects += self.driver.store()
            told = [item.event for item in effects if isinstance(item, Send)]
            if any(isinstance(event, Refusal) for event in told):
                self.refusals += 1
            else:
                assert any(isinstance(event, Ack) for event in told), told

    def _random_edit(self, page: str, *, is_wild: bool) -> dict[str, Any]:
        text = "".join(
            item["insert"] if isinstance(item["insert"], str) else "\0"
            for item in self._yjs.delta(page, TEXT_ROOT)
        )
        start, end = sorted(self.random.choices(range(len(text) + 1), k=2))
        start, end = (len(text[:at].encode("utf-16-le")) // 2 for at in (start, end))
        choice = self.random.random()
        if is_wild and choice > 0.9:
            # Perhaps within a character, as a careless program does.
            at = max(0, end - 1)
            return self.random.choice(
                [
                    {"do": "text-insert", "index": at, "text": "ü"},
                    {"do": "text-delete", "index": at, "length": 1 if end else 0},
                ]
            )
        allows_formats = self.kind is RICH_TEXT or is_wild
        if choice < 0.3 and end > start:
            return {"do": "text-delete", "index": start, "length": end - start}
        if choice < 0.5 and end > start and allows_formats:
            attributes = {"bold": self.random.choice([True, None]), "größe": 3}
            return {
                "do": "text-format", "index": start, "length": end - start,
                "attributes": attributes,
            }  # fmt: skip
        if choice < 0.6 and allows_formats:
            return {"do": "text-embed", "index": start, "value": {"image": {"é": [1, 2.5]}}}
        if choice < 0.65 and is_wild:
            return {"do": "text-embed", "index": start, "value": {"$map": {"é": 1}}}
        return {"do": "text-insert", "index": start, "text": self.random.choice(PIECES)}

    def deliver(self, page: str) -> None:
        """Let *page* have what it was not told yet."""
        for revision in self.driver.log[self._delivered[page] :]:
            if revision.update:
                assert not self._yjs.apply(page, revision.update)
        self._delivered[page] = len(self.driver.log)
        self._send(page)

    def reopen(self, *, with_snapshot: bool) -> None:
        """Go on as the next owner does."""
        log = self.driver.log
        self._token += 1
        self.driver = self.driver.reopen(self._token, with_snapshot=with_snapshot)
        self.driver.log = log
        self._join()

    def check(self) -> None:
        """The document is what both Docs show, and what the log comes to."""
        for revision in self.driver.log[len(self._documents) - 1 :]:
            self._documents.append(fold(self._documents[-1], revision))
        document = self.driver.document
        assert json_equal(self._documents[-1], document)
        for shown in self.driver.room.committer.bridge.views():
            assert json_equal(without_nulls(shown), without_nulls(document)), (shown, document)

    def settle(self) -> None:
        """Let every page have everything: all show the document."""
        while any(delivered < len(self.driver.log) for delivered in self._delivered.values()):
            for page in _PAGES:
                self.deliver(page)
        self.check()
        wanted = without_nulls(self.driver.document)
        for page in _PAGES:
            shown = rich_text.create(self._yjs.delta(page, TEXT_ROOT))
            if self.kind is not RICH_TEXT:
                shown = "".join(component["insert"] for component in shown)
            assert json_equal(shown, wanted), (page, shown, wanted)

    def step(self, *, is_wild: bool) -> None:
        choice = self.random.random()
        if choice < 0.35:
            self.edit_by_op()
        elif choice < 0.7:
            self.edit_on_page(is_wild=is_wild)
        elif choice < 0.97:
            self.deliver(self.random.choice(_PAGES))
        else:
            self.reopen(with_snapshot=self.random.random() < 0.5)
        self.check()
