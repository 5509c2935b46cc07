"""Import into a room: one op, by id and then by name, that keeps what did not change."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from collab.model import checks, diff, dsl
from collab.model.document import Document, empty_document
from collab.model.nodes import build_node, expression
from collab.ot import json0
from collab.values import SharedMap, SharedText, copy_json
from tests.model.models import REGISTRY, SAMPLES, kinds, live, model_files

SLOW = settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def imported(current: Document, file: Document) -> tuple[list[Any], Document]:
    """Return the op of an import and the document after it; neither input is changed."""
    before, wanted = copy_json(current), copy_json(file)
    op = diff.import_op(current, file, REGISTRY)
    assert (current, file) == (before, wanted)
    return op, json0.apply(current, op)


def paths(op: list[Any]) -> list[str]:
    """Return the dotted path of each component."""
    return [".".join(map(str, component["p"])) for component in op]


def sample() -> Document:
    """Return the larger sample as a live document."""
    return dsl.read(next(one for one in SAMPLES if one.stem == "order-management").read_bytes())


def table(*columns: dict[str, Any]) -> Document:
    """Return a page with a table of these columns."""
    props = {"columns": list(columns)}
    content = [{"component": "Table@1", "id": "t", "props": props}]
    return live(pages=[{"id": "p", "name": "Größe", "children": content}])


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_the_same_file_twice(file: Any) -> None:
    """[MD11] a second import of a file is no change, nor is one of its export."""
    op, room = imported(empty_document(), dsl.read(file.read_bytes()))
    assert op
    assert imported(room, dsl.read(file.read_bytes()))[0] == []
    assert imported(room, dsl.read(dsl.write(room)))[0] == []
    assert imported(room, dsl.read(dsl.write(room, format="yaml"), format="yaml"))[0] == []


@SLOW
@given(model_files(), model_files())
def test_any_model_into_any_room(first: str, second: str) -> None:
    """[MD11] after the import the room exports what the file does, and nothing is refused."""
    current, file = dsl.read(first), dsl.read(second)
    op, room = imported(current, file)
    touched = [str(component["p"][1]) for component in op if component["p"][0] == "nodes"]
    before = current["nodes"].get
    assert checks.check_nodes(room, touched, REGISTRY, before) == []
    assert checks.check_application(room, REGISTRY) == []
    assert imported(room, file)[0] == []
    assert room["nodes"].keys() >= current["nodes"].keys()
    op_again, same = imported(room, dsl.read(dsl.write(room)))
    assert op_again == []
    assert same == room


@SLOW
@given(model_files())
def test_into_an_empty_room(text: str) -> None:
    """[MD11] an import into an empty room gives the very document, marks included."""
    file = dsl.read(text)
    room = imported(empty_document(), file)[1]
    assert room == file
    assert kinds(room) == kinds(file)


def test_a_changed_property() -> None:
    """[MD11] one changed value is one component, with the old value in it."""
    file = sample()
    changed = copy_json(file)
    field = next(key for key, node in file["nodes"].items() if node["props"].get("scale"))
    changed["nodes"][field]["props"]["scale"] = 5
    assert imported(file, changed)[0] == [
        {"p": ["nodes", field, "props", "scale"], "od": 2, "oi": 5}
    ]


def test_texts_are_edited() -> None:
    """[MD11] a text changes where it differs, counted in UTF-16 units, and stays the same text."""
    old = live(policies=[{"id": "p", "rego": "😀 package größe\n"}])
    new = live(policies=[{"id": "p", "rego": "😀 package 😁größen\n"}])
    op, room = imported(old, new)
    path = ["nodes", "p", "props", "rego"]
    assert op == [{"p": [*path, 11], "sd": "größe"}, {"p": [*path, 11], "si": "😁größen"}]
    assert room == new
    assert type(room["nodes"]["p"]["props"]["rego"]) is SharedText


def test_surrogates_are_not_split() -> None:
    """[MD11] two emoji that share their first half are replaced whole."""
    op, _ = imported(
        live(policies=[{"id": "p", "rego": "a😀b"}]), live(policies=[{"id": "p", "rego": "a😁b"}])
    )
    assert [component.get("sd", component.get("si")) for component in op] == ["😀", "😁"]


def test_expressions() -> None:
    """[MD12] a value becomes an expression whole; the text of an expression is edited."""
    value = live(roles=[{"id": "r", "name": "é"}])
    first = live(roles=[{"id": "r", "name": {"expr": "größe"}}])
    second = live(roles=[{"id": "r", "name": {"expr": "größer"}}])
    path = ["nodes", "r", "props", "name"]
    assert imported(value, first)[0] == [{"p": path, "od": "é", "oi": {"expr": "größe"}}]
    assert imported(first, second)[0] == [{"p": [*path, "expr", 5], "si": "r"}]
    assert imported(second, value)[0] == [{"p": path, "od": {"expr": "größer"}, "oi": "é"}]


def test_renaming_keeps_the_id() -> None:
    """[MD11] an exported element that is renamed in the file is the same node, with its place."""
    file = sample()
    text = dsl.write(file).replace('"name": "orderNo"', '"name": "nummer"')
    text = text.replace('"field": "orderNo"', '"field": "nummer"')
    op, _ = imported(file, dsl.read(text))
    assert [component.get("oi") for component in op] == ["nummer"]


def test_matching_by_name() -> None:
    """[MD11] a file whose ids the room does not know finds its elements by name."""
    room = live(
        dataModels=[{"id": "m", "name": "Größe", "fields": [{"id": "f", "name": "a"}]}],
        roles=[{"id": "r", "grants": [{"model": "Größe"}]}],
    )
    file = live(
        dataModels=[
            {"id": "x", "name": "Größe", "fields": [{"id": "y", "name": "a", "type": "Text"}]}
        ],
        roles=[{"id": "r", "grants": [{"model": "Größe"}]}],
    )
    op, after = imported(room, file)
    assert op == [{"p": ["nodes", "f", "props", "type"], "oi": "Text"}]
    assert imported(after, file)[0] == []


def test_references_to_renamed_ids() -> None:
    """[MD14] what refers to an element that was found by name refers to the room's id."""
    room = live(dataModels=[{"id": "m", "name": "Größe"}])
    file = live(
        dataModels=[{"id": "x", "name": "Größe"}],
        roles=[{"id": "r", "grants": [{"id": "g", "model": {"ref": "x"}}]}],
    )
    _, after = imported(room, file)
    assert after["nodes"]["r"]["props"]["grants"]["g"]["model"] == {"ref": "m"}


