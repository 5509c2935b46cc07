"""Collection checks on plain documents: who is blamed, and what is looked at."""

from __future__ import annotations

import json
from typing import Any

import pytest

from collab.limits import CHECK_REASON_CHARACTERS_MAX, CHECKED_MEMBERS_MAX
from collab.model import collection_checks
from collab.model.checks_file import read_checks
from collab.model.collection_checks import CollectionChecks

Component = dict[str, Any]


def _checks(**content: Any) -> CollectionChecks:
    return read_checks(json.dumps({"version": 1, **content}).encode(), "x")


_TREE = _checks(nodes={"at": "/n", "parent": "/p"})
_LOOSE = _checks(nodes={"at": "/n", "parent": "/p", "parentMustExist": False})
_UNIQUE = _checks(unique=[{"at": "/n", "field": "/é"}])


def _told(checks: CollectionChecks, document: Any, *components: Component) -> list[Any]:
    return [(fault.code, fault.path) for fault in checks.faults(document, components)]


def test_circle_of_many() -> None:
    """[CC5] of a circle those whose parent was changed are blamed, the others never."""
    document = {"n": {"ä": {"p": "b"}, "b": {"p": "c"}, "c": {"p": "ä"}, "d": {"p": "ä"}}}
    changed = [{"p": ["n", "b", "p"], "oi": "c"}, {"p": ["n", "c", "p"], "oi": "ä"}]
    expected = [("check_cycle", ("n", "b", "p")), ("check_cycle", ("n", "c", "p"))]
    assert _told(_TREE, document, *changed) == expected
    assert _told(_TREE, document, *reversed(changed)) == expected
    # One that stands below the circle, or was touched elsewhere, has done nothing to it.
    assert _told(_TREE, document, {"p": ["n", "d", "p"], "oi": "ä"}) == []
    assert _told(_TREE, document, {"p": ["n", "b", "é"], "oi": 1}) == []


@pytest.mark.parametrize("parent", [7, True, ["a"], {"a": 1}])
def test_no_id(parent: Any) -> None:
    """[CC5] a parent is an id or null, wherever nodes may stand."""
    component = {"p": ["n", "b", "p"], "oi": parent}
    document = {"n": {"a": {}, "b": {"p": parent}, "c": {"p": None}}}
    assert _told(_LOOSE, document, component) == [("check_parent", ("n", "b", "p"))]
    # What stood there before the checks did is nobody's fault, and in nobody's way.
    assert _told(_TREE, document, {"p": ["n", "gone"], "od": {}}) == []


def test_parents_that_are_gone() -> None:
    """[CC6] a node needs a parent that is there, and one with others in it stays, if declared."""
    document = {"n": {"b": {"p": "ä"}, "c": {}}}
    removal = {"p": ["n", "ä"], "od": {}}
    assert _told(_TREE, document, removal) == [("check_parent", ("n", "ä"))]
    assert _told(_TREE, document, removal, {"p": ["n", "b", "p"], "oi": "ä"}) == [
        ("check_parent", ("n", "b", "p"))
    ]
    assert _told(_LOOSE, document, removal, {"p": ["n", "b", "p"], "oi": "ä"}) == []
    assert _told(_TREE, {"n": {"c": {}}}, removal, {"p": ["n", "b"], "od": {}}) == []
    assert _told(_TREE, {}, {"p": ["n"], "od": {}}) == []


def test_parent_in_a_list() -> None:
    """[CC5] a parent may stand in a list, where whatever comes before it moves it."""
    checks = _checks(nodes={"at": "/n", "parent": "/place/1"})
    document = {"n": {"ä": {"place": ["x", "b"]}, "b": {"place": ["y", "ä"]}}}
    component = {"p": ["n", "b", "place", 0], "li": "y"}
    assert _told(checks, document, component) == [("check_cycle", ("n", "b", "place", "1"))]
    document["n"]["b"]["place"].pop()
    assert _told(checks, document, component) == []


def test_long_chain() -> None:
    """[CC5] a chain as long as there may be members is followed once, not once for each node."""
    count = CHECKED_MEMBERS_MAX
    nodes = {f"{index:05}": {"p": f"{index + 1:05}"} for index in range(count)}
    nodes[f"{count - 1:05}"] = {"p": None}
    whole = {"p": ["n"], "oi": nodes}
    assert _told(_TREE, {"n": nodes}, whole) == []
    nodes[f"{count - 1:05}"] = {"p": "00000"}
    assert len(_told(_TREE, {"n": nodes}, whole)) == count


@pytest.mark.parametrize(
    ("left", "right", "is_same"),
    [
        ("é", "é", True),
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        (1, "1", False),
        ("", "", True),
        (None, None, False),
        ({"a": [1], "b": 2}, {"b": 2, "a": [1]}, True),
        ({"a": [1]}, {"a": [True]}, False),
        ([], {}, False),
    ],
)
def test_what_is_the_same(left: Any, right: Any, is_same: bool) -> None:
    """[CC7] values are the same as JSON has it; null is like nothing else."""
    component = {"p": ["n", "b", "é"], "oi": right}
    expected = [("check_unique", ("n", "b", "é"))] if is_same else []
    assert _told(_UNIQUE, {"n": {"a": {"é": left}, "b": {"é": right}}}, component) == expected
    whole = {"p": ["n"], "oi": 0}
    expected = [("check_unique", ("n", 1, "é"))] if is_same else []
    assert _told(_UNIQUE, {"n": [{"é": left}, {"é": right}]}, whole) == expected


