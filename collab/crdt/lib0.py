"""The lib0 binary encoding, read and written with every length checked first.

lib0 is the byte format beneath Yjs updates, the sync protocols and awareness. Numbers take seven
bits a byte, low group first, with the high bit on all but the last; strings and buffers carry
their length in *bytes*; "any" values carry a tag byte and count down from 127.

Only the shortest form of a number is accepted: no encoder writes another, and two spellings of
one message would let a forged one slip past a comparison of bytes.

SPEC: section CR (rules CR1 to CR5). Called by the update decoder, the awareness codec and the
protocol adapters.
"""

from __future__ import annotations

import json
import struct
from typing import Final

import orjson

from collab.errors import LimitExceeded, ProtocolError
from collab.limits import INTEGER_MAX, NESTING_MAX
from collab.values import Json

__all__ = ["Decoder", "Encoder", "parse_json"]

_VAR_UINT_MAX: Final = 2**53 - 1
_VAR_UINT_BYTES_MAX: Final = 8
_INT32_MAX: Final = 2**31 - 1
_INT64_MAX: Final = 2**63 - 1

_CONTAINER_WORK: Final = 2

_FLOAT32: Final = struct.Struct(">f")
_FLOAT64: Final = struct.Struct(">d")
_INT64: Final = struct.Struct(">q")

_ANY_UNDEFINED: Final = 127
_ANY_NULL: Final = 126
_ANY_INTEGER: Final = 125
_ANY_FLOAT32: Final = 124
_ANY_FLOAT64: Final = 123
_ANY_BIGINT: Final = 122
_ANY_FALSE: Final = 121
_ANY_TRUE: Final = 120
_ANY_STRING: Final = 119
_ANY_OBJECT: Final = 118
_ANY_ARRAY: Final = 117
_ANY_BYTES: Final = 116


