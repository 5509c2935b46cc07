"""rich-text against npm ``rich-text`` 4.1.0 and ``quill-delta`` 5.1.0, on random and kept ops.

``FUZZ_SCALE`` multiplies the number of documents, ``FUZZ_SEED`` repeats a run. A request whose
answer ever differed is kept in ``rich_text_regressions.json`` and replayed.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any, Final

from collab.ot import rich_text
from collab.ot.component import Side
from collab.values import json_equal
from tests.ot.oracle import ask, fuzz_scale, fuzz_seed
from tests.ot.text_generator import random_delta, random_rich_text

DOCUMENTS: Final = 3_000
SIDES: Final[tuple[Side, ...]] = ("left", "right")
SCRIPT: Final = "rich_text_oracle.mjs"
REGRESSIONS: Final = Path(__file__).with_name("rich_text_regressions.json")


def answer(request: dict[str, Any]) -> Any:
    """Return what our own type answers to a request of the oracle."""
    op = request.get("op")
    match request["kind"]:
        case "apply":
            return rich_text.apply(request["document"], op)
        case "transform":
            return rich_text.transform(op, request["other"], request["side"])
        case "compose":
            return rich_text.compose(request["first"], request["second"])
        case "invert":
            return rich_text.invert(op, request["document"])
        case kind:
            assert kind == "presence"
            return rich_text.transform_presence(request["presence"], op, request["is_own"])


def compare(requests: list[dict[str, Any]]) -> None:
    assert requests
    for request, expected in zip(requests, ask(requests, SCRIPT), strict=True):
        actual = answer(request)
        assert json_equal([actual, actual], expected["result"]), (
            f"keep: {json.dumps(request)}\nis: {actual}\nnpm: {expected}"
        )


def random_requests(random: Random, kind: str) -> list[dict[str, Any]]:
    """Return the requests of one *kind* that one random document gives.

    Documents and ops are taken as the generator makes them, not joined: npm does not join what it
    is given either, and what it leaves as it is must be left here.
    """
    document = random_rich_text(random)
    op = random_delta(random, document)
    match kind:
        case "transform":
            other = random_delta(random, document)
            pairs = ((op, other, "left"), (op, other, "right"))
            return [{"kind": kind, "op": a, "other": b, "side": side} for a, b, side in pairs]
        case "compose":
            after = rich_text.apply(document, rich_text.normalize(op))
            return [{"kind": kind, "first": op, "second": random_delta(random, after)}]
        case "presence":
            presence = {"index": random.randint(0, 12), "length": random.randint(0, 5)}
            own = random.random() < 0.5
            return [{"kind": kind, "presence": presence, "op": op, "is_own": own}]
        case _:
            return [{"kind": kind, "document": document, "op": op}]


def fuzz(kind: str) -> None:
    random = Random(fuzz_seed())
    count = DOCUMENTS * fuzz_scale()
    compare([item for _ in range(count) for item in random_requests(random, kind)])


def test_apply_equals_the_reference() -> None:
    """[TX13] apply gives what npm gives for ops that fit the document."""
    fuzz("apply")


def test_long_runs_equal_the_reference() -> None:
    """[TX13] however long a run is, it is cut where npm cuts it."""
    random = Random(fuzz_seed())
    requests = []
    for _ in range(DOCUMENTS * fuzz_scale() // 100):
        document = random_rich_text(random, pieces_max=4_000)
        op = random_delta(random, document)
        requests.append({"kind": "apply", "document": document, "op": op})
        requests.append({"kind": "invert", "document": document, "op": op})
    compare(requests)


def test_transform_equals_the_reference() -> None:
    """[TX15] transform gives what npm gives, on both sides."""
    fuzz("transform")


def test_compose_equals_the_reference() -> None:
    """[TX16] compose gives what npm gives."""
    fuzz("compose")


def test_invert_equals_the_reference() -> None:
    """[TX17] invert gives what npm gives."""
    fuzz("invert")


def test_presence_equals_the_reference() -> None:
    """[TX18] a presence stands where npm puts it, own ops and others'."""
    fuzz("presence")


def test_a_checked_op_meets_others_as_the_sent_one_does() -> None:
    """[TX10] the author's client transforms what it sent, the server what it checked: one text."""
    random = Random(fuzz_seed())
    requests: list[dict[str, Any]] = []
    documents = []
    for _ in range(DOCUMENTS * fuzz_scale()):
        document = random_rich_text(random)
        sent, other = (random_delta(random, document) for _ in range(2))
        documents.append((document, sent, other))
        fields = {"kind": "transform", "op": sent, "other": other}
        requests += [{**fields, "side": side} for side in SIDES]
        # What the other one becomes: the author's client transforms that as well.
        requests += [{"kind": "transform", "op": other, "other": sent, "side": "right"}]
    answers = iter(ask(requests, SCRIPT))
    for document, sent, other in documents:
        checked = rich_text.normalize(sent)
        before = rich_text.apply(document, rich_text.normalize(other))
        for side in SIDES:
            theirs = rich_text.normalize(next(answers)["result"][0])
            ours = rich_text.transform(checked, other, side)
            assert same(rich_text.apply(before, theirs), rich_text.apply(before, ours)), (
                sent,
                other,
            )
        after = rich_text.apply(document, checked)
        theirs = rich_text.normalize(next(answers)["result"][0])
        ours = rich_text.transform(other, checked, "right")
        assert same(rich_text.apply(after, theirs), rich_text.apply(after, ours)), (sent, other)


def same(left: Any, right: Any) -> bool:
    """Whether two documents show one text with one format, however it is divided."""
    return json_equal(rich_text.create(left), rich_text.create(right))


def test_kept_cases_equal_the_reference() -> None:
    """[TX15] every request in rich_text_regressions.json is answered as npm answers it."""
    compare(json.loads(REGRESSIONS.read_text(encoding="utf-8")))