def test_who_keeps_a_value() -> None:
    """[CC7] who had a value keeps it; of those who all took it, the first by name."""
    document = {"n": {key: {"é": 1} for key in "cab"}}
    at = {key: {"p": ["n", key, "é"], "oi": 1} for key in "abc"}
    assert _told(_UNIQUE, document, at["a"]) == [("check_unique", ("n", "a", "é"))]
    blamed = [("check_unique", ("n", "b", "é")), ("check_unique", ("n", "c", "é"))]
    assert _told(_UNIQUE, document, *at.values()) == blamed
    assert _told(_UNIQUE, document, {"p": ["n", "a", "x"], "oi": 1}) == []


def test_unique_in_a_list() -> None:
    """[CC7] in a list every member counts as changed, since positions shift."""
    document = {"n": [{"é": 1}, {}, {"é": 1}, 7]}
    assert _told(_UNIQUE, document, {"p": ["n", 0], "li": {}}) == [("check_unique", ("n", 2, "é"))]
    assert _told(_UNIQUE, document, {"p": ["n", 1, "x"], "oi": 1}) == []


def test_too_many_members(monkeypatch: pytest.MonkeyPatch) -> None:
    """[CC8] who adds members beyond the bound is refused, and nobody who edits those there."""
    monkeypatch.setattr(collection_checks, "CHECKED_MEMBERS_MAX", 2)
    document = {"n": {"a": {}, "b": {}, "ü": {"é": 1}}}
    limit = "limit_checked_members"
    for checks in (_TREE, _UNIQUE):
        assert _told(checks, document, {"p": ["n", "ü"], "oi": {}}) == [(limit, ("n", "ü"))]
        assert _told(checks, document, {"p": ["n"], "oi": {}}) == [(limit, ("n",))]
        assert _told(checks, document, {"p": ["n", "ü"], "od": 1, "oi": {}}) == []
        assert _told(checks, document, {"p": ["n", "ü", "é"], "oi": 1}) == []
    del document["n"]["ü"]
    assert _told(_TREE, document, {"p": ["n", "b"], "oi": {}}) == []


def test_only_what_is_touched() -> None:
    """[CC3] what a change does not touch is not looked at, however wrong it is."""
    checks = _checks(
        nodes={"at": "/tief/n", "schema": {"type": "string"}},
        schema={"/é": {"type": "string"}, "/ü": {"type": "string"}},
    )
    document = {"é": 1, "ü": 1, "tief": {"n": {"a": 1, "b": 1}, "m": 1}}
    assert _told(checks, document, {"p": ["é"], "oi": 1}) == [("check_schema", ("é",))]
    assert _told(checks, document, {"p": ["tief", "m"], "oi": 1}) == []
    one = {"p": ["tief", "n", "a"], "na": 1}
    assert _told(checks, document, one) == [("check_schema", ("tief", "n", "a"))]
    all_ = [("check_schema", ("tief", "n", key)) for key in "ab"]
    assert _told(checks, document, {"p": ["tief"], "oi": 1}) == all_
    assert _told(checks, document, {"p": ["tief", "n"], "oi": 1}) == all_
    assert _told(checks, {"tief": 7}, {"p": ["tief"], "oi": 7}) == []
    assert _told(checks, {"x": 1}, {"p": ["é"], "od": 1}) == []


def test_nodes_of_the_root() -> None:
    """[CC3] the root itself may be the place of the nodes."""
    checks = _checks(
        nodes={"at": "", "schema": {"type": "object"}, "parent": "/p"},
        unique=[{"at": "", "field": "/é"}],
    )
    document = {"ä": {"p": "b", "é": 1}, "b": {"p": "ä", "é": 1}, "c": 7}
    assert _told(checks, document, {"p": ["c"], "oi": 7}) == [("check_schema", ("c",))]
    assert _told(checks, document, {"p": ["ä"], "oi": 1}) == [
        ("check_cycle", ("ä", "p")),
        ("check_unique", ("ä", "é")),
    ]


def test_words_of_a_reason() -> None:
    """[CC4] the first fault by place is told, in bounded words that do not say the value."""
    secret = "gehëim" * 200
    checks = _checks(
        schema={"/a": {"properties": {"z": {"const": 1}, "é": False, "b": {"enum": [secret]}}}}
    )
    component = {"p": ["a"], "oi": 0}
    for value, place in (({"z": secret, "b": 1}, "b"), ({"é": secret, "z": 2}, "z")):
        (fault,) = checks.faults({"a": value}, [component])
        assert fault.path == ("a", place)
        assert len(fault.reason) <= CHECK_REASON_CHARACTERS_MAX
        assert place == "b" or secret not in fault.reason


def test_patterns_are_linear() -> None:
    """[CC4] a pattern that would backtrack for ever elsewhere is matched in linear time."""
    checks = _checks(schema={"/é": {"pattern": "^(a+)+$"}})
    text = "a" * 200_000 + "é"
    assert _told(checks, {"é": text}, {"p": ["é"], "oi": 0}) == [("check_schema", ("é",))]