class Decoder:
    """Reads lib0 values from *data* one after another.

    Every method raises ``ProtocolError`` (``protocol_malformed``) on short, overlong or
    ill-formed data; after an error the decoder must not be used again. Nothing is allocated for
    an announced length or count before that many bytes are known to be there. Reading more than
    *work_max* values raises ``LimitExceeded`` (``limit_work``): see :meth:`spend`.
    """

    __slots__ = ("_data", "_end", "_position", "_work_left")

    def __init__(self, data: bytes, *, work_max: int = 2**53) -> None:
        self._work_left = work_max
        self._data = bytes(data)
        self._end = len(data)
        self._position = 0

    @property
    def position(self) -> int:
        """The offset, in bytes, of what will be read next."""
        return self._position

    @property
    def at_end(self) -> bool:
        return self._position == self._end

    def spend(self, work: int) -> None:
        """Count *work* that is about to be done, in values that take as long to read."""
        self._work_left -= work
        if self._work_left < 0:
            raise LimitExceeded("a message takes too long to read", code="limit_work")

    def expect_end(self) -> None:
        """Raise unless everything has been read: trailing bytes belong to no message."""
        if self._position != self._end:
            raise self._malformed(
                f"{self._end - self._position} bytes follow the end of the message"
            )

    def read_uint8(self) -> int:
        position = self._position
        if position >= self._end:
            raise self._malformed("a byte is missing")
        self._position = position + 1
        return self._data[position]

    def read_var_uint(self) -> int:
        """Return an unsigned number of at most 2^53 - 1. Source: [CR1]."""
        position = self._position
        if position >= self._end:
            raise self._malformed("a number is missing")
        byte = self._data[position]
        self._position = position + 1
        if byte < 0x80:
            return byte
        return self._read_groups(byte & 0x7F, 7, _VAR_UINT_MAX)

    def read_var_int(self) -> int:
        """Return a signed number within 2^53; JavaScript's negative zero becomes 0."""
        byte = self.read_uint8()
        magnitude = byte & 0x3F
        if byte & 0x80:
            magnitude = self._read_groups(magnitude, 6, INTEGER_MAX)
        return -magnitude if byte & 0x40 else magnitude

    def read_bytes(self, length: int) -> bytes:
        """Return the next *length* bytes."""
        start = self._position
        if length > self._end - start:
            raise self._malformed(f"{length} bytes are announced and {self._end - start} are there")
        self._position = start + length
        return self._data[start : start + length]

    def read_var_bytes(self) -> bytes:
        return self.read_bytes(self.read_var_uint())

    def read_var_string(self) -> str:
        """Return a string, whose length stands in bytes; invalid UTF-8 is an error."""
        try:
            return self.read_bytes(self.read_var_uint()).decode("utf-8")
        except UnicodeDecodeError:
            raise self._malformed("a string is not UTF-8") from None

    def read_float32(self) -> float:
        return float(_FLOAT32.unpack(self.read_bytes(4))[0])

    def read_float64(self) -> float:
        return float(_FLOAT64.unpack(self.read_bytes(8))[0])

    def read_bigint64(self) -> int:
        return int(_INT64.unpack(self.read_bytes(8))[0])

    def read_any(self) -> Json | bytes:
        """Return a tagged value: JSON, or ``bytes`` for a ``Uint8Array``.

        Undefined becomes ``None``; floats may be NaN or infinite and integers may reach 64 bits,
        for whoever reads to judge. Containers nest at most ``NESTING_MAX`` deep. Source: [CR4].
        """
        return self._read_any(0)

    def skip_var_bytes(self) -> None:
        """Go past a string or a buffer without looking into it."""
        length = self.read_var_uint()
        if length > self._end - self._position:
            raise self._malformed(f"{length} bytes are announced and fewer are there")
        self._position += length

    def skip_any(self) -> None:
        """Go past a tagged value: for bytes that were read before, such as the Doc's own."""
        tag = self.read_uint8()
        if tag in (_ANY_STRING, _ANY_BYTES):
            self.skip_var_bytes()
        elif tag == _ANY_INTEGER:
            self.read_var_int()
        elif tag == _ANY_OBJECT:
            for _ in range(self.read_var_uint()):
                self.skip_var_bytes()
                self.skip_any()
        elif tag == _ANY_ARRAY:
            for _ in range(self.read_var_uint()):
                self.skip_any()
        else:
            self._read_scalar(tag)

    def _read_any(self, depth: int) -> Json | bytes:
        tag = self.read_uint8()
        if tag == _ANY_STRING:
            return self.read_var_string()
        if tag == _ANY_INTEGER:
            return self.read_var_int()
        if tag in (_ANY_OBJECT, _ANY_ARRAY):
            if depth > NESTING_MAX:
                raise self._malformed(f"a value is nested deeper than {NESTING_MAX} levels")
            count = self.read_var_uint()
            if count > self._end - self._position:
                raise self._malformed(f"{count} members are announced and fewer bytes are there")
            self.spend(count + _CONTAINER_WORK)
            read_any = self._read_any
            if tag == _ANY_ARRAY:
                return [read_any(depth + 1) for _ in range(count)]
            return {self.read_var_string(): read_any(depth + 1) for _ in range(count)}
        return self._read_scalar(tag)

    def _read_scalar(self, tag: int) -> Json | bytes:
        match tag:
            case 126 | 127:
                return None
            case 120:
                return True
            case 121:
                return False
            case 123:
                return self.read_float64()
            case 124:
                return self.read_float32()
            case 122:
                return self.read_bigint64()
            case 116:
                return self.read_var_bytes()
            case _:
                raise self._malformed(f"{tag} is no tag of a value")

    def _read_groups(self, number: int, shift: int, bound: int) -> int:
        data = self._data
        start = position = self._position
        while position < self._end and position - start < _VAR_UINT_BYTES_MAX:
            byte = data[position]
            position += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                if byte == 0:
                    raise self._malformed("a number is written longer than it needs")
                if number > bound:
                    break
                self._position = position
                return number
        raise self._malformed(
            "a number is cut off" if position == self._end else "a number is beyond 2^53"
        )

    def _malformed(self, reason: str) -> ProtocolError:
        return ProtocolError(f"{reason} (at byte {self._position})", code="protocol_malformed")


