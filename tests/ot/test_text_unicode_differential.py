"""text-unicode against npm ``ot-text-unicode`` 4.0.0, on random ops and on kept cases.

``FUZZ_SCALE`` multiplies the number of texts, ``FUZZ_SEED`` repeats a run. A request whose answer
ever differed is kept in ``text_unicode_regressions.json`` and replayed.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any, Final

from collab.ot import text_unicode
from collab.values import json_equal
from tests.ot.oracle import ask, fuzz_scale, fuzz_seed
from tests.ot.text_generator import random_text, random_text_op

TEXTS: Final = 3_000
SCRIPT: Final = "text_unicode_oracle.mjs"
REGRESSIONS: Final = Path(__file__).with_name("text_unicode_regressions.json")


def answer(request: dict[str, Any]) -> Any:
    """Return what our own type answers to a request of the oracle."""
    op = request.get("op")
    match request["kind"]:
        case "normalize":
            return text_unicode.normalize(op)
        case "apply":
            return text_unicode.apply(request["document"], op)
        case "transform":
            return text_unicode.transform(op, request["other"], request["side"])
        case "compose":
            return text_unicode.compose(request["first"], request["second"])
        case "invert":
            invertible = text_unicode.make_invertible(op, request["document"])
            return [invertible, text_unicode.invert(invertible)]
        case kind:
            assert kind == "position"
            return text_unicode.transform_position(request["position"], op)


def compare(requests: list[dict[str, Any]]) -> None:
    assert requests
    for request, expected in zip(requests, ask(requests, SCRIPT), strict=True):
        actual = answer(request)
        assert json_equal(actual, expected["result"]), (
            f"keep: {json.dumps(request)}\nis: {actual}\nnpm: {expected}"
        )


def random_requests(random: Random, kind: str) -> list[dict[str, Any]]:
    """Return the requests of one *kind* that one random text gives."""
    text = random_text(random)
    op = random_text_op(random, text)
    match kind:
        case "normalize":
            return [{"kind": kind, "op": random_text_op(random, text, is_normal=False)}]
        case "transform":
            other = random_text_op(random, text)
            pairs = ((op, other, "left"), (op, other, "right"))
            return [{"kind": kind, "op": a, "other": b, "side": side} for a, b, side in pairs]
        case "compose":
            after = text_unicode.apply(text, op)
            return [{"kind": kind, "first": op, "second": random_text_op(random, after)}]
        case "position":
            position = random.randint(0, len(text) + 1)
            return [{"kind": kind, "position": position, "op": op}]
        case _:
            return [{"kind": kind, "document": text, "op": op}]


def fuzz(kind: str) -> None:
    random = Random(fuzz_seed())
    count = TEXTS * fuzz_scale()
    compare([item for _ in range(count) for item in random_requests(random, kind)])


def test_normalize_equals_the_reference() -> None:
    """[TX1] normalize gives what npm ot-text-unicode 4.0.0 gives."""
    fuzz("normalize")


def test_apply_equals_the_reference() -> None:
    """[TX3] apply gives what npm ot-text-unicode 4.0.0 gives for ops that fit the text."""
    fuzz("apply")


def test_transform_equals_the_reference() -> None:
    """[TX5] transform gives what npm ot-text-unicode 4.0.0 gives, on both sides."""
    fuzz("transform")


def test_compose_equals_the_reference() -> None:
    """[TX6] compose gives what npm ot-text-unicode 4.0.0 gives."""
    fuzz("compose")


def test_invert_equals_the_reference() -> None:
    """[TX7] makeInvertible and invert give what npm ot-text-unicode 4.0.0 gives."""
    fuzz("invert")


def test_positions_equal_the_reference() -> None:
    """[TX8] a cursor stands where npm ot-text-unicode 4.0.0 puts it."""
    fuzz("position")


def test_kept_cases_equal_the_reference() -> None:
    """[TX5] every request in text_unicode_regressions.json is answered as npm answers it."""
    compare(json.loads(REGRESSIONS.read_text(encoding="utf-8")))