def test_reordering_moves_only_what_moved() -> None:
    """[MD11] one element that changes its position is one changed place."""
    names = [{"id": name, "name": name} for name in "abcdé"]
    moved = [names[4], *names[:4]]
    op, room = imported(live(roles=names), live(roles=moved))
    assert paths(op) == ["nodes.é.place"]
    assert dsl.write(room) == dsl.write(live(roles=moved))
    op, _ = imported(live(roles=names), live(roles=[*names[:2], {"id": "neu"}, *names[2:]]))
    assert paths(op) == ["nodes.neu"]


def test_equal_order_keys() -> None:
    """[MD11] where two siblings have one key, what comes between them gets the others moved."""
    room = live(roles=[{"id": "a"}, {"id": "b"}, {"id": "c"}])
    room["nodes"]["b"]["place"][2] = "a0"
    assert imported(room, live(roles=[{"id": "a"}, {"id": "b"}, {"id": "c"}]))[0] == []
    wanted = live(roles=[{"id": "a"}, {"id": "é"}, {"id": "b"}, {"id": "c"}])
    _, after = imported(room, wanted)
    assert dsl.write(after) == dsl.write(wanted)


def test_deleting() -> None:
    """[MD11] what the file has not goes into the Trash, and what is beneath it stays beneath."""
    room = live(
        dataModels=[{"id": "m", "name": "M", "fields": [{"id": "f", "name": "é"}]}],
        roles=[{"id": "r"}],
    )
    op, after = imported(room, live(roles=[{"id": "r"}]))
    assert op == [
        {"p": ["nodes", "m", "place"], "od": ["application", "dataModels", "a0"], "oi": None}
    ]
    assert after["nodes"]["f"]["place"] == ["m", "fields", "a0"]
    again, restored = imported(after, room)
    assert paths(again) == ["nodes.m.place"]
    assert restored == room


def test_what_is_brought_back_is_what_the_file_says() -> None:
    """[MD11] a node that comes out of the Trash leaves there what the file has not."""
    room = live(dataModels=[{"id": "m", "name": "M", "fields": [{"id": "f", "name": "é"}]}])
    room["nodes"]["m"]["place"] = None
    file = live(dataModels=[{"id": "m", "name": "M"}])
    op, after = imported(room, file)
    assert sorted(paths(op)) == ["nodes.f.place", "nodes.m.place"]
    assert dsl.write(after) == dsl.write(file)


