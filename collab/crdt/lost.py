"""Content of an update that nobody can see once it is applied.

Who edits a node that somebody else deleted meanwhile is right by every rule: the update applies,
and its content is garbage at once, since its parent is. The author's screen agrees as soon as the
delete arrives, and the work is gone. A room must not merely acknowledge that: it says what is lost.

SPEC: section CR (rules CR18 and CR19). Called by ``crdt.update``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, TypeAlias

import orjson

from collab.crdt.structs import DecodedUpdate, Struct, TypeRef
from collab.values import Json

__all__ = ["LostRange", "collected_content", "kept_content"]

_READABLE_UNITS_MAX: Final = 80

# The clocks from the first to before the second.
_Span: TypeAlias = tuple[int, int]

_start_of = itemgetter(0)


@dataclass(frozen=True, slots=True)
class LostRange:
    """A run of content by its clocks; ``readable`` is one line of it, at most 80 units."""

    client: int
    clock: int
    length: int
    readable: str


def kept_content(
    new_structs: Iterable[Struct], decoded: DecodedUpdate, known: Mapping[int, int]
) -> Iterator[LostRange]:
    """Yield the content of *new_structs* that their own update does not delete again.

    *known* holds the room's clock of each client of the update: what lies before is not new.
    """
    for struct, start, end in _kept_spans(new_structs, decoded, known):
        yield _lost_range(struct, start, end)


def collected_content(
    new_structs: Iterable[Struct],
    decoded: DecodedUpdate,
    known: Mapping[int, int],
    emitted: DecodedUpdate,
) -> Iterator[LostRange]:
    """Yield what of :func:`kept_content` stands as gc structs in *emitted*."""
    collected = {
        client: spans
        for client, block in emitted.structs.items()
        if (spans := [(s.clock, s.clock + s.length) for s in block if s.kind == "gc"])
    }
    touched = [struct for struct in new_structs if struct.client in collected]
    for struct, start, end in _kept_spans(touched, decoded, known):
        for span_start, span_end in _cut(collected[struct.client], start, end):
            yield _lost_range(struct, span_start, span_end)


def _kept_spans(
    new_structs: Iterable[Struct], decoded: DecodedUpdate, known: Mapping[int, int]
) -> Iterator[tuple[Struct, int, int]]:
    deleted = {client: _merged(ranges) for client, ranges in decoded.deletes.items()}
    for struct in new_structs:
        if struct.kind != "item" or struct.content in ("deleted", "format"):
            continue
        start = max(struct.clock, known[struct.client])
        end = struct.clock + struct.length
        for gap_start, gap_end in _cut(deleted.get(struct.client, ()), start, end):
            if start < gap_start:
                yield struct, start, gap_start
            start = gap_end
        if start < end:
            yield struct, start, end


def _merged(ranges: Iterable[tuple[int, int]]) -> list[_Span]:
    """Return ranges of clock and length as spans, sorted and disjoint."""
    spans: list[_Span] = []
    for clock, length in sorted(ranges):
        if spans and clock <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], clock + length))
        else:
            spans.append((clock, clock + length))
    return spans


def _cut(spans: Sequence[_Span], start: int, end: int) -> Iterator[_Span]:
    """Yield the parts of sorted, disjoint *spans* within *start* and *end*."""
    for index in range(max(0, bisect_right(spans, start, key=_start_of) - 1), len(spans)):
        span_start, span_end = spans[index]
        if span_start >= end:
            return
        if span_end > start:
            yield max(span_start, start), min(span_end, end)


def _lost_range(struct: Struct, start: int, end: int) -> LostRange:
    readable = _readable(struct, start - struct.clock, end - struct.clock)
    return LostRange(struct.client, start, end - start, readable)


def _readable(struct: Struct, start: int, end: int) -> str:
    match struct.content:
        case "string":
            # Clocks count UTF-16 units; a cut inside a pair reads as U+FFFD, as it does in Yjs.
            units: bytes = struct.value.encode("utf-16-le")[2 * start : 2 * end]
            text = units[: 2 * _READABLE_UNITS_MAX].decode("utf-16-le", "replace")
        case "any":
            text = ", ".join(map(_json_text, struct.value[start : min(end, start + 20)]))
        case "embed":
            text = _json_text(struct.value)
        case "type":
            text = TypeRef(struct.type_ref or 0).name.lower().replace("_", " ")
        case _:
            text = str(struct.content)
    return text[:_READABLE_UNITS_MAX]


def _json_text(value: Json | bytes) -> str:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return orjson.dumps(value, default=str).decode()
