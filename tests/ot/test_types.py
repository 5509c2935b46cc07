"""The registry of OT types, and what a room may ask of each."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from collab.errors import InvalidOp
from collab.ot.types import JSON0, RICH_TEXT, TEXT_UNICODE, OTType, find_type

PEERS = Path(__file__).parents[1] / "peers"
# For each type: the data of a document, two ops on it, and the document after the first one.
CASES: tuple[tuple[OTType, Any, Any, Any, Any], ...] = (
    (JSON0, {"é": 1}, [{"p": ["é"], "na": 1}], [{"p": ["x"], "oi": "😀"}], {"é": 2}),
    (TEXT_UNICODE, "é😀", [2, "x"], [{"d": "é"}], "é😀x"),
    (
        RICH_TEXT,
        [{"insert": "é😀"}],
        [{"retain": 3}, {"insert": "x"}],
        [{"delete": 1}],
        [{"insert": "é😀x"}],
    ),
)


def test_names_are_those_of_npm() -> None:
    """[TX23] every type is found under the name and the URI that its npm package has."""
    script = """
        import json0 from 'ot-json0';
        import { type as text } from 'ot-text-unicode';
        import rich from 'rich-text';
        const types = [json0.type, text, rich.type];
        console.log(JSON.stringify(types.map((type) => [type.name, type.uri])));
    """
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script], cwd=PEERS, capture_output=True, check=True
    )
    names = json.loads(done.stdout)
    assert [find_type(name) for name, _ in names] == [JSON0, TEXT_UNICODE, RICH_TEXT]
    assert [find_type(uri) for _, uri in names] == [JSON0, TEXT_UNICODE, RICH_TEXT]


@pytest.mark.parametrize("name", ["json1", "", "é", "http://sharejs.org/types/JSONv1"])
def test_an_unknown_type_is_refused(name: str) -> None:
    """[TX23] what the server does not speak is refused by code."""
    with pytest.raises(InvalidOp) as refused:
        find_type(name)
    assert refused.value.code == "op_type"


@pytest.mark.parametrize(("ot_type", "data", "op", "other", "expected"), CASES)
def test_a_room_asks_every_type_alike(
    ot_type: OTType, data: Any, op: Any, other: Any, expected: Any
) -> None:
    """[TX24] every type creates, applies, transforms, composes and inverts by one interface."""
    document = ot_type.create(data)
    op, other = ot_type.normalize(op), ot_type.normalize(other)
    after = ot_type.apply(document, op)
    assert after == expected
    assert ot_type.apply(after, ot_type.invert(op, document)) == document
    next_op = ot_type.transform(other, op, "left")
    both = ot_type.apply(after, next_op)
    assert both == ot_type.apply(document, ot_type.compose(op, next_op))
    assert both == ot_type.apply(
        ot_type.apply(document, other), ot_type.transform(op, other, "right")
    )


@pytest.mark.parametrize(("ot_type", "data", "op", "other", "expected"), CASES)
def test_sizes_are_bytes_of_json(
    ot_type: OTType, data: Any, op: Any, other: Any, expected: Any
) -> None:
    """[TX24] a document's size is the length of its JSON text in UTF-8."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    assert ot_type.size_bytes(ot_type.create(data)) == len(text.encode())


def test_presence_is_offered_where_npm_offers_it() -> None:
    """[TX25] rich-text alone has presence, and sends its ops as objects with ops, as npm does."""
    assert [ot_type.transform_presence is None for ot_type, *_ in CASES] == [True, True, False]
    assert RICH_TEXT.to_wire([{"insert": "é"}]) == {"ops": [{"insert": "é"}]}
    assert TEXT_UNICODE.to_wire(["é"]) == ["é"]
    assert RICH_TEXT.normalize(RICH_TEXT.to_wire([{"insert": "é"}])) == [{"insert": "é"}]
