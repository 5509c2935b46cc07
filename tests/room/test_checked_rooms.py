"""An operator's checks in a room: the same bad changes through every door, and what stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import orjson
import pytest
from pycrdt import Doc, Map

from collab.ids import RevisionNo, SessionId, SourceId
from collab.messages import Ack, Dialect, Refusal, Revert, Role
from collab.model.checks_file import read_checks
from collab.model.registry import builtin
from collab.revision import ChangeKind
from collab.room.rules import ApplicationRules, FreeRules
from collab.values import SharedList, SharedMap, SharedText, plain
from tests.room.driver import Driver, updates_of
from tests.room.histories import run_checked_history
from tests.room.intents import DeleteKey, InsertText, Intent, SetKey, for_ot, perform

# Stands in every refused value, so that a trace of one can be found wherever it is.
_SECRET: Final = "gehëim-😀-7c1"

CHECKS: Final[dict[str, Any]] = {
    "version": 1,
    "nodes": {
        "at": "/plan/knöten",
        "schema": {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string", "maxLength": 40},
                "parent": {"type": ["string", "null"]},
                "key": {"type": "string", "pattern": "^[a-zà-ÿ]+$"},
                "size": {"type": "integer", "minimum": 0},
            },
        },
        "parent": "/parent",
    },
    "schema": {"/title": {"type": "string", "maxLength": 20}},
    "unique": [{"at": "/plan/knöten", "field": "/key"}],
    "permissions": [
        {"path": "/settings", "write": ["owner"]},
        {"path": "/plan/*/*/size", "write": ["owner"]},
    ],
}

_DOCUMENT: Final[dict[str, Any]] = {
    "title": "Größe",
    "settings": {"theme": "hell"},
    "plan": {
        "knöten": {
            "a": {"name": "ä", "parent": None, "key": "ä"},
            "b": {"name": "b", "parent": "a", "key": "b"},
            "c": {"name": "ç", "parent": "b", "key": "ç"},
        }
    },
}
_NODES: Final = ("model", "plan", "knöten")


@dataclass(frozen=True, slots=True)
class Case:
    """A bad change and how every door answers it."""

    name: str
    code: str
    path: tuple[str | int, ...]
    says: str
    nodes: tuple[str, ...]
    intents: tuple[Intent, ...]

    def __str__(self) -> str:
        return self.name


def _node(name: str) -> str:
    return f"/plan/knöten/{name}"


def _in(node: str, *rest: str) -> tuple[str, ...]:
    return ("plan", "knöten", node, *rest)


CASES: Final = (
    Case(
        "wrong type",
        "check_schema",
        _in("a", "name"),
        'not of type "string"',
        (_node("a"),),
        (SetKey((*_NODES, "a"), "name", SharedMap(x=_SECRET)),),
    ),
    Case(
        "surplus keys",
        "check_schema",
        _in("a"),
        "no such key is allowed: 'z', 'é'",
        (_node("a"),),
        (SetKey((*_NODES, "a"), "z", _SECRET), SetKey((*_NODES, "a"), "é", _SECRET)),
    ),
    Case(
        "pattern",
        "check_schema",
        _in("b", "key"),
        "does not match",
        (_node("b"),),
        (SetKey((*_NODES, "b"), "key", _SECRET),),
    ),
    Case(
        "missing key",
        "check_schema",
        _in("c"),
        '"name" is a required property',
        (_node("c"),),
        (DeleteKey((*_NODES, "c"), "name"),),
    ),
    Case(
        "plain node",
        "check_schema",
        _in("n"),
        'not of type "object"',
        (_node("n"),),
        (SetKey(_NODES, "n", SharedList([_SECRET])),),
    ),
    Case(
        "cycle",
        "check_cycle",
        _in("a", "parent"),
        "inside itself",
        (_node("a"),),
        (SetKey((*_NODES, "a"), "parent", "c"),),
    ),
    Case(
        "own parent",
        "check_cycle",
        _in("b", "parent"),
        "inside itself",
        (_node("b"),),
        (SetKey((*_NODES, "b"), "parent", "b"),),
    ),
    Case(
        "no parent",
        "check_parent",
        _in("c", "parent"),
        "there is no node",
        (_node("c"),),
        (SetKey((*_NODES, "c"), "parent", _SECRET),),
    ),
    Case(
        "orphans",
        "check_parent",
        _in("b"),
        "other nodes stand in this one",
        (_node("b"),),
        (DeleteKey(_NODES, "b"),),
    ),
    Case(
        "not unique",
        "check_unique",
        _in("c", "key"),
        "the same value stands at /plan/knöten/a/key",
        (_node("c"),),
        (SetKey((*_NODES, "c"), "key", "ä"),),
    ),
    Case(
        "two alike",
        "check_unique",
        _in("n", "key"),
        "the same value stands at /plan/knöten/m/key",
        (_node("n"),),
        (
            SetKey(_NODES, "n", SharedMap(name=_SECRET, key="neu")),
            SetKey(_NODES, "m", SharedMap(name="m", key="neu")),
        ),
    ),
    Case(
        "root key",
        "check_schema",
        ("title",),
        "longer than 20 characters",
        ("title",),
        (SetKey(("model",), "title", _SECRET * 3),),
    ),
    Case(
        "no object of nodes",
        "check_schema",
        ("plan", "knöten"),
        "nodes stand in an object",
        ("plan",),
        (SetKey(("model", "plan"), "knöten", SharedList([_SECRET])),),
    ),
    Case(
        "permission",
        "check_permission",
        ("settings",),
        "the role editor may not change this: only owner may",
        ("settings",),
        (SetKey(("model", "settings"), "theme", _SECRET),),
    ),
    Case(
        "permission above",
        "check_permission",
        _in("n", "size"),
        "only owner may",
        (_node("n"),),
        (SetKey(_NODES, "n", SharedMap(name=_SECRET, size=3)),),
    ),
    Case(
        "permission of what is gone",
        "check_permission",
        ("settings",),
        "only owner may",
        ("settings",),
        (DeleteKey(("model",), "settings"),),
    ),
)


def _rules(checks: dict[str, Any] = CHECKS) -> FreeRules:
    return FreeRules(read_checks(orjson.dumps(checks), "aufgaben"))


def _room(document: dict[str, Any] = _DOCUMENT, checks: dict[str, Any] = CHECKS) -> Driver:
    driver = Driver(rules=_rules(checks))
    driver.join("owner", Dialect.NATIVE, role=Role.OWNER)
    driver.submit("owner", document, seq=1, kind=ChangeKind.CREATE)
    driver.store()
    assert driver.told(Ack), driver.told(Refusal)
    driver.join("editor", Dialect.NATIVE)
    driver.join("yjs")
    return driver


def _replica(driver: Driver, client: int = 77) -> Doc[Any]:
    doc: Doc[Any] = Doc(client_id=client)
    doc.get("model", type=Map)
    doc.apply_update(driver.room.committer.diff(b"\x00"))
    return doc


def _op(intents: tuple[Intent, ...], driver: Driver) -> list[dict[str, Any]]:
    op = for_ot(list(intents), {"model": plain(driver.document)})
    return [{**component, "p": component["p"][1:]} for component in op]


def _written(intents: tuple[Intent, ...], driver: Driver) -> bytes:
    doc = _replica(driver)
    updates = updates_of(doc)
    perform(doc, intents)
    (update,) = updates
    return update


def _assert_refused(driver: Driver, case: Case) -> Refusal:
    (refusal,) = driver.told(Refusal)
    assert (refusal.code, refusal.path) == (case.code, case.path)
    assert case.says in refusal.reason
    # Of something live the other nodes are undone too.
    assert refusal.nodes == case.nodes or (
        refusal.is_undone and set(refusal.nodes) >= set(case.nodes)
    )
    return refusal


def _assert_no_trace(driver: Driver) -> None:
    committer = driver.room.committer
    secret = _SECRET.encode()
    assert secret not in committer.json() and secret not in committer.diff(b"\x00")
    assert all(secret not in item.update for item in driver.log)
    real, twin = committer.bridge.views()
    assert plain(real) == plain(twin) == plain(driver.document)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_op(case: Case) -> None:
    """[CC9] an op that breaks a declared check is refused whole, and leaves no revision."""
    driver = _room()
    head, before = driver.room.head, driver.room.committer.json()
    driver.submit("editor", _op(case.intents, driver), seq=1)
    _assert_refused(driver, case)
    driver.store()
    assert driver.room.head == head == len(driver.log)
    assert driver.room.committer.json() == before
    driver.submit("editor", [{"p": ["title", 0], "si": "é"}], seq=2)
    driver.store()
    assert driver.told(Ack) and driver.document["title"] == "éGröße"
    _assert_no_trace(driver)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_live_update(case: Case) -> None:
    """[CC9] a live update is refused with the code, path and reason that its op is."""
    driver = _room()
    before = plain(driver.document)
    driver.submit("editor", _op(case.intents, driver), seq=1)
    of_op = _assert_refused(driver, case)
    driver.update("yjs", _written(case.intents, driver))
    driver.store()
    refusal = _assert_refused(driver, case)
    assert refusal.reason == of_op.reason and refusal.is_undone
    assert plain(driver.document) == before
    _assert_no_trace(driver)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_step2(case: Case) -> None:
    """[CC12] of a step 2 only the declared nodes that break a check are put back."""
    driver = _room()
    driver.submit("editor", _op(case.intents, driver), seq=1)
    of_op = _assert_refused(driver, case)
    doc = _replica(driver)
    state = doc.get_state()
    before = plain(driver.document)
    good: list[Intent] = [SetKey(("model",), "gut", "é"), SetKey(_NODES, "k", SharedMap(name="😀"))]
    if case.nodes != ("plan",):
        good.append(SetKey((*_NODES, "b"), "name", "bleibt"))
    for intent in good:
        perform(doc, [intent])
    perform(doc, case.intents)
    driver.update("yjs", doc.get_update(state), step2=True)
    driver.store()
    refusal = next(item for item in driver.told(Refusal))
    assert (refusal.code, refusal.path, refusal.reason) == (of_op.code, of_op.path, of_op.reason)
    assert refusal.is_step2 and refusal.is_undone
    after = plain(driver.document)
    assert after["gut"] == "é"
    if case.nodes != ("plan",):
        assert after["plan"]["knöten"]["k"] == {"name": "😀"}
        if case.nodes != (_node("b"),):
            assert after["plan"]["knöten"]["b"]["name"] == "bleibt"
    for node in case.nodes:
        name = node.rpartition("/")[2]
        assert _at(after, node, name) == _at(before, node, name)
    _assert_no_trace(driver)


def _at(document: Any, node: str, name: str) -> Any:
    return document["plan"]["knöten"].get(name) if "/" in node else document.get(node)


def test_owner_may() -> None:
    """[CC10] who has the role may, through both doors; below, at and above the path."""
    driver = _room()
    driver.join("yjs owner", role=Role.OWNER)
    intents = (
        SetKey(("model", "settings"), "theme", "dunkel"),
        SetKey((*_NODES, "a"), "size", 2),
    )
    driver.update("yjs owner", _written(intents, driver))
    driver.store()
    assert driver.told(Ack) and driver.document["settings"] == {"theme": "dunkel"}
    driver.submit("owner", [{"p": ["settings"], "od": None, "oi": {"é": 1}}], seq=2)
    driver.store()
    assert driver.told(Ack) and driver.document["settings"] == {"é": 1}
    driver.submit("editor", [{"p": ["settings", "é"], "na": 1}], seq=1)
    assert [item.code for item in driver.told(Refusal)] == ["check_permission"]


def test_revert_by_role() -> None:
    """[CC10] taking back what only an owner may change takes an owner."""
    driver = _room()
    driver.submit("owner", [{"p": ["settings", "theme"], "od": 0, "oi": "dunkel"}], seq=2)
    driver.store()
    target = driver.room.head
    driver.feed(_revert("editor", target, 1))
    assert [item.code for item in driver.told(Refusal)] == ["check_permission"]
    driver.feed(_revert("owner", target, 3))
    driver.store()
    assert driver.told(Ack) and driver.document["settings"]["theme"] == "hell"


def _revert(session: str, target: int, seq: int) -> Revert:
    return Revert(SessionId(session), SourceId(f"source of {session}"), seq, RevisionNo(target))


def test_put_back_breaks_another() -> None:
    """[CC12] a node that breaks a check once another is put back is put back too, no others."""
    driver = _room()
    doc = _replica(driver)
    state = doc.get_state()
    # The new parent is refused for its key, and so its child has nowhere to stand.
    perform(doc, [SetKey(_NODES, "p", SharedMap(name="p", key=_SECRET))])
    perform(doc, [SetKey(_NODES, "q", SharedMap(name=_SECRET, parent="p"))])
    # The key moves on to another node, and comes back to the first, which is refused for its name.
    perform(doc, [SetKey((*_NODES, "a"), "key", "frei"), SetKey((*_NODES, "a"), "name", 7)])
    perform(doc, [SetKey((*_NODES, "c"), "key", "ä")])
    perform(doc, [SetKey((*_NODES, "b"), "name", "bleibt é")])
    driver.update("yjs", doc.get_update(state), step2=True)
    driver.store()
    (refusal,) = driver.told(Refusal)
    assert refusal.nodes == tuple(map(_node, "acpq"))
    assert driver.document["plan"]["knöten"].keys() == {"a", "b", "c"}
    assert driver.document["plan"]["knöten"]["b"]["name"] == "bleibt é"
    _assert_no_trace(driver)


def test_replaced_place() -> None:
    """[RU1] a change that replaces the place of the nodes is judged, and put back, as one."""
    driver = _room()
    doc = _replica(driver)
    state = doc.get_state()
    perform(doc, [SetKey((*_NODES, "b"), "name", _SECRET)])
    perform(doc, [SetKey(("model", "plan"), "knöten", SharedMap(a=SharedMap(name=_SECRET)))])
    perform(doc, [SetKey((*_NODES, "a"), "key", "ü2")])
    perform(doc, [SetKey(("model",), "title", "bleibt")])
    driver.update("yjs", doc.get_update(state), step2=True)
    driver.store()
    (refusal,) = driver.told(Refusal)
    assert refusal.nodes == ("plan",)
    assert plain(driver.document) == {**_DOCUMENT, "title": "bleibt"}
    _assert_no_trace(driver)


@pytest.mark.parametrize(
    ("other", "is_split"),
    [
        (["title", 0], True),
        (["plan", "knoten"], True),
        (["plan", "knöten", "ß"], True),
        (["plan"], False),
        (["plan", "knöten"], False),
        (["plan", "knöten", 0], False),
    ],
)
def test_touched_nodes(other: list[str | int], is_split: bool) -> None:
    """[RU1] declared nodes are judged apart, unless their place is itself touched."""
    op = [{"p": ["plan", "knöten", "a/~", "x"]}, {"p": other}]
    first, second = _rules().nodes_of(op)
    assert first == ("/plan/knöten/a~1~0" if is_split else "plan")
    assert second == ("/plan/knöten/ß" if "ß" in other else other[0])
    touched = {first: [op[0]]}
    assert _rules().node_at(("plan", "knöten", "a/~"), touched) == first


def test_text_in_a_node() -> None:
    """[CC4] a shared text that grows too long is refused by the letter that is too many."""
    driver = _room()
    node = SharedMap(name=SharedText("é" * 39))
    driver.update("yjs", _written((SetKey(_NODES, "n", node),), driver))
    driver.store()
    path = _in("n", "name")
    driver.update("yjs", _written((InsertText((*_NODES, "n", "name"), 0, "😀"),), driver))
    driver.store()
    assert driver.told(Ack)
    driver.submit("editor", [{"p": [*path, 0], "si": "ß"}], seq=1)
    assert [item.path for item in driver.told(Refusal)] == [path]
    driver.update("yjs", _written((InsertText((*_NODES, "n", "name"), 0, "ß"),), driver))
    driver.store()
    assert [item.path for item in driver.told(Refusal)] == [path]
    assert driver.document["plan"]["knöten"]["n"]["name"] == "😀" + "é" * 39


def test_application_room() -> None:
    """[CC13] permissions hold in application rooms, beside the definitions, in both doors."""
    checks = {
        "version": 1,
        "permissions": [
            {"path": "/application/title", "write": ["owner"]},
            {"path": "/nodes/*/props/label", "write": ["owner"]},
        ],
    }
    permissions = read_checks(orjson.dumps(checks), "rooms").permissions
    driver = Driver(is_application=True, rules=ApplicationRules(builtin(), permissions))
    for name, dialect, role in (
        ("owner", Dialect.NATIVE, Role.OWNER),
        ("editor", Dialect.NATIVE, Role.EDITOR),
        ("yjs", Dialect.YJS, Role.EDITOR),
    ):
        driver.join(name, dialect, role=role)
    title = [{"p": ["application", "title"], "oi": "Größe"}]
    button = {"type": "Button@1", "place": None, "props": {"label": "é"}}
    driver.submit("editor", title, seq=1)
    assert [(item.code, item.path) for item in driver.told(Refusal)] == [
        ("check_permission", ("application", "title"))
    ]
    driver.submit("editor", [{"p": ["nodes", "n"], "oi": button}], seq=2)
    assert [item.path for item in driver.told(Refusal)] == [("nodes", "n", "props", "label")]
    driver.submit("owner", title, seq=1)
    driver.submit("owner", [{"p": ["nodes", "n"], "oi": button}], seq=2)
    driver.store()
    assert driver.document["application"]["title"] == "Größe"
    doc: Doc[Any] = Doc(client_id=77)
    doc.apply_update(driver.room.committer.diff(b"\x00"))
    state = doc.get_state()
    perform(doc, [SetKey(("nodes", "n", "props"), "label", "ä")])
    perform(doc, [SetKey(("application",), "title", "ä")])
    perform(doc, [SetKey(("application",), "name", "bleibt é")])
    driver.update("yjs", doc.get_update(state), step2=True)
    driver.store()
    (refusal,) = driver.told(Refusal)
    assert refusal.nodes == ("application", "n") and refusal.code == "check_permission"
    assert driver.document["application"]["title"] == "Größe"
    assert driver.document["nodes"]["n"]["props"]["label"] == "é"


@pytest.mark.parametrize("seed", range(4))
def test_history(seed: int) -> None:
    """[CC14] with checks all replicas come to one document, which holds what is declared."""
    report = run_checked_history(seed, 250)
    assert report.revisions > 20 and report.refusals > 3
