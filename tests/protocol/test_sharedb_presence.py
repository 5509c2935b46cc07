"""Messages about presence and queries, read and written. SPEC: sections PN and SQ."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.errors import LimitExceeded, PeerError, ProtocolError, Refused
from collab.ids import RevisionNo
from collab.limits import (
    CHANNEL_NAME_BYTES_MAX,
    PRESENCE_ID_BYTES_MAX,
    PRESENCE_VALUE_BYTES_MAX,
    QUERY_BYTES_MAX,
    QUERY_DOCUMENTS_MAX,
)
from collab.protocol.sharedb_frames import Message, read_message
from collab.protocol.sharedb_presence import (
    Place,
    Presence,
    Publish,
    Recall,
    Unwatch,
    Watch,
    encode_presence,
    encode_watched,
    read_channel_request,
)
from collab.protocol.sharedb_queries import (
    CloseQuery,
    Found,
    Insert,
    Known,
    Move,
    OpenQuery,
    Remove,
    encode_difference,
    encode_query_error,
    read_query_request,
)


def _message(**fields: Any) -> Message:
    return read_message(json.dumps(fields).encode())


def _nested(depth: int) -> Any:
    value: Any = "é"
    for _ in range(depth):
        value = [value]
    return value


_P = {"a": "p", "ch": "größe", "id": "zoë", "p": {"x": 1}, "pv": 3}
_D = _P | {"ch": "notes.ä.b", "c": "notes", "d": "ä.b", "v": 7, "t": "http://sharejs.org/types/é"}


def test_a_presence_is_read() -> None:
    """[PN1] its source is the connection's own id, whatever the message says."""
    request = read_channel_request(_message(**_P, src="victim"), "mine")
    assert isinstance(request, Publish)
    assert request.presence == Presence("größe", "mine", "zoë", 3, {"x": 1})
    told = json.loads(encode_presence(request.presence))
    assert told == {**_P, "src": "mine"}


def test_a_presence_in_a_document_is_read() -> None:
    """[PN18] it names its document, and its channel follows from that."""
    request = read_channel_request(_message(**_D), "mine")
    assert isinstance(request, Publish)
    place = Place("notes", "ä.b", RevisionNo(7), _D["t"])
    assert request.presence.place == place
    assert json.loads(encode_presence(request.presence)) == {**_D, "src": "mine"}
    for other in ("notes.ä", "notes", "secret.ä.b", "notes.ä.b.c"):
        with pytest.raises(ProtocolError) as caught:
            read_channel_request(_message(**{**_D, "ch": other}), "mine")
        assert caught.value.code == "protocol_field"


def test_requests_about_channels_are_answered() -> None:
    """[PN2] the answer carries the number by which the client knows its request."""
    for action, kind in (("ps", Watch), ("pu", Unwatch)):
        request = read_channel_request(_message(a=action, ch="é", seq=4), "mine")
        assert isinstance(request, kind)
        assert isinstance(request, Watch | Unwatch)
        assert json.loads(encode_watched(request)) == {"a": action, "ch": "é", "seq": 4}
    recall = read_channel_request(_message(a="pr", ch="é"), "mine")
    assert isinstance(recall, Recall)
    assert json.loads(encode_watched(recall)) == {"a": "pr"}


@pytest.mark.parametrize(
    "change",
    [
        {"ch": None},
        {"ch": ""},
        {"ch": 7},
        {"ch": "__proto__"},
        {"ch": ["é"]},
        {"ch": "é\ud800"},
        {"id": "\udc00"},
        {"p": {"x": "\ud800"}},
        {"p": _nested(300)},
        {"c": "\ud800", "d": "ä"},
        {"id": None},
        {"id": ""},
        {"id": "constructor"},
        {"id": 5},
        {"pv": None},
        {"pv": -1},
        {"pv": 1.5},
        {"pv": True},
        {"pv": 2**53 + 1},
        {"seq": "é"},
        {"c": "notes"},
        {"d": "ä"},
        {"c": "toString", "d": "ä"},
        {"c": "notes", "d": {}},
        {"ch": "notes.ä", "c": "notes", "d": "ä", "v": -1},
        {"ch": "notes.ä", "c": "notes", "d": "ä", "v": "é"},
        {"ch": "notes.ä", "c": "notes", "d": "ä", "t": 5},
    ],
)
def test_a_malformed_frame_is_refused(change: dict[str, Any]) -> None:
    """[PN21] whatever is wrong with it."""
    with pytest.raises(ProtocolError) as caught:
        read_channel_request(_message(**{**_P, **change}), "mine")
    assert caught.value.code == "protocol_field"


