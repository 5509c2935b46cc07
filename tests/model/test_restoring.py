"""Restoring: one op that makes a model what it was, whatever was done to it since."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from collab.model import checks, diff, dsl
from collab.model.document import Document, Tree, empty_document, place_of
from collab.model.restoring import restore_op
from collab.ot import json0
from collab.values import SharedMap, SharedText, copy_json
from tests.model.models import REGISTRY, kinds, live, model_files

_SLOW = settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def _restored(current: Document, past: Document) -> tuple[list[Any], Document]:
    """Return the op of restoring and the document after it; neither input is changed."""
    before, wanted = copy_json(current), copy_json(past)
    op = restore_op(current, past, REGISTRY)
    assert (current, past) == (before, wanted)
    return op, json0.apply(current, op)


def _moved(document: Document, data: st.DataObject) -> Document:
    """Return *document* after somebody trashed, moved or purged some of its nodes."""
    result = copy_json(document)
    for node_id in data.draw(st.lists(st.sampled_from(sorted(result["nodes"])), max_size=4)):
        node = result["nodes"].get(node_id)
        if node is None:
            continue
        match data.draw(st.sampled_from(["trash", "purge", "move", "back"])):
            case "purge":
                _purge(result, node_id)
            case "trash":
                node["place"] = None
            case "back":
                node["place"] = ["application", "pages", "a0V"]
            case "move":
                _move(result, node_id, data.draw(st.sampled_from(sorted(result["nodes"]))))
    return result


def _purge(document: Document, node_id: str) -> None:
    for slots in list(Tree(document).slots(node_id).values()):
        for child in slots:
            _purge(document, child)
    del document["nodes"][node_id]


def _move(document: Document, node_id: str, parent: str) -> None:
    """Move a node, unless that made a cycle."""
    step: str | None = parent
    while step is not None:
        if step == node_id:
            return
        place = place_of(document["nodes"].get(step))
        step = None if place is None else place.parent
    document["nodes"][node_id]["place"] = [parent, "children", "a0V"]


@_SLOW
@given(st.lists(model_files(), min_size=2, max_size=3), st.data())
def test_any_revision_of_any_history(texts: list[str], data: st.DataObject) -> None:
    """[HI8] the disk form is that of the revision, no check refuses it, twice is no change."""
    history = [empty_document()]
    for text in texts:
        current = history[-1]
        history.append(json0.apply(current, diff.import_op(current, dsl.read(text), REGISTRY)))
        if history[-1]["nodes"]:
            history.append(_moved(history[-1], data))
    head = history[-1]
    for past in history:
        op, room = _restored(head, past)
        assert dsl.write(room) == dsl.write(past)
        assert set(Tree(room).live()) == set(Tree(past).live())
        assert _restored(room, past)[0] == []
        touched = [str(item["p"][1]) for item in op if item["p"][0] == "nodes"]
        assert checks.check_nodes(room, touched, REGISTRY, head["nodes"].get) == []
        assert room["nodes"].keys() >= head["nodes"].keys()


def test_what_came_since_is_in_the_trash() -> None:
    """[HI8] the topmost of it; what is inside stays inside, and keeps its edits."""
    past = live(pages=[{"id": "p", "name": "Größe", "children": []}])
    card = {"component": "Card@1", "id": "c", "children": [{"component": "Text@1", "id": "t"}]}
    current = live(pages=[{"id": "p", "name": "Größe", "children": [card]}])
    op, room = _restored(current, past)
    assert [item["p"] for item in op] == [["nodes", "c", "place"]]
    assert room["nodes"]["c"]["place"] is None
    assert room["nodes"]["t"] == current["nodes"]["t"]


def test_what_was_purged_is_there_again() -> None:
    """[HI8] under its id, in its place, with its containers."""
    past = live(
        pages=[{"id": "p", "name": "价格", "children": [{"component": "Card@1", "id": "c"}]}]
    )
    current = copy_json(past)
    del current["nodes"]["c"]
    op, room = _restored(current, past)
    assert [item["p"] for item in op] == [["nodes", "c"]]
    assert (room, kinds(room)) == (past, kinds(past))


def test_texts_and_containers_stay() -> None:
    """[HI8] a text is edited where it differs, and a container that is new since is emptied."""
    past = live(policies=[{"id": "p", "rego": "größe 😀"}])
    current = live(policies=[{"id": "p", "rego": "grösse 😀!"}])
    op, room = _restored(current, past)
    assert all("si" in item or "sd" in item for item in op)
    assert room["nodes"]["p"]["props"]["rego"] == "größe 😀"
    assert type(room["nodes"]["p"]["props"]["rego"]) is SharedText
    old = live(pages=[{"id": "p", "name": "é", "children": [{"component": "Card@1", "id": "c"}]}])
    styled = copy_json(old)
    styled["nodes"]["c"]["props"]["style"] = SharedMap(padding=4)
    del old["nodes"]["c"]["props"]["style"]
    op, room = _restored(styled, old)
    assert op == [{"p": ["nodes", "c", "props", "style", "padding"], "od": 4}]
    assert room["nodes"]["c"]["props"]["style"] == {}


def test_nodes_of_definitions_that_are_not_known() -> None:
    """[HI8] they are restored like all others."""
    past = live(pages=[{"id": "p", "children": [{"component": "Größe@7", "props": {"α": [1]}}]}])
    current = copy_json(past)
    (node,) = (one for one in current["nodes"].values() if one["type"] == "Größe@7")
    node["props"]["α"] = [2]
    assert dsl.write(_restored(current, past)[1]) == dsl.write(past)