def test_moved_out_of_what_is_deleted() -> None:
    """[MD11] a child that the file moved elsewhere does not go down with its old parent."""
    room = live(dataModels=[{"id": "m", "name": "M", "fields": [{"id": "f", "name": "é"}]}])
    file = live(dataModels=[{"id": "n", "name": "N", "fields": [{"id": "f", "name": "é"}]}])
    op, after = imported(room, file)
    assert sorted(paths(op)) == ["nodes.f.place", "nodes.m.place", "nodes.n"]
    assert dsl.write(after) == dsl.write(file)


def test_an_id_of_another_definition() -> None:
    """[MD11] an id that another kind of node holds is not taken over; twice is no change."""
    room = live(roles=[{"id": "x", "name": "é"}])
    file = live(policies=[{"id": "x", "name": "é", "rego": "package é"}])
    op, after = imported(room, file)
    assert after["nodes"]["x"]["type"] == "Role@1"
    assert after["nodes"]["x"]["place"] is None
    assert len(after["nodes"]) == 2
    assert imported(after, file)[0] == []
    assert len(op) == 2


def test_versions_migrate() -> None:
    """[MD11] another version of the same definition keeps the node and changes its type."""
    room = live(workflows=[{"id": "w", "steps": [{"id": "s", "type": "wait"}]}])
    file = live(workflows=[{"id": "w", "steps": [{"id": "s", "type": "wait@2"}]}])
    op, after = imported(room, file)
    assert {"p": ["nodes", "s", "type"], "od": "wait@1", "oi": "wait@2"} in op
    assert imported(after, file)[0] == []


def test_list_entries() -> None:
    """[MD11] a column that is put in first leaves the other entries what they were."""
    room = table({"title": "A"}, {"title": "B"}, {"title": "C"})
    file = table({"title": "Größe"}, {"title": "A"}, {"title": "B"}, {"title": "C"})
    op, after = imported(room, file)
    assert len(op) == 1
    assert op[0]["oi"]["title"] == "Größe"
    assert json.loads(dsl.write(after))["application"]["pages"][0]["children"][0]["props"][
        "columns"
    ][1:] == [{"id": f"e{index}", "title": title} for index, title in enumerate("ABC")]
    assert imported(after, file)[0] == []
    removed, _ = imported(room, table({"title": "A"}, {"title": "C"}))
    assert [component["od"]["title"] for component in removed] == ["B"]
    edited, _ = imported(room, table({"title": "A"}, {"title": "B2"}, {"title": "C"}))
    assert paths(edited) == ["nodes.t.props.columns.e1.title"]
    swapped, _ = imported(room, table({"title": "B"}, {"title": "A"}, {"title": "C"}))
    assert len(swapped) == 1
    assert paths(swapped)[0].endswith(".order")


def test_defaults_are_no_difference() -> None:
    """[MD11] a room that holds a default explicitly is not changed by a file that leaves it out."""
    room = live(dataModels=[{"name": "M", "fields": [{"id": "f", "name": "é"}]}])
    file = copy_json(room)
    room["nodes"]["f"]["props"]["required"] = False
    assert imported(room, file)[0] == []


def test_missing_containers_are_added() -> None:
    """[MD15] a node that was created without its containers gets them at the next import."""
    room = live(policies=[{"id": "p", "name": "é"}])
    file = copy_json(room)
    del room["nodes"]["p"]["props"]["rego"]
    op, after = imported(room, file)
    assert op == [{"p": ["nodes", "p", "props", "rego"], "oi": ""}]
    assert kinds(after) == kinds(file)


def test_generic_values() -> None:
    """[MD17] what no definition describes is compared by its content."""
    room = live(pages=[{"id": "p", "name": "P"}])
    old, new = copy_json(room), copy_json(room)
    for document, value in ((old, 1), (new, 2)):
        props = build_node("Nie@1", None, {"a": {"b": [value], "c": {"ü": value}}}, None)
        props["place"] = ["p", "children", "a0"]
        document["nodes"]["x"] = props
    op, after = imported(old, new)
    assert paths(op) == ["nodes.x.props.a.b", "nodes.x.props.a.c.ü"]
    assert kinds(after) == kinds(new)
    assert after == new


def test_values_are_copies() -> None:
    """[MD11] the op shares no container with either document."""
    file = live(roles=[{"id": "r", "name": "é"}])
    op = diff.import_op(empty_document(), file, REGISTRY)
    created = next(component for component in op if component["p"] == ["nodes", "r"])
    created["oi"]["props"]["name"] = expression("x")
    assert file["nodes"]["r"]["props"]["name"] == "é"
    assert type(created["oi"]) is SharedMap
