"""lib0: the codec against npm's own, and against what nobody should send."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab.crdt.lib0 import Decoder, Encoder, parse_json
from collab.errors import ProtocolError
from collab.limits import INTEGER_MAX, NESTING_MAX
from tests.crdt.oracle import YjsOracle

UINT_MAX = 2**53 - 1
FUZZ_SCALE = int(os.environ.get("FUZZ_SCALE", "1"))

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
# JavaScript's reader loses a member of this name: it sets the prototype.
KEYS = TEXTS.filter(lambda key: key != "__proto__")
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-INTEGER_MAX, INTEGER_MAX)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def oracle() -> Iterator[YjsOracle]:
    with YjsOracle() as running:
        yield running


def encoded(write: Callable[[Encoder], None]) -> bytes:
    encoder = Encoder()
    write(encoder)
    return encoder.to_bytes()


def refuses(read: Callable[[Decoder], object], data: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        read(Decoder(data))
    assert caught.value.code == "protocol_malformed"


@given(st.integers(0, UINT_MAX))
def test_var_uint_round_trip(number: int) -> None:
    """[CR1] every unsigned number below 2^53 comes back, and only its shortest form is read."""
    data = encoded(lambda encoder: encoder.write_var_uint(number))
    decoder = Decoder(data)
    assert decoder.read_var_uint() == number
    assert decoder.at_end and decoder.position == len(data)
    longer = data[:-1] + bytes([data[-1] | 0x80, 0])
    refuses(Decoder.read_var_uint, longer)


@given(st.integers(-INTEGER_MAX, INTEGER_MAX))
def test_var_int_round_trip(number: int) -> None:
    """[CR1] every signed number within 2^53 comes back."""
    decoder = Decoder(encoded(lambda encoder: encoder.write_var_int(number)))
    assert decoder.read_var_int() == number
    decoder.expect_end()


def test_number_bounds() -> None:
    """[CR1] the first number beyond the bound is refused, in reading and in writing."""
    biggest = encoded(lambda encoder: encoder.write_var_uint(UINT_MAX))
    assert Decoder(biggest).read_var_uint() == UINT_MAX
    refuses(Decoder.read_var_uint, b"\x80" * 7 + b"\x10")
    refuses(Decoder.read_var_uint, b"\xff" * 9 + b"\x01")
    refuses(Decoder.read_var_uint, b"\xff" * 100_000)
    refuses(Decoder.read_var_int, b"\xbf" + b"\xff" * 9)
    with pytest.raises(ValueError, match="2\\^53"):
        Encoder().write_var_uint(UINT_MAX + 1)
    with pytest.raises(ValueError, match="unsigned"):
        Encoder().write_var_uint(-1)
    with pytest.raises(ValueError, match="2\\^53"):
        Encoder().write_var_int(-INTEGER_MAX - 1)


@given(TEXTS)
def test_string_length_counts_bytes(text: str) -> None:
    """[CR2] the length of a string is that of its UTF-8, and what follows is not disturbed."""
    data = encoded(lambda encoder: encoder.write_var_string(text)) + b"\x07"
    assert data[0] == len(text.encode())
    decoder = Decoder(data)
    assert decoder.read_var_string() == text
    assert decoder.read_uint8() == 7


@pytest.mark.parametrize("text", [b"\xff", b"\xc3", b"\xed\xa0\xbd", b"\xc0\x80", b"\xf8\x88\x80"])
def test_invalid_utf8_is_refused(text: bytes) -> None:
    """[CR2] cut characters, encoded surrogates and overlong forms are no strings."""
    refuses(Decoder.read_var_string, bytes([len(text)]) + text)


@pytest.mark.parametrize(
    "read",
    [
        Decoder.read_uint8,
        Decoder.read_var_uint,
        Decoder.read_var_int,
        Decoder.read_var_bytes,
        Decoder.read_var_string,
        Decoder.read_float32,
        Decoder.read_float64,
        Decoder.read_bigint64,
        Decoder.read_any,
    ],
)
def test_every_read_checks_length(read: Callable[[Decoder], object]) -> None:
    """[CR3] an empty message is too short for everything."""
    refuses(read, b"")


@pytest.mark.parametrize("tag", [116, 117, 118, 119])
def test_forged_lengths_allocate_nothing(tag: int) -> None:
    """[CR3] an announced length of 2^50 fails at once."""
    length = encoded(lambda encoder: encoder.write_var_uint(2**50))
    refuses(Decoder.read_any, bytes([tag]) + length + b"\x7e\x7e")


def test_trailing_bytes() -> None:
    """[CR3] nothing may follow the end of a message."""
    decoder = Decoder(b"\x01\x02")
    decoder.read_uint8()
    with pytest.raises(ProtocolError):
        decoder.expect_end()
    decoder.read_uint8()
    decoder.expect_end()


@given(VALUES)
def test_any_round_trip(value: Any) -> None:
    """[CR4] a JSON value comes back equal."""
    decoder = Decoder(encoded(lambda encoder: encoder.write_any(value)))
    assert decoder.read_any() == value
    decoder.expect_end()


@settings(max_examples=200 * FUZZ_SCALE, deadline=None)
@given(value=VALUES)
def test_any_equals_npm(oracle: YjsOracle, value: Any) -> None:
    """[CR4] lib0 in JavaScript writes the same bytes and reads the same value."""
    data = encoded(lambda encoder: encoder.write_any(value))
    assert in_floats(oracle.decode_any(data)) == in_floats(value)
    if not has_negative_zero_or_reordered_key(value):
        assert oracle.encode_any(value) == data


def in_floats(value: Any) -> Any:
    """JavaScript prints large floats like integers, in digits that only a float rounds back."""
    return json.loads(json.dumps(value), parse_int=float)


def has_negative_zero_or_reordered_key(value: Any) -> bool:
    """JavaScript keeps the sign of zero and moves keys that look like integers or marks."""
    if isinstance(value, float):
        return value == 0 and math.copysign(1, value) < 0
    if isinstance(value, list):
        return any(map(has_negative_zero_or_reordered_key, value))
    if isinstance(value, dict):
        return any(key.isdigit() or key.startswith("$") for key in value) or any(
            map(has_negative_zero_or_reordered_key, value.values())
        )
    return False


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ({"$undefined": 1}, None),
        ({"$number": "Infinity"}, math.inf),
        ({"$number": "-0"}, 0),
        ({"$bigint": "9007199254740993"}, 2**53 + 1),
        ({"$bigint": "-5"}, -5),
        ({"$bytes": "w7zwn5iA"}, "ü😀".encode()),
    ],
)
def test_any_beyond_json(oracle: YjsOracle, marked: Any, expected: Any) -> None:
    """[CR4] what JavaScript can say and JSON cannot is read for whoever reads to judge."""
    assert Decoder(oracle.encode_any(marked)).read_any() == expected
    number = Decoder(oracle.encode_any({"$number": "NaN"})).read_any()
    assert isinstance(number, float) and math.isnan(number)


def test_scalars_round_trip() -> None:
    """[CR4] floats, 64-bit integers and bytes come back; what does not fit is the caller's bug."""
    encoder = Encoder()
    encoder.write_float32(0.5)
    encoder.write_float64(0.1)
    encoder.write_bigint64(-(2**63))
    encoder.write_any(b"\x00\xff")
    encoder.write_any(2**60)
    encoder.write_var_int(-64)
    decoder = Decoder(encoder.to_bytes())
    assert decoder.read_float32() == 0.5
    assert decoder.read_float64() == 0.1
    assert decoder.read_bigint64() == -(2**63)
    assert decoder.read_any() == b"\x00\xff"
    assert decoder.read_any() == 2**60
    assert decoder.read_var_int() == -64
    decoder.expect_end()
    with pytest.raises(ValueError, match="64 bits"):
        Encoder().write_any(2**64)
    with pytest.raises(ValueError, match="lib0"):
        Encoder().write_any({1, 2})


