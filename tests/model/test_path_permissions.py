"""Path permissions: which components change what stands at a path."""

from __future__ import annotations

from typing import Any

import pytest

from collab.messages import Role
from collab.model.path_permissions import PathPermission, denials
from collab.model.pointers import parse_pointer

Component = dict[str, Any]


def _denied(component: Component, *patterns: str, role: Role = Role.EDITOR) -> Any:
    permissions = [
        PathPermission(parse_pointer(pattern), frozenset({Role.OWNER})) for pattern in patterns
    ]
    found = list(denials(permissions, role, [component]))
    assert len(found) <= 1
    return found[0].path if found else None


@pytest.mark.parametrize(
    ("component", "pattern", "path"),
    [
        # At the path and beneath it.
        ({"p": ["é"], "oi": 1}, "/é", ("é",)),
        ({"p": ["é"], "od": 1}, "/é", ("é",)),
        ({"p": ["é"], "na": 1}, "/é", ("é",)),
        ({"p": ["é", 3], "si": "ß"}, "/é", ("é",)),
        ({"p": ["é", "x", 0, "y"], "oi": None}, "/é/*", ("é", "x")),
        ({"p": ["é", 2], "lm": 0}, "/é/*", ("é", 2)),
        ({"p": ["é", 2, "x"], "oi": 1}, "/é/0", ("é", 2)),
        # Beside it.
        ({"p": ["è"], "oi": 1}, "/é", None),
        ({"p": ["n", "a", "props"], "oi": {}}, "/n/*/place", None),
        ({"p": ["é", "1"], "oi": 1}, "/é/0", None),
        # Replaced by the same.
        ({"p": ["é"], "od": {"a": [1]}, "oi": {"a": [1]}}, "/é", None),
        ({"p": ["é"], "od": {"a": [1]}, "oi": {"a": [True]}}, "/é", ("é",)),
        # Above it.
        ({"p": ["n", "a"], "oi": {"x": 1}}, "/n/*/x", ("n", "a", "x")),
        ({"p": ["n", "a"], "od": {"x": 1}}, "/n/*/x", ("n", "a", "x")),
        ({"p": ["n", "a"], "od": {"x": 1, "y": 1}, "oi": {"x": 1}}, "/n/*/x", None),
        ({"p": ["n", "a"], "od": {"x": 1}, "oi": {"x": 2}}, "/n/*/x", ("n", "a", "x")),
        ({"p": ["n", "a"], "oi": {"x": ""}}, "/n/*/x", None),
        ({"p": ["n", "a"], "oi": {"x": {}, "y": []}}, "/n/*/*", None),
        ({"p": ["n", "a"], "oi": {"x": None}}, "/n/*/x", ("n", "a", "x")),
        ({"p": ["n", "a"], "oi": {"x": False}}, "/n/*/x", ("n", "a", "x")),
        ({"p": ["n"], "oi": {"ä": [{"x": 1}]}}, "/n/*/*/x", ("n", "ä", 0, "x")),
        ({"p": ["n", 0], "li": {"x": 1}}, "/n/*/x", ("n", 0, "x")),
        ({"p": ["n", 0], "ld": {"y": 1}}, "/n/*/x", None),
        ({"p": ["n", 0], "lm": 1}, "/n/*/x", None),
        ({"p": ["n", 2], "si": "ß"}, "/n/*/x", None),
    ],
)
def test_components(component: Component, pattern: str, path: Any) -> None:
    """[CC10] at or beneath a path everything changes it; [CC11] above it what becomes another."""
    assert _denied(component, pattern) == path
    assert _denied(component, pattern, role=Role.OWNER) is None


def test_several() -> None:
    """[CC10] every permission that covers a change has to name the role."""
    both = [
        PathPermission(("é",), frozenset({Role.OWNER, Role.EDITOR})),
        PathPermission(("é", "*"), frozenset({Role.OWNER})),
        PathPermission(("é", "zu"), frozenset()),
    ]
    op = [{"p": ["é", "x"], "oi": 1}, {"p": ["é", "zu"], "oi": 1}]
    assert [item.path for item in denials(both, Role.OWNER, op)] == [("é", "zu")]
    assert [item.path for item in denials(both, Role.EDITOR, op)] == [("é", "x"), ("é", "zu")]
    assert "nobody" in next(denials(both, Role.OWNER, op)).reason