def test_names_and_values_are_bounded() -> None:
    """[PN13] in bytes of UTF-8, and the value as JSON."""
    value_max = "x" * (PRESENCE_VALUE_BYTES_MAX - 2)
    fits = {
        "ch": "é" * (CHANNEL_NAME_BYTES_MAX // 2),
        "id": "é" * (PRESENCE_ID_BYTES_MAX // 2),
        "p": value_max,
    }
    assert isinstance(read_channel_request(_message(**{**_P, **fits}), "mine"), Publish)
    for name, value in (("ch", fits["ch"]), ("id", fits["id"]), ("p", value_max)):
        with pytest.raises(LimitExceeded) as caught:
            read_channel_request(_message(**{**_P, name: f"{value}x"}), "mine")
        assert caught.value.code == "limit_presence"


def test_a_query_is_read() -> None:
    """[SQ12] a client that comes back says what it holds; a fetch holds nothing."""
    live = _message(a="qs", id=1, c="größen", q={"a": 1}, r=[["é", 3], ["b", None]])
    request = read_query_request(live)
    assert isinstance(request, OpenQuery)
    assert request.is_live
    assert request.known == (Known("é", RevisionNo(3)), Known("b", None))
    fetched = read_query_request(_message(a="qf", id=2, c="größen", q={}, r=[["é", 3]]))
    assert isinstance(fetched, OpenQuery)
    assert fetched.known is None
    assert not fetched.is_live
    assert read_query_request(_message(a="qu", id=1)) == CloseQuery(1)


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": "1"},
        {"id": True},
        {"id": 2**53 + 1},
        {"c": None},
        {"c": "__proto__"},
        {"c": "é" * 512},
        {"c": "\ud800"},
        {"r": [["\ud800", 1]]},
        {"r": {}},
        {"r": ["é"]},
        {"r": [["é"]]},
        {"r": [["é", -1]]},
        {"r": [["é", True]]},
        {"r": [["constructor", 1]]},
        {"r": [["é", 1], ["é", 2]]},
    ],
)
def test_a_malformed_query_is_refused(change: dict[str, Any]) -> None:
    """[SQ3] whatever is wrong with its frame."""
    fields = {"a": "qs", "id": 1, "c": "größen", "q": {}}
    with pytest.raises(ProtocolError) as caught:
        read_query_request(_message(**{**fields, **change}))
    assert caught.value.code == "protocol_field"


def test_another_database_is_refused() -> None:
    """[SQ3] an option that would ask somebody else is not passed over."""
    with pytest.raises(Refused) as caught:
        read_query_request(_message(a="qf", id=1, c="größen", q={}, o={"db": "søk"}))
    assert caught.value.code == "query_unsupported"


def test_the_frame_of_a_query_is_bounded() -> None:
    """[SQ14] in its bytes, and in the documents that it brings."""
    fields: dict[str, Any] = {"a": "qs", "id": 1, "c": "größen", "q": {}}
    known = [[f"é{index}", 1] for index in range(QUERY_DOCUMENTS_MAX)]
    assert isinstance(read_query_request(_message(**fields, r=known)), OpenQuery)
    for more in (
        {"r": [*known, ["one more", 1]]},
        {"q": {"a": "x" * QUERY_BYTES_MAX}},
    ):
        with pytest.raises(LimitExceeded) as caught:
            read_query_request(_message(**{**fields, **more}))
        assert caught.value.code == "limit_query"


def test_what_a_list_becomes_is_told() -> None:
    """[SQ9] in the words of ShareDB's client; the type is left out where it is json0."""
    plain = Found("é", RevisionNo(3), b'{"n":1}')
    text = Found("b", RevisionNo(4), b'[{"insert":"x"}]', "http://sharejs.org/types/rich-text/v1")
    frame = encode_difference(7, [Remove(2, 1), Move(3, 0), Insert(1, (plain, text))])
    assert json.loads(frame) == {
        "a": "q",
        "id": 7,
        "diff": [
            {"type": "remove", "index": 2, "howMany": 1},
            {"type": "move", "from": 3, "to": 0, "howMany": 1},
            {
                "type": "insert",
                "index": 1,
                "values": [
                    {"v": 3, "data": {"n": 1}, "d": "é"},
                    {"v": 4, "data": [{"insert": "x"}], "type": text.type, "d": "b"},
                ],
            },
        ],
    }
    error = json.loads(encode_query_error(7, "limit_query", "größer"))
    assert error == {"a": "q", "id": 7, "error": {"code": "limit_query", "message": "größer"}}


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "é", "$gt", "__proto__", "a.b", "a..b", "notes.ä", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["", "a", "a.é", "$in", "$gt", "$sort", "$limit", "$or", "_id"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
_FIELDS = st.sampled_from(["ch", "id", "p", "pv", "c", "d", "v", "t", "seq", "q", "r", "o"])


@given(st.sampled_from(["p", "ps", "pu", "pr", "qf", "qs", "qu"]), st.data())
def test_whatever_is_sent_is_read_or_refused(action: str, data: st.DataObject) -> None:
    """[PN21] [SQ3] by an error that its sender is told, never by one of the server's own."""
    start: dict[str, Any] = {**_D, "q": {"a": 1}} if action.startswith("p") else {"id": 1, "c": "é"}
    fields = start | data.draw(st.dictionaries(_FIELDS, _VALUES, max_size=4)) | {"a": action}
    message = _message(**fields)
    try:
        if action.startswith("p"):
            request = read_channel_request(message, "mine")
            if isinstance(request, Publish):
                json.loads(encode_presence(request.presence))
        else:
            opened = read_query_request(message)
            if isinstance(opened, OpenQuery):
                opened.query.matches("ä", {"a": [1, "é", None, {"é": 2}]})
                opened.query.sort_key("ä", {"a": {"é": False}})
    except PeerError as error:
        assert error.code
