"""What adapters say of documents that are texts.

SPEC: section TR.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from collab.ids import RevisionNo
from collab.messages import SnapshotSent, Submit
from collab.ot.types import JSON0, RICH_TEXT, TEXT_UNICODE
from collab.protocol.native import NativeAdapter
from collab.protocol.sharedb_frames import pushed_op, snapshot_data
from collab.revision import (
    ChangeKind,
    Revision,
    decode_revision,
    decode_snapshot,
    encode_revision,
    encode_snapshot,
)
from tests.protocol.native_session import HEAD, JOINED, hello, pack, unpack, welcomed
from tests.protocol.wire import SESSION, principal, revision
from tests.room.driver import Driver

_DELTA = [{"insert": "né😀", "attributes": {"größe": 3}}]


def _text_revision(kind: ChangeKind, change: Any, name: str, inverse: Any = None) -> Revision:
    return replace(revision(4), kind=kind, change=change, type=name, inverse=inverse)


@pytest.mark.parametrize("inverse", [None, [{"delete": 4}]])
def test_a_record_keeps_the_type(inverse: Any) -> None:
    """[TR1] of revisions and snapshots; what was written before there were types is JSON."""
    for name in (JSON0.name, RICH_TEXT.name, TEXT_UNICODE.name):
        stored = _text_revision(ChangeKind.OP, _DELTA, name, inverse)
        assert decode_revision(stored.number, encode_revision(stored)) == stored
    driver = Driver()
    snapshot = replace(driver.room.committer.snapshot(), document="né", type=TEXT_UNICODE.name)
    assert decode_snapshot(snapshot.revision, encode_snapshot(snapshot)) == snapshot


def test_native_sessions_are_told_the_type() -> None:
    """[TR13] in the welcome, a snapshot and every revision, and not where it is JSON."""
    adapter = NativeAdapter()
    hello(adapter)
    adapter.opened("", SESSION, principal())
    (frame,) = adapter.event("", replace(JOINED, type=RICH_TEXT.name)).frames
    assert unpack(frame)["doctype"] == "rich-text"
    sent = SnapshotSent(1, JOINED.epoch, RevisionNo(3), True, b'"\xc3\xa9"', type=TEXT_UNICODE.name)
    (frame,) = adapter.event("", sent).frames
    assert unpack(frame)["doctype"] == "text-unicode"
    (frame,) = adapter.event("", replace(sent, type=JSON0.name)).frames
    assert "doctype" not in unpack(frame)
    pushed = adapter.encode_revision("", _text_revision(ChangeKind.OP, _DELTA, RICH_TEXT.name))
    assert pushed is not None
    assert (unpack(pushed)["doctype"], unpack(pushed)["op"]) == ("rich-text", _DELTA)


@pytest.mark.parametrize("name", ["rich-text", RICH_TEXT.uri])
def test_a_native_create_names_a_type(name: str) -> None:
    """[TR13] by its name or URI; one that is not known costs the client that change."""
    adapter = welcomed()
    fields = {"type": "submit", "seq": 1, "base": HEAD, "create": _DELTA, "doctype": name}
    (submit,) = adapter.receive(pack(**fields)).requests
    assert isinstance(submit, Submit)
    assert (submit.kind, submit.change, submit.type) == (ChangeKind.CREATE, _DELTA, "rich-text")
    output = adapter.receive(pack(**{**fields, "seq": 2, "doctype": "größe"}))
    assert not output.requests
    (frame,) = output.frames
    assert (unpack(frame)["type"], unpack(frame)["code"]) == ("refuse", "op_type")


@pytest.mark.parametrize(
    ("ot_type", "document", "data"),
    [(RICH_TEXT, _DELTA, {"ops": _DELTA}), (TEXT_UNICODE, "né []", "né []")],
)
def test_sharedb_clients_are_told_the_type(ot_type: Any, document: Any, data: Any) -> None:
    """[TR14] in a snapshot and a create; ops of rich text are objects, as npm's are."""
    text = snapshot_data(RevisionNo(7), True, orjson.dumps(document), ot_type)
    assert orjson.loads(text) == {"v": 7, "data": data, "type": ot_type.uri}
    assert orjson.loads(snapshot_data(RevisionNo(7), False, b"", JSON0)) == {"v": 7, "type": None}
    created = _text_revision(ChangeKind.CREATE, document, ot_type.name)
    assert orjson.loads(pushed_op("c", "d", created))["create"] == {
        "type": ot_type.uri,
        "data": data,
    }
    edited = _text_revision(ChangeKind.OP, [{"insert": "é"}], RICH_TEXT.name)
    assert orjson.loads(pushed_op("c", "d", edited))["op"] == {"ops": [{"insert": "é"}]}