def nested(levels: int) -> bytes:
    return b"\x75\x01" * levels + b"\x7e"


def test_nesting_is_bounded() -> None:
    """[CR4] one level more than the bound is refused, however deep the rest goes."""
    assert Decoder(nested(NESTING_MAX + 1)).read_any() is not None
    refuses(Decoder.read_any, nested(NESTING_MAX + 2))
    refuses(Decoder.read_any, nested(500_000))


@pytest.mark.parametrize("tag", [0, 1, 115, 128, 255])
def test_unknown_tags(tag: int) -> None:
    """[CR4] a tag that lib0 does not have is refused."""
    refuses(Decoder.read_any, bytes([tag, 0, 0, 0]))


def test_json_text() -> None:
    """[CR5] JSON is read as it is, halves of pairs become U+FFFD, everything else is refused."""
    assert parse_json('{"name":"größe 😀 \\ud83d\\ude00"}') == {"name": "größe 😀 😀"}
    assert parse_json('{"name":"x\\ud83d","\\ude00":1}') == {"name": "x�", "�": 1}
    assert parse_json("[" * (NESTING_MAX + 1) + "]" * (NESTING_MAX + 1))
    for text in (
        "",
        "{",
        "undefined",
        "NaN",
        '{"a":Infinity}',
        "[1,]",
        "[" * (NESTING_MAX + 2) + "]" * (NESTING_MAX + 2),
        "[" * 100_000,
        '["\\ud83d",NaN]',
    ):
        with pytest.raises(ProtocolError):
            parse_json(text)