class Encoder:
    """Collects lib0 values; ``to_bytes`` returns what was written so far.

    A value that the format cannot hold is a bug of the caller and raises ``ValueError``.
    """

    __slots__ = ("_data",)

    def __init__(self) -> None:
        self._data = bytearray()

    def to_bytes(self) -> bytes:
        return bytes(self._data)

    def write_uint8(self, number: int) -> None:
        self._data.append(number)

    def write_var_uint(self, number: int) -> None:
        if not 0 <= number <= _VAR_UINT_MAX:
            raise ValueError(f"{number} is no unsigned number below 2^53")
        while number > 0x7F:
            self._data.append(0x80 | (number & 0x7F))
            number >>= 7
        self._data.append(number)

    def write_var_int(self, number: int) -> None:
        magnitude = abs(number)
        if magnitude > INTEGER_MAX:
            raise ValueError(f"{number} is beyond 2^53")
        sign = 0x40 if number < 0 else 0
        rest = magnitude >> 6
        self._data.append((0x80 if rest else 0) | sign | (magnitude & 0x3F))
        if rest:
            self.write_var_uint(rest)

    def write_bytes(self, data: bytes) -> None:
        """Write *data* as it is, without its length."""
        self._data += data

    def write_var_bytes(self, data: bytes) -> None:
        self.write_var_uint(len(data))
        self._data += data

    def write_var_string(self, text: str) -> None:
        """Write *text* after its length in *bytes*, not characters."""
        self.write_var_bytes(text.encode("utf-8"))

    def write_float32(self, number: float) -> None:
        self._data += _FLOAT32.pack(number)

    def write_float64(self, number: float) -> None:
        self._data += _FLOAT64.pack(number)

    def write_bigint64(self, number: int) -> None:
        if not -_INT64_MAX - 1 <= number <= _INT64_MAX:
            raise ValueError(f"{number} does not fit 64 bits")
        self._data += _INT64.pack(number)

    def write_any(self, value: Json | bytes) -> None:
        """Write a tagged value as ``lib0/encoding.writeAny`` does, so that the bytes are equal.

        Source: [CR4].
        """
        if value is None:
            self._data.append(_ANY_NULL)
        elif isinstance(value, bool):
            self._data.append(_ANY_TRUE if value else _ANY_FALSE)
        elif isinstance(value, str):
            self._data.append(_ANY_STRING)
            self.write_var_string(value)
        elif isinstance(value, (int, float)):
            self._write_number(value)
        elif isinstance(value, dict):
            self._data.append(_ANY_OBJECT)
            self.write_var_uint(len(value))
            for key, member in value.items():
                self.write_var_string(key)
                self.write_any(member)
        elif isinstance(value, (list, tuple)):
            self._data.append(_ANY_ARRAY)
            self.write_var_uint(len(value))
            for item in value:
                self.write_any(item)
        elif isinstance(value, bytes):
            self._data.append(_ANY_BYTES)
            self.write_var_bytes(value)
        else:
            raise ValueError(f"a {type(value).__name__} is no lib0 value")

    def _write_number(self, number: float) -> None:
        # JavaScript has one number type: an integral float is written like the integer, and an
        # integer beyond 32 bits as a float. Only what no float holds exactly becomes a bigint.
        if isinstance(number, int) and abs(number) > INTEGER_MAX:
            self._data.append(_ANY_BIGINT)
            self.write_bigint64(number)
        elif abs(number) <= _INT32_MAX and number == int(number):
            self._data.append(_ANY_INTEGER)
            self.write_var_int(int(number))
        elif _fits_float32(float(number)):
            self._data.append(_ANY_FLOAT32)
            self.write_float32(number)
        else:
            self._data.append(_ANY_FLOAT64)
            self.write_float64(number)


def parse_json(text: str) -> Json:
    """Return the value of a JSON text that a JavaScript client wrote.

    Halves of surrogate pairs, which ``JSON.stringify`` writes as escapes for a string that was
    sliced inside an emoji, become U+FFFD, as they do in lib0's strings. Raises ``ProtocolError``
    (``protocol_malformed``) for what is no JSON or nests deeper than ``NESTING_MAX``.
    Source: [CR5].
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = _parse_json_with_halves(text)
    if not _is_nested_within(value, NESTING_MAX):
        raise ProtocolError(
            f"a value is nested deeper than {NESTING_MAX} levels",
            code="protocol_malformed",
        )
    return value


def _parse_json_with_halves(text: str) -> Json:
    # Only orjson's refusal of lone surrogates is lifted: what comes out of the more lenient
    # parser has to pass orjson after all.
    try:
        lenient = json.dumps(json.loads(text), ensure_ascii=False)
        healed = lenient.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return orjson.loads(healed)
    except (ValueError, RecursionError):
        raise ProtocolError("a text is not JSON", code="protocol_malformed") from None


def _is_nested_within(value: Json, levels: int) -> bool:
    if isinstance(value, dict):
        return levels >= 0 and all(_is_nested_within(item, levels - 1) for item in value.values())
    if isinstance(value, list):
        return levels >= 0 and all(_is_nested_within(item, levels - 1) for item in value)
    return True


def _fits_float32(number: float) -> bool:
    try:
        return bool(_FLOAT32.unpack(_FLOAT32.pack(number))[0] == number)
    except OverflowError:
        return False
