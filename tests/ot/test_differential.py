"""json0 and text0 against npm ``ot-json0`` 1.1.0, on random ops and on kept cases.

``FUZZ_SCALE`` multiplies the number of pairs, ``FUZZ_SEED`` repeats a run. A pair that ever
differed is kept in ``regressions.json`` and replayed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from random import Random, SystemRandom
from typing import Any, Final

import pytest

from collab.errors import InvalidOp
from collab.ot import json0, text0
from collab.values import json_equal
from tests.ot.generator import OpStyle, inserts_blindly, random_document, random_op
from tests.ot.oracle import ask

PAIRS: Final = 100_000
OPS_PER_DOCUMENT: Final = 5
PAIRS_PER_DOCUMENT: Final = OPS_PER_DOCUMENT * (OPS_PER_DOCUMENT - 1) // 2
DOCUMENTS_PER_BATCH: Final = 1_000
REGRESSIONS: Final = Path(__file__).with_name("regressions.json")

# The styles and their shares. The reference itself does not transform the two forms of a text edit
# against each other ([OT2]), so an op holds one of them only.
STYLES: Final[tuple[tuple[OpStyle, int], ...]] = (
    (OpStyle(components_max=1), 35),
    (OpStyle(components_max=2), 30),
    (OpStyle(components_max=3, blind_inserts=True), 20),
    (OpStyle(components_max=3, subtype_share=1.0), 13),
    (OpStyle(components_min=10, components_max=20), 2),
)


@pytest.fixture(scope="module")
def seed() -> int:
    chosen = int(os.environ.get("FUZZ_SEED", SystemRandom().randrange(2**32)))
    print(f"FUZZ_SEED={chosen}")
    return chosen


def documents_count(pairs: int) -> int:
    return pairs * int(os.environ.get("FUZZ_SCALE", "1")) // PAIRS_PER_DOCUMENT


def batches(random: Random, count: int) -> Iterator[list[tuple[Any, list[json0.Op]]]]:
    """Yield lists of documents, each with ops that were all made on it."""
    styles = [style for style, _ in STYLES]
    shares = [share for _, share in STYLES]
    for start in range(0, count, DOCUMENTS_PER_BATCH):
        batch = []
        for _ in range(min(DOCUMENTS_PER_BATCH, count - start)):
            document = random_document(random)
            (style,) = random.choices(styles, shares)
            ops = [random_op(random, document, style)[0] for _ in range(OPS_PER_DOCUMENT)]
            batch.append((document, ops))
        yield batch


def cross(left: json0.Op, right: json0.Op) -> list[json0.Op] | None:
    """Return both transforms, or ``None`` where they are refused."""
    try:
        return [json0.transform(left, right, "left"), json0.transform(right, left, "right")]
    except InvalidOp:
        return None


def test_transform_equals_the_reference(seed: int) -> None:
    """[OT6] transform gives what npm ot-json0 1.1.0 gives, on both sides, for random pairs."""
    random = Random(seed)
    compared = refused = 0
    count = documents_count(PAIRS)
    for batch in batches(random, count):
        answers = ask([{"kind": "pairs", "ops": ops} for _, ops in batch])
        for (document, ops), answer in zip(batch, answers, strict=True):
            expected_pairs = answer["result"]
            for pair, expected in zip(combinations(ops, 2), expected_pairs, strict=True):
                actual = cross(*pair)
                compared += 1
                if json_equal(actual, expected):
                    continue
                # A blind insert may make a delete carry another value than was there, in which npm
                # edits at random; we refuse. Nothing else may differ.
                is_refused = actual is None and any(inserts_blindly(document, op) for op in pair)
                assert is_refused, report(seed, document, pair, actual, expected)
                refused += 1
    assert refused * 1_000 <= compared
    assert compared == count * PAIRS_PER_DOCUMENT


def report(
    seed: int, document: Any, pair: tuple[json0.Op, json0.Op], actual: Any, expected: Any
) -> str:
    case = {"document": document, "left": pair[0], "right": pair[1]}
    return f"FUZZ_SEED={seed}\nkeep: {json.dumps(case)}\nis: {actual}\nnpm: {expected}"


def test_long_ops_equal_the_reference(seed: int) -> None:
    """[OT9] pairs skipped by their scopes change no result, however long the ops are."""
    random = Random(seed)
    style = OpStyle(components_min=40, components_max=80)
    pairs = []
    for _ in range(documents_count(200)):
        document: dict[str, Any] = {key: random_document(random) for key in "abcdefgé"}
        if random.random() < 0.5:
            # Long edits of few texts cut each other's deletes in two, again and again.
            document = {"é": "abc😀def" * 9, "a": "é\u0301👩\u200d👧" * 9}
        pairs.append([random_op(random, document, style)[0] for _ in range(2)])
    answers = ask([{"kind": "pairs", "ops": pair} for pair in pairs])
    for (left, right), answer in zip(pairs, answers, strict=True):
        (expected,) = answer["result"]
        assert json_equal(cross(left, right), expected), report(
            seed, None, (left, right), cross(left, right), expected
        )
        assert json_equal(list(json0.transform_pair(left, right)), expected)


def test_apply_equals_the_reference(seed: int) -> None:
    """[OT3] apply gives what npm ot-json0 1.1.0 gives for ops that fit the document."""
    for batch in batches(Random(seed), documents_count(20_000)):
        requests = [
            {"kind": "apply", "document": document, "op": ops[0]} for document, ops in batch
        ]
        for request, answer in zip(requests, ask(requests), strict=True):
            document = json0.apply(request["document"], request["op"])
            assert json_equal(document, answer["result"]), f"FUZZ_SEED={seed} {request}"


def test_invert_equals_the_reference(seed: int) -> None:
    """[OT8] invert gives what npm ot-json0 1.1.0 gives."""
    for batch in batches(Random(seed), documents_count(20_000)):
        requests: list[dict[str, Any]] = [{"kind": "invert", "op": ops[0]} for _, ops in batch]
        for request, answer in zip(requests, ask(requests), strict=True):
            inverse = json0.invert(request["op"])
            assert json_equal(inverse, answer["result"]), f"FUZZ_SEED={seed} {request}"


def test_compose_equals_the_reference(seed: int) -> None:
    """[OT7] compose gives what npm ot-json0 1.1.0 gives."""
    random = Random(seed)
    requests: list[dict[str, Any]] = []
    for _ in range(documents_count(50_000)):
        document = random_document(random)
        style = OpStyle(components_max=4, blind_inserts=True, subtype_share=random.choice((0, 1)))
        first, between = random_op(random, document, style)
        second, _ = random_op(random, between, style)
        requests.append({"kind": "compose", "first": first, "second": second})
    for request, answer in zip(requests, ask(requests), strict=True):
        composed = json0.compose(request["first"], request["second"])
        assert json_equal(composed, answer["result"]), f"FUZZ_SEED={seed} {request}"


def test_text0_equals_the_reference(seed: int) -> None:
    """[OT11] text0 gives what npm's text0 gives, offsets counted in UTF-16 code units."""
    random = Random(seed)
    requests: list[dict[str, Any]] = []
    for _ in range(documents_count(20_000)):
        text = random.choice(("abc😀def", "é\u0301👩\u200d👧", "hello"))
        style = OpStyle(components_max=4, subtype_share=1.0)
        ops = [random_text_op(random, text, style) for _ in range(2)]
        fields = {"subtype": "text0", "op": ops[0], "other": ops[1]}
        requests.extend({"kind": "transform", "side": side, **fields} for side in ("left", "right"))
        requests.append({"kind": "apply", "document": text, **fields})
        requests.append({"kind": "compose", "first": ops[0], "second": ops[1], **fields})
        requests.append({"kind": "invert", **fields})
    for request, answer in zip(requests, ask(requests), strict=True):
        assert json_equal(answer_text(request), answer["result"]), f"FUZZ_SEED={seed} {request}"


