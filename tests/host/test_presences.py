"""Cursors brought to the newest revision, over revisions that are in memory. SPEC: section PN."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from collab.errors import InvalidName, Refused
from collab.host.presences import bring_forward
from collab.ids import Epoch, RevisionNo, SourceId, TenantId, UserId
from collab.limits import PRESENCE_LAG_MAX
from collab.ot.types import JSON0, RICH_TEXT, TEXT_UNICODE
from collab.protocol.sharedb_presence import Place, Presence
from collab.revision import ChangeKind, Revision

_TENANT = TenantId("zürich")


def _revision(number: int, change: Any, source: str = "b", **more: Any) -> Revision:
    revision = Revision(
        RevisionNo(number), Epoch(1), ChangeKind.OP, change, b"", UserId("max"), 5, SourceId(source)
    )
    return replace(revision, **{"type": RICH_TEXT.name, **more})


class _Ledger:
    def __init__(self, revisions: list[Revision], start: int) -> None:
        self._revisions = revisions
        self._start = start

    def has_since(self, since: int) -> bool:
        return since >= self._start

    def since(self, since: int) -> list[Revision]:
        return [revision for revision in self._revisions if revision.number > since]


def _host(revisions: list[Revision], *, durable: int | None = None, start: int = 0) -> Any:
    last = revisions[-1].number if revisions else 0
    room = SimpleNamespace(
        durable=last if durable is None else durable,
        committer=SimpleNamespace(ledger=_Ledger(revisions, start)),
    )
    return SimpleNamespace(open_room=lambda _: SimpleNamespace(room=room))


def _cursor(value: Any, revision: int | None, kind: str = RICH_TEXT.uri) -> Presence:
    at = None if revision is None else RevisionNo(revision)
    return Presence("notes.ä", "mine", "zoë", 3, value, Place("notes", "ä", at, kind))


def _told(presence: Presence) -> tuple[Any, int | None]:
    assert presence.place is not None
    return presence.value, presence.place.revision


def test_a_cursor_moves_with_what_was_typed() -> None:
    """[PN19] before it, by others; what is not durable yet is left to the clients."""
    revisions = [
        _revision(5, [{"insert": "é😀"}]),
        _revision(6, [{"retain": 4}, {"delete": 1}]),
        _revision(7, [{"insert": "later"}]),
    ]
    cursor = _cursor({"index": 2, "length": 1}, 4)
    moved = bring_forward(_host(revisions, durable=6), _TENANT, cursor)
    assert moved == _cursor({"index": 4, "length": 1}, 6)


def test_its_own_op_takes_it_along() -> None:
    """[PN19] what its own connection inserts at it comes before it, what others do after."""
    for source, index in (("mine", 4), ("b", 2)):
        host = _host([_revision(1, [{"retain": 2}, {"insert": "né"}], source)])
        assert _told(bring_forward(host, _TENANT, _cursor({"index": 2, "length": 0}, 0))) == (
            {"index": index, "length": 0},
            1,
        )


def test_another_document_has_no_old_cursor() -> None:
    """[PN19] one that was deleted or created since shows none."""
    for kind, change in ((ChangeKind.DELETE, None), (ChangeKind.CREATE, "né")):
        host = _host([_revision(1, change, kind=kind), _revision(2, [{"insert": "x"}])])
        assert _told(bring_forward(host, _TENANT, _cursor({"index": 1, "length": 0}, 0))) == (
            None,
            2,
        )


def test_a_revision_without_a_change_moves_nothing() -> None:
    """[PN19] it counts all the same; so does what comes after an end."""
    host = _host([_revision(1, None, kind=ChangeKind.NONE), _revision(2, [{"insert": "x"}])])
    assert _told(bring_forward(host, _TENANT, _cursor({"index": 1, "length": 0}, 0))) == (
        {"index": 2, "length": 0},
        2,
    )
    assert _told(bring_forward(host, _TENANT, _cursor(None, 0))) == (None, 2)


def test_what_cannot_be_computed_is_passed_on() -> None:
    """[PN19] a revision to come, one too far back, a room that nobody has open, no revision."""
    far = [_revision(number, [{"insert": "x"}]) for number in range(1, PRESENCE_LAG_MAX + 2)]
    closed: Any = SimpleNamespace(open_room=lambda _: None)
    cases = [
        (_host([_revision(1, [{"insert": "x"}])]), 2),
        (_host(far), 0),
        (_host(far[:5], start=3), 2),
        (closed, 0),
        (_host(far[:5]), None),
    ]
    for host, revision in cases:
        cursor = _cursor({"index": 1, "length": 0}, revision)
        assert bring_forward(host, _TENANT, cursor) == cursor
    plain = Presence("größe", "mine", "zoë", 1, {"x": 1})
    assert bring_forward(_host(far[:5]), _TENANT, plain) == plain


def test_types_without_presence_are_refused() -> None:
    """[PN19] as npm's types have none, and what the server does not know."""
    host = _host([_revision(1, [{"insert": "x"}])])
    for kind in (JSON0.uri, TEXT_UNICODE.uri, "http://sharejs.org/types/größe"):
        with pytest.raises(Refused) as caught:
            bring_forward(host, _TENANT, _cursor({"index": 1}, 0, kind))
        assert caught.value.code == "presence_type"


def test_a_presence_is_of_its_documents_type() -> None:
    """[PN19] a cursor in a rich text means nothing in JSON, whatever its client says."""
    host = _host([_revision(1, [{"p": ["é"], "oi": 1}], type=JSON0.name)])
    with pytest.raises(Refused) as caught:
        bring_forward(host, _TENANT, _cursor({"index": 1, "length": 0}, 0))
    assert caught.value.code == "presence_type"


@pytest.mark.parametrize("value", ["é", 5, [1], {"length": 1}, {"index": "x", "length": 0}])
def test_a_value_of_another_type_is_refused(value: Any) -> None:
    """[PN19] a cursor that is none does not break the channel."""
    host = _host([_revision(1, [{"insert": "x"}])])
    try:
        told = bring_forward(host, _TENANT, _cursor(value, 0))
    except Refused as error:
        assert error.code == "presence_transform"
    else:
        assert told.place is not None


def test_a_document_that_cannot_be_is_refused() -> None:
    """[PN19] under a name that no room can have."""
    place = Place("é" * 400, "ä", RevisionNo(0), RICH_TEXT.uri)
    with pytest.raises(InvalidName):
        bring_forward(_host([]), _TENANT, replace(_cursor({}, 0), place=place))
