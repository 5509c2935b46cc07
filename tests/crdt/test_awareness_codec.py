"""The awareness codec against npm's y-protocols and against broken messages."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab.crdt.awareness import decode, encode
from collab.crdt.lib0 import Encoder
from collab.errors import LimitExceeded, PeerError, ProtocolError
from collab.ids import ClientId
from collab.limits import AWARENESS_ENTRIES_PER_MESSAGE_MAX, AWARENESS_STATE_BYTES_MAX
from collab.messages import AwarenessEntry
from tests.crdt.oracle import YjsOracle

FUZZ_SCALE = int(os.environ.get("FUZZ_SCALE", "1"))

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
# y-protocols keeps what JSON.parse returns, whose setter for this name is the prototype's.
KEYS = TEXTS.filter(lambda key: key != "__proto__")
VALUES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS | st.lists(TEXTS)
ENTRIES = st.lists(
    st.builds(
        AwarenessEntry,
        st.integers(0, 2**53 - 1).map(ClientId),
        st.integers(1, 2**32),
        st.none() | st.dictionaries(KEYS, VALUES, max_size=3),
    ),
    max_size=5,
    unique_by=lambda entry: entry.client,
)


@pytest.fixture(scope="module")
def oracle() -> Iterator[YjsOracle]:
    with YjsOracle() as running:
        yield running


def message(*entries: tuple[int, int, str]) -> bytes:
    encoder = Encoder()
    encoder.write_var_uint(len(entries))
    for client, clock, text in entries:
        encoder.write_var_uint(client)
        encoder.write_var_uint(clock)
        encoder.write_var_string(text)
    return encoder.to_bytes()


@settings(max_examples=100 * FUZZ_SCALE, deadline=None)
@given(entries=ENTRIES)
def test_reads_what_npm_writes(oracle: YjsOracle, entries: list[AwarenessEntry]) -> None:
    """[AW1] what y-protocols writes is read with the same clients, clocks and states."""
    listed = [(entry.client, entry.clock, entry.state) for entry in entries]
    assert list(decode(oracle.encode_awareness(listed))) == entries


@settings(max_examples=100 * FUZZ_SCALE, deadline=None)
@given(entries=ENTRIES)
def test_npm_reads_what_is_written(oracle: YjsOracle, entries: list[AwarenessEntry]) -> None:
    """[AW2] y-protocols reads what is written here with the same clients, clocks and states."""
    data = encode(entries)
    assert list(decode(data)) == entries
    known = {client: (clock, state) for client, clock, state in oracle.apply_awareness(data)}
    assert known == {entry.client: (entry.clock, entry.state) for entry in entries}


def test_states_that_were_sliced() -> None:
    """[AW1] half an emoji in a name, as slicing in JavaScript leaves it, becomes U+FFFD."""
    (entry,) = decode(message((1, 2, '{"name":"größe\\ud83d"}')))
    assert entry == AwarenessEntry(ClientId(1), 2, {"name": "größe�"})
    assert decode(encode([entry])) == (entry,)


def test_a_client_may_stand_twice() -> None:
    """[AW1] the order of a message is kept, for the room to take the newest."""
    entries = decode(message((1, 2, "{}"), (1, 3, "null"), (1, 1, '{"é":1}')))
    assert [(entry.clock, entry.state) for entry in entries] == [(2, {}), (3, None), (1, {"é": 1})]


MALFORMED: dict[str, bytes] = {
    "nothing": b"",
    "trailing": message((1, 1, "{}")) + b"\0",
    "no entries but a count": b"\x01",
    "a list": message((1, 1, "[]")),
    "a string": message((1, 1, '"é"')),
    "a number": message((1, 1, "0")),
    "no JSON": message((1, 1, "{")),
    "empty": message((1, 1, "")),
    "deep": message((1, 1, '{"a":' * 100 + "1" + "}" * 100)),
    "very deep": message((1, 1, "[" * 10_000)),
    "invalid UTF-8": b"\x01\x01\x01\x02\xc3\x28",
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed(data: bytes) -> None:
    """[AW1] anything but a list of objects and nulls is malformed."""
    with pytest.raises(ProtocolError) as caught:
        decode(data)
    assert caught.value.code == "protocol_malformed"


def state_of(length: int) -> str:
    """A state whose JSON text has *length* bytes, not characters."""
    frame = len(json.dumps({"n": ""}, separators=(",", ":")))
    return '{"n":"' + "é" * ((length - frame) // 2) + "x" * ((length - frame) % 2) + '"}'


def test_bounds() -> None:
    """[AW3] at the bound it is read, one byte or entry beyond it is refused."""
    longest = state_of(AWARENESS_STATE_BYTES_MAX)
    assert len(longest.encode()) == AWARENESS_STATE_BYTES_MAX
    assert decode(message((1, 1, longest)))[0].state is not None
    most = [(client, 1, "{}") for client in range(AWARENESS_ENTRIES_PER_MESSAGE_MAX)]
    assert len(decode(message(*most))) == AWARENESS_ENTRIES_PER_MESSAGE_MAX
    for beyond in (
        message((1, 1, state_of(AWARENESS_STATE_BYTES_MAX + 1))),
        message(*most, (9_999, 1, "{}")),
        b"\xff\xff\xff\xff\xff\x01",
    ):
        with pytest.raises(LimitExceeded) as caught:
            decode(beyond)
        assert caught.value.code == "limit_awareness"


def test_broken_messages() -> None:
    """[AW1] cut and flipped messages are read or refused, never anything else."""
    random = Random(3)
    states: list[Any] = [{"user": {"name": "名前 😀"}}, None, {"cursor": [1, 2.5, "é"]}]
    data = encode(AwarenessEntry(ClientId(2**32 + i), i, state) for i, state in enumerate(states))
    for length in range(len(data)):
        with pytest.raises(ProtocolError):
            decode(data[:length])
    for _ in range(2_000 * FUZZ_SCALE):
        forged = bytearray(data)
        for _ in range(random.randint(1, 3)):
            forged[random.randrange(len(forged))] = random.randrange(256)
        try:
            entries = decode(bytes(forged))
        except PeerError as error:
            assert error.code in {"protocol_malformed", "limit_awareness"}
        else:
            assert all(entry.state is None or isinstance(entry.state, dict) for entry in entries)
