"""Benchmark of the OT types: what a room pays per edit and per transform.

Run with ``python -m benchmarks.ot``. Each figure is the best of several runs on one core.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

from collab.ot import json0
from collab.ot.types import RICH_TEXT, TEXT_UNICODE, OTType

__all__ = ["main"]

COMPONENTS = 1_000
IMPORTED_NODES = 20_000
REVISIONS = 1_000
DOCUMENT_BYTES = 5_000_000
TEXT_BYTES = (10_000, 1_000_000)
RUN_BYTES = 100
TEXT_COMPONENTS = 1_000
RUNS = 5


def main() -> None:
    """Measure and print the table."""
    rows = (
        (
            f"transform {COMPONENTS} × {COMPONENTS} disjoint components",
            _disjoint(),
            "ms",
        ),
        (
            f"transform {COMPONENTS} × {COMPONENTS} on the same members",
            _same_members(),
            "ms",
        ),
        ("transform 100 × 100 inserts into one list", _one_list(100), "ms"),
        (
            f"transform an import of {IMPORTED_NODES} nodes past 5 edits",
            _import_past_edits(),
            "ms",
        ),
        (
            f"transform one edit past an import of {IMPORTED_NODES}",
            _edit_past_import(),
            "ms",
        ),
        (f"transform one edit past {REVISIONS} revisions", _past_revisions(), "ms"),
        (
            f"transform an import past {REVISIONS} revisions",
            _import_past_revisions(),
            "ms",
        ),
        (f"apply {COMPONENTS} components to a copy", _apply_many(), "ms"),
        (f"normalize {COMPONENTS} components", _normalize_many(), "ms"),
        (
            f"apply one edit in place, document of {DOCUMENT_BYTES} bytes",
            _apply_one(),
            "µs",
        ),
    )
    for title, seconds, unit in (*rows, *_text_rows()):
        print(f"{title:<62} {seconds * (1e3 if unit == 'ms' else 1e6):>9.2f} {unit}")


def _best(function: Callable[[], object], repeat: int = 1) -> float:
    """Return the seconds that one call of *function* takes in the best of several runs."""
    durations = []
    for _ in range(RUNS):
        start = perf_counter()
        for _ in range(repeat):
            function()
        durations.append((perf_counter() - start) / repeat)
    return min(durations)


def _nodes(prefix: str, count: int) -> json0.Op:
    return [
        {
            "p": ["nodes", f"{prefix}{number}"],
            "oi": {"type": "text", "name": f"Überschrift {number}"},
        }
        for number in range(count)
    ]


def _edits(prefix: str, count: int) -> json0.Op:
    return [
        {
            "p": ["nodes", f"{prefix}{number}", "properties", "width"],
            "od": 1,
            "oi": number,
        }
        for number in range(count)
    ]


def _disjoint() -> float:
    left, right = _nodes("a", COMPONENTS), _edits("b", COMPONENTS)
    return _best(lambda: json0.transform_pair(left, right))


def _same_members() -> float:
    left, right = _nodes("a", COMPONENTS), _nodes("a", COMPONENTS)
    return _best(lambda: json0.transform_pair(left, right))


def _one_list(count: int) -> float:
    left = [{"p": ["list", number], "li": f"é{number}"} for number in range(count)]
    return _best(lambda: json0.transform_pair(left, left))


def _import_past_edits() -> float:
    imported, edits = _nodes("a", IMPORTED_NODES), _edits("b", 5)
    return _best(lambda: json0.transform(imported, edits, "left"))


def _edit_past_import() -> float:
    imported, edit = _nodes("a", IMPORTED_NODES), _edits("b", 1)
    return _best(lambda: json0.transform(edit, imported, "left"))


def _past_revisions() -> float:
    edit = _edits("mine", 1)
    revisions = [[component] for component in _edits("theirs", REVISIONS)]

    def run() -> json0.Op:
        op = edit
        for revision in revisions:
            op = json0.transform(op, revision, "left")
        return op

    return _best(run)


def _import_past_revisions() -> float:
    imported = _nodes("a", IMPORTED_NODES)
    revisions = [[component] for component in _edits("theirs", REVISIONS)]
    return _best(lambda: json0.transform_over(imported, revisions))


def _apply_many() -> float:
    document: dict[str, Any] = {"nodes": {}}
    op = _nodes("a", COMPONENTS)
    return _best(lambda: json0.apply(document, op))


def _normalize_many() -> float:
    op = _nodes("a", COMPONENTS)
    return _best(lambda: json0.normalize(op))


def _apply_one() -> float:
    node = {"type": "text", "properties": {"width": 1, "label": "ä" * 50}}
    count = DOCUMENT_BYTES // len(json.dumps(node))
    document: Any = {"nodes": {f"b{number}": json0.apply(node, []) for number in range(count)}}
    document = json.loads(json.dumps(document))
    op = _edits("b", 1)
    return _best(lambda: json0.apply_in_place(document, op), repeat=1_000)


def _text_rows() -> Iterator[tuple[str, float, str]]:
    """Yield what one keystroke and one long op cost in each text type."""
    for size in TEXT_BYTES:
        plain = "Überschrift " * (size // 13)
        emoji = "Grüße 😀 " * (size // 13)
        runs = [
            {"insert": plain[:RUN_BYTES], "attributes": {"size": number % 7}}
            for number in range(size // RUN_BYTES)
        ]
        cases: tuple[tuple[str, OTType, Any], ...] = (
            ("text-unicode", TEXT_UNICODE, plain),
            ("rich-text, one run", RICH_TEXT, [{"insert": plain}]),
            ("rich-text, one run with emoji", RICH_TEXT, [{"insert": emoji}]),
            (f"rich-text, {len(runs)} runs", RICH_TEXT, runs),
        )
        for title, ot_type, data in cases:
            yield from _text_type_rows(f"{size // 1_000} KB {title}", ot_type, data)


def _text_type_rows(title: str, ot_type: OTType, data: Any) -> Iterator[tuple[str, float, str]]:
    document = ot_type.create(data)
    keystroke = _text_op(ot_type, document, 1)
    other = _text_op(ot_type, document, 2)
    long_op = _text_op(ot_type, document, TEXT_COMPONENTS)
    other_long_op = _text_op(ot_type, document, TEXT_COMPONENTS - 1)
    repeat = 20
    yield f"{title}: apply a key", _best(lambda: ot_type.apply(document, keystroke), repeat), "µs"
    yield (
        f"{title}: transform a key",
        _best(lambda: ot_type.transform(keystroke, other, "left"), repeat),
        "µs",
    )
    yield (
        f"{title}: apply {TEXT_COMPONENTS} inserts",
        _best(lambda: ot_type.apply(document, long_op)),
        "ms",
    )
    yield (
        f"{title}: transform {TEXT_COMPONENTS} past as many",
        _best(lambda: ot_type.transform(long_op, other_long_op, "left")),
        "ms",
    )
    yield f"{title}: measure", _best(lambda: ot_type.size_bytes(document)), "µs"


def _text_op(ot_type: OTType, document: Any, count: int) -> list[Any]:
    """Return an op of *count* inserts, spread evenly, none of which cuts an emoji in two."""
    if isinstance(document, str):
        distance = len(document) // (count + 1)
        return ot_type.normalize([distance, "é"] * count)
    units = sum(len(component["insert"].encode("utf-16-le")) // 2 for component in document)
    # The emoji of "Grüße 😀 " stands in units 6 and 7 of every 9.
    distance = max(9, units // (count + 1) // 9 * 9)
    inserts = min(count, units // distance)
    return ot_type.normalize([{"retain": distance}, {"insert": "é"}] * inserts)


if __name__ == "__main__":
    main()
