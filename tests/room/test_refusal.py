"""A refused edit: undone everywhere, told to its author, whose next edit is accepted.

Each is tried by pycrdt and by npm's Yjs, live and inside the step 2 of a client that was offline.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from pycrdt import Text

from collab.ids import SourceId
from collab.model.nodes import build_node
from collab.model.registry import builtin
from collab.room.rules import ApplicationRules, FreeRules
from collab.values import SharedList, SharedMap, SharedText, plain
from tests.crdt.oracle import YjsOracle
from tests.room.clients import JsClient, OtClient, YjsClient
from tests.room.intents import DeleteKey, InsertText, Intent, Raw, SetKey
from tests.room.world import World

# Stands in every refused value, so that a trace of one can be found wherever it is.
_SECRET: Final = "gehëim-😀-7c1"
_PATH: Final = ("nodes", "nß", "props")


@dataclass(frozen=True, slots=True)
class Case:
    """A bad edit of node ``nß`` and the code with which it is refused."""

    name: str
    code: str
    intents: tuple[Intent, ...]
    is_js_only: bool = False

    def __str__(self) -> str:
        return self.name


CASES: Final = (
    Case("wrong type", "check_value_type", (SetKey(_PATH, "description", {"x": _SECRET}),)),
    Case("list for text", "check_value_type", (SetKey(_PATH, "description", [_SECRET]),)),
    Case("plain text", "check_shape", (SetKey(_PATH, "description", _SECRET),)),
    Case("shared register", "check_shape", (SetKey(_PATH, "name", SharedText(_SECRET)),)),
    Case("plain node", "check_node", (SetKey(("nodes",), "nß", {"type": _SECRET}),)),
    Case(
        "plain props", "check_shape", (SetKey(("nodes", "nß"), "props", {"description": _SECRET}),)
    ),
    Case("shared place", "check_place", (SetKey(("nodes", "nß"), "place", SharedList([_SECRET])),)),
    Case("unknown key", "check_node", (SetKey(("nodes", "nß"), "extra", _SECRET),)),
    Case("purge", "check_purge", (DeleteKey(("nodes",), "nß"),)),
    Case("other type", "check_type", (SetKey(("nodes", "nß"), "type", f"{_SECRET}@1"),)),
    Case("no type", "check_type", (SetKey(("nodes", "nß"), "type", 7),)),
    Case(
        "cycle",
        "check_cycle",
        (
            SetKey(("nodes", "nß"), "place", ["m", "children", "a0"]),
            SetKey(("nodes", "m"), "place", ["nß", "children", "a0"]),
        ),
    ),
    Case("deep value", "check_value_type", (SetKey(_PATH, "description", SharedMap(x=_SECRET)),)),
    *(
        Case(name, code, (SetKey(_PATH, "name", Raw(value)),), is_js_only=True)
        for name, code, value in (
            ("not a number", "value_number", {"a": _SECRET, "b": {"$number": "NaN"}}),
            ("bytes", "value_type", {"a": _SECRET, "b": {"$bytes": "AAH/"}}),
            ("big integer", "value_number", {"a": _SECRET, "b": {"$bigint": "9007199254740993"}}),
            ("element", "value_type", {"$xmlElement": _SECRET}),
            ("document", "value_type", {"$doc": _SECRET}),
            ("prototype", "value_key", {"a": _SECRET, "hasOwnProperty": 1}),
            ("undefined", "check_value_type", [{"$undefined": 0}, _SECRET]),
        )
    ),
)

_NODE: Final = build_node(
    "DataModel@1",
    ["application", "dataModels", "a0"],
    {"description": "ß😀"},
    builtin().get("DataModel@1"),
)
_OTHER: Final = build_node(
    "DataModel@1",
    ["application", "dataModels", "a1"],
    {"description": ""},
    builtin().get("DataModel@1"),
)


@pytest.fixture(scope="module")
def oracle() -> Iterator[YjsOracle]:
    with YjsOracle() as process:
        yield process


def _application() -> tuple[World, YjsClient, OtClient]:
    world = World(1, rules=ApplicationRules(builtin()), is_application=True)
    reader = YjsClient(world, "reader", client_id=41, roots=("application", "nodes"))
    ot = OtClient(world, "ot", source=SourceId("src"))
    world.add(reader)
    world.add(ot)
    reader.perform([SetKey(("nodes",), "nß", _NODE), SetKey(("nodes",), "m", _OTHER)])
    world.drain()
    assert not reader.refusals
    return world, reader, ot


def _author(world: World, peer: str, oracle: YjsOracle) -> YjsClient:
    roots = ("application", "nodes") if world.is_application else ("model",)
    author: YjsClient
    if peer == "js":
        author = JsClient(world, "author", client_id=2**31 + 5, roots=roots, oracle=oracle)
    else:
        author = YjsClient(world, "author", client_id=2**31 + 5, roots=roots)
    world.add(author)
    world.drain()
    return author


def _trials() -> list[Any]:
    return [
        pytest.param(peer, case, id=f"{peer}-{case.name}")
        for peer in ("pycrdt", "js")
        for case in CASES
        if peer == "js" or not case.is_js_only
    ]


def _assert_no_trace(world: World) -> None:
    secret = _SECRET.encode()
    assert all(secret not in record for record in world.log)
    committer = world.room.committer
    assert secret not in committer.json() and secret not in committer.diff(b"\x00")
    # Not as the pieces of a cut text either.
    assert b"7c1" not in b"".join(world.log)


@pytest.mark.parametrize(("peer", "case"), _trials())
def test_live_edit(peer: str, case: Case, oracle: YjsOracle) -> None:
    """[RF1] a refused live edit is undone whole; [RF4] its author goes on, on the same socket."""
    world, reader, _ = _application()
    author = _author(world, peer, oracle)
    before, session = plain(world.room.committer.document), author.session
    author.perform(list(case.intents))
    world.drain()
    world.check()
    assert [item.code for item in author.refusals] == [case.code] and not author.rejections
    assert author.refusals[0].is_undone and "nß" in author.refusals[0].nodes
    assert plain(world.room.committer.document) == before
    author.perform([InsertText((*_PATH, "description"), 1, "gut😀")])
    world.drain()
    assert author.session == session and len(author.refusals) == 1
    assert reader.view()["nodes"]["nß"]["props"]["description"] == "ßgut😀😀"
    author.disconnect()
    world.settle()
    world.check_converged()
    assert len(author.refusals) == 1
    _assert_no_trace(world)


@pytest.mark.parametrize(("peer", "case"), _trials())
def test_offline_edits(peer: str, case: Case, oracle: YjsOracle) -> None:
    """[RF2] of a step 2 only the nodes that break a rule are put back, the other edits stay."""
    world, reader, _ = _application()
    author = _author(world, peer, oracle)
    author.disconnect()
    for index in range(25):
        author.perform([InsertText(("nodes", "m", "props", "description"), 0, "é😀")])
        author.perform([SetKey(("application",), "name", f"né{index}")])
    author.perform([InsertText((*_PATH, "description"), 1, "weg-7c1")])
    author.perform(list(case.intents))
    reader.perform([SetKey(("nodes", "m", "props"), "name", "währenddessen")])
    author.connect()
    world.drain()
    world.check()
    assert [item.code for item in author.refusals] == [case.code]
    assert author.refusals[0].is_step2 and author.refusals[0].is_undone
    document = plain(world.room.committer.document)
    assert document["application"]["name"] == "né24"
    assert document["nodes"]["nß"] == plain(_NODE)
    assert document["nodes"]["m"]["props"]["name"] == "währenddessen"
    if case.name != "cycle":
        assert document["nodes"]["m"]["props"]["description"] == "é😀" * 25
        assert author.refusals[0].nodes == ("nß",)
    world.settle()
    world.check_converged()
    assert len(author.refusals) == 1
    _assert_no_trace(world)


@pytest.mark.parametrize("case", [case for case in CASES if not case.is_js_only], ids=str)
def test_op(case: Case) -> None:
    """[RF5] an op that is refused changes nothing and leaves no revision."""
    world, _, ot = _application()
    revisions, before = len(world.log), world.room.committer.json()
    ot.author = lambda rng, document: list(case.intents)
    ot.edit()
    world.drain()
    # What an op inserts is made shared where the definition says so, which mends two of them.
    if case.name not in ("plain text", "shared register", "plain node", "plain props"):
        assert len(ot.refusals) == 1 and len(world.log) == revisions
        assert world.room.committer.json() == before
    world.check()
    world.check_converged()


@pytest.mark.parametrize("is_step2", [False, True])
def test_ancestor_refused(is_step2: bool) -> None:
    """[RF3] what breaks a rule only once another node is put back is put back too."""
    world, _, ot = _application()
    author = YjsClient(world, "author", client_id=77, roots=("application", "nodes"))
    world.add(author)
    author.disconnect()
    # Fine as long as the other node leaves the first one, which is refused for another reason.
    author.perform([SetKey(("nodes", "nß"), "place", ["m", "children", "a0"])])
    ot.author = lambda rng, document: [SetKey(("nodes", "m"), "place", ["nß", "children", "a0"])]
    ot.edit()
    world.drain()
    author.perform([SetKey(("nodes", "m"), "place", ["application", "dataModels", "a2"])])
    author.perform([SetKey(("nodes", "m"), "extra", _SECRET)])
    author.perform([SetKey(("application",), "name", "bleibt é")])
    author.connect()
    world.drain()
    world.check()
    assert author.refusals[0].nodes == ("m", "nß")
    assert {item.code for item in author.refusals} == {"check_node"}
    document = world.room.committer.document
    assert document["application"]["name"] == "bleibt é"
    world.settle()
    world.check_converged()
    _assert_no_trace(world)


@pytest.mark.parametrize("feature", ["embeds", "xml", "docs", "bytes"])
def test_free_room(feature: str, oracle: YjsOracle) -> None:
    """[RF1] in a free room too, what is no JSON is refused and everything else accepted."""
    world = World(1, rules=FreeRules(), is_application=False)
    author = JsClient(world, "author", client_id=9_000, oracle=oracle, features=(feature,))
    world.add(author)
    for _ in range(60):
        author.edit()
        world.drain()
        world.check()
    assert author.refusals and {item.code for item in author.refusals} <= {
        "value_embed",
        "value_type",
    }
    world.settle()
    world.check_converged()


def test_value_that_reads_as_what_was_there(oracle: YjsOracle) -> None:
    """[BR5] what is no JSON reads as null, and is undone where null stood before."""
    world = World(1, rules=FreeRules(), is_application=False)
    author = JsClient(world, "author", client_id=9_000, oracle=oracle)
    world.add(author)
    author.perform([SetKey(("model",), "ä", None), SetKey(("model",), "m", SharedMap(x=None))])
    author.perform([SetKey(("model",), "ä", Raw({"$number": "NaN"}))])
    author.perform([SetKey(("model",), "m", Raw({"$map": {"x": {"$number": "NaN"}}}))])
    author.perform([SetKey(("model",), "t", SharedText("é"))])
    embed = {"path": ["model", "t"], "do": "text-embed", "index": 1, "value": {"x": _SECRET}}
    oracle.edit("author", embed)
    author.flush()
    world.drain()
    world.check()
    assert [item.code for item in author.refusals] == [
        "value_number",
        "value_number",
        "value_embed",
    ]
    assert author.refusals[0].nodes == ("ä",)
    assert author.view() == {"model": {"ä": None, "m": {"x": None}, "t": "é"}}
    world.check_converged()
    _assert_no_trace(world)


def test_formatted_text(oracle: YjsOracle) -> None:
    """[RF1] formats are refused in an application and its texts stay as they were."""
    world, _, _ = _application()
    author = _author(world, "js", oracle)
    edit = {"path": ["nodes", "nß", "props", "description"], "index": 0}
    oracle.edit("author", {**edit, "do": "text-format", "length": 1, "attributes": {"bold": True}})
    author.flush()
    oracle.edit(
        "author", {**edit, "do": "text-insert", "text": _SECRET, "attributes": {"bold": True}}
    )
    author.flush()
    world.drain()
    assert {item.code for item in author.refusals} == {"value_format"}
    author.perform([InsertText((*_PATH, "description"), 0, "ä")])
    world.drain()
    assert author.view()["nodes"]["nß"]["props"]["description"] == "äß😀"
    text = world.room.committer.bridge._real.roots["nodes"]["nß"]["props"]["description"]
    assert isinstance(text, Text) and text.diff() == [("äß😀", None)]
    world.settle()
    world.check_converged()
    _assert_no_trace(world)