def random_text_op(random: Random, text: str, style: OpStyle) -> json0.Op:
    """Return a text0 op on *text*, from the text edits that the generator makes on a root text."""
    parts: json0.Op = []
    op, _ = random_op(random, text, style)
    for component in op:
        if component.get("t") != "text0":
            break
        parts.extend(component["o"])
    return parts


def answer_text(request: dict[str, Any]) -> Any:
    match request["kind"]:
        case "transform":
            return text0.transform(request["op"], request["other"], request["side"])
        case "apply":
            return text0.apply(request["document"], request["op"])
        case "compose":
            return text0.compose(request["first"], request["second"])
        case kind:
            assert kind == "invert"
            return text0.invert(request["op"])


def test_kept_cases_equal_the_reference() -> None:
    """[OT6] every pair in regressions.json gives what npm ot-json0 1.1.0 gives."""
    cases = json.loads(REGRESSIONS.read_text(encoding="utf-8"))
    answers = ask([{"kind": "pairs", "ops": [case["left"], case["right"]]} for case in cases])
    for case, answer in zip(cases, answers, strict=True):
        (expected,) = answer["result"]
        actual = cross(case["left"], case["right"])
        assert json_equal(actual, expected), f"{case['title']}: is {actual}, npm {expected}"
        if "expected" in case:
            assert json_equal(actual, case["expected"]), case["title"]
