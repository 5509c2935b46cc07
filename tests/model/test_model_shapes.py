"""Adoption: what an OT client inserts gets the marks that its place asks for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from collab.model import checks, dsl
from collab.model.document import Document
from collab.model.shapes import adopt
from collab.values import Path, SharedList, SharedMap, SharedText, plain
from tests.model.models import REGISTRY, kinds, live, model_files

EXPRESSION = {"expr": "größe"}


def document() -> Document:
    """Return a document with a node of each kind that the paths below go through."""
    return live(
        policies=[{"id": "policy", "name": "p"}],
        pages=[
            {
                "id": "page",
                "name": "P",
                "children": [
                    {"component": "Table@1", "id": "table"},
                    {"component": "Nie@1", "id": "unknown"},
                ],
            }
        ],
        dataModels=[{"name": "M", "fields": [{"id": "field", "name": "f"}]}],
    )


E: Any = (SharedMap, {"expr": SharedText})


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (("nodes", "policy", "props", "rego"), "ü", SharedText),
        (("nodes", "policy", "props", "rego"), EXPRESSION, E),
        (("nodes", "policy", "props", "rego", "expr"), "ü", SharedText),
        (("nodes", "policy", "props", "name"), "ü", str),
        (("nodes", "policy", "props", "name"), EXPRESSION, E),
        (("nodes", "policy", "props", "name", "expr"), "ü", SharedText),
        (("nodes", "policy", "props", "when"), {"run": True}, (SharedMap, {"run": bool})),
        (("nodes", "policy", "props", "when", "run"), True, bool),
        (("nodes", "policy", "place"), ["application", "policies", "a0"], (list, [str] * 3)),
        (("nodes", "policy", "type"), "Policy@1", str),
        (("nodes", "field", "props", "validation"), {"max": 1}, (dict, {"max": int})),
        (("nodes", "field", "props", "validation", "max"), 1, int),
        (("nodes", "field", "props", "default"), [1, {"a": 1}], (list, [int, (dict, {"a": int})])),
        (
            ("nodes", "table", "props", "columns", "c"),
            {"order": "a0", "format": {"style": "text"}, "value": EXPRESSION},
            (SharedMap, {"order": str, "format": (dict, {"style": str}), "value": E}),
        ),
        (("nodes", "table", "props", "columns", "c", "order"), "a0", str),
        (("nodes", "table", "props", "columns", "c", "title"), EXPRESSION, E),
        (("nodes", "table", "props", "columns", "c", "title", "expr"), "ü", SharedText),
        (("nodes", "table", "props", "columns", "c", "neu"), {"a": 1}, (SharedMap, {"a": int})),
        (
            ("nodes", "field", "props", "values"),
            {"a": {"order": "a0", "value": EXPRESSION}},
            (SharedMap, {"a": (SharedMap, {"order": str, "value": E})}),
        ),
        (("nodes", "field", "props", "values", "a", "value"), "ü", str),
        (
            ("nodes", "table", "props", "onRowSelect", "x", "values"),
            {"a": EXPRESSION, "b": {"c": 1}},
            (SharedMap, {"a": E, "b": (dict, {"c": int})}),
        ),
        (("nodes", "table", "props", "dataSource"), {"model": {"ref": "m"}, "filter": EXPRESSION},
         (SharedMap, {"model": (dict, {"ref": str}), "filter": E})),
        (("nodes", "table", "props", "dataSource", "sort"), ["-é"], (list, [str])),
        (("nodes", "page", "props", "variables", "é"), {"a": [1]}, (dict, {"a": (list, [int])})),
        (("nodes", "page", "props", "variables", "expr"), "é", SharedText),
        (("nodes", "page", "props", "neu"), {"a": [1]}, (SharedMap, {"a": (SharedList, [int])})),
        (("nodes", "unknown", "props", "a"), {"b": ["é"]}, (SharedMap, {"b": (SharedList, [str])})),
        (("nodes", "unknown", "props", "a", "expr"), "é", SharedText),
        (("nodes", "unknown", "props", "a", "b"), EXPRESSION, E),
        (("application", "metadata", "complianceTags"), {"é": True}, (SharedMap, {"é": bool})),
        (("application", "metadata", "complianceTags", "é"), True, bool),
        (("application", "metadata"), {"complianceTags": {"é": True}},
         (SharedMap, {"complianceTags": (SharedMap, {"é": bool})})),
        (("application", "metadata", "createdBy"), "é", str),
        (("application",), {"id": "é", "neu": [1]},
         (SharedMap, {"id": str, "neu": (SharedList, [int])})),
        (("nodes", "table", "props", "columns"), ["falsch"], (SharedList, [str])),
        (("nodes", "policy", "props", "rego"), 3, int),
        (("nodes", "x"), "falsch", str),
        (("nodes", "x", "props"), ["falsch"], (list, [str])),
    ],
)  # fmt: skip
def test_marks(path: Path, value: Any, expected: Any) -> None:
    """[MD4] each merge rule, at its own place and at every place inside it."""
    adopted = adopt(path, value, document(), REGISTRY)
    assert kinds(adopted) == expected
    assert adopted == value


def test_whole_nodes() -> None:
    """[MD4] a node that is inserted whole is marked by its own type."""
    place = ["application", "policies", "a0"]
    node = {"type": "Policy@1", "place": place, "props": {"rego": "ü", "when": {"run": True}}}
    adopted = adopt(("nodes", "neu"), node, document(), REGISTRY)
    assert kinds(adopted) == (
        SharedMap,
        {
            "type": str,
            "place": (list, [str] * 3),
            "props": (SharedMap, {"rego": SharedText, "when": (SharedMap, {"run": bool})}),
        },
    )
    unknown: Any = {"type": "Nie@1", "place": None, "props": {"a": {"b": []}}}
    adopted = adopt(("nodes",), {"neu": unknown}, document(), REGISTRY)
    assert type(adopted["neu"]["props"]["a"]["b"]) is SharedList
    assert adopted["neu"]["place"] is None


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(model_files())
def test_plain_documents_get_their_marks_back(text: str) -> None:
    """[MD4] the JSON of a document, inserted by an OT client, is that document, marks included."""
    wanted = dsl.read(text)
    adopted = adopt((), plain(wanted), {"application": SharedMap(), "nodes": SharedMap()}, REGISTRY)
    assert kinds(adopted) == kinds(wanted)
    assert adopted == wanted
    assert checks.check_nodes(adopted, list(adopted["nodes"]), REGISTRY) == []


def test_nothing_is_shared_with_the_input() -> None:
    """[MD4] the value that a client sent is not what the document keeps."""
    value = {"a": {"ü": [1]}}
    adopted = adopt(("nodes", "page", "props", "variables"), value, document(), REGISTRY)
    adopted["a"]["ü"].append(2)
    assert value == {"a": {"ü": [1]}}
