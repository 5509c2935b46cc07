"""References: what they may name, and what happens when it is deleted."""

from __future__ import annotations

import pytest

from runtime.application import Application
from runtime.data.errors import RecordInvalid, RecordNotFound, RecordRestricted
from runtime.data.records import ChangeKind, RecordChange
from runtime.data.room import RoomData
from tests.runtime.data.worlds import ANNA, SHOP, application, faults_of, field, model


def tree(on_delete: str) -> Application:
    return application(model("Node", field("up", "Reference", model="~Node", on_delete=on_delete)))


def test_a_reference_names_a_record(room: RoomData) -> None:
    """[DA8] a reference to what is not there, or of another model, is refused at its field."""
    room.adopt(SHOP)
    customer = room.create("Customer", {"name": "Größe"}, ANNA)
    values = {"number": "ä1", "customer": customer.id}
    assert faults_of(room, "Order", {**values, "customer": "日本"}) == {"customer": ["reference"]}
    for other in (customer.id[:-1] + "x", "none"):
        assert faults_of(room, "Order", {**values, "friend": other}) == {"friend": ["reference"]}
    order = room.create("Order", values, ANNA)
    assert faults_of(room, "Line", {"order": customer.id}) == {"order": ["reference"]}
    with pytest.raises(RecordInvalid):
        room.update("Order", order.id, {"customer": order.id}, ANNA)
    assert room.update("Order", order.id, {"friend": {"id": customer.id}}, ANNA).version == 2


def test_restrict_names_who_refers(room: RoomData) -> None:
    """[DA9] a restricting reference refuses the deletion and says who refers."""
    room.adopt(SHOP)
    customer = room.create("Customer", {"name": "Größe"}, ANNA)
    orders = [
        room.create("Order", {"number": f"ä{at}", "customer": customer.id}, ANNA) for at in (1, 2)
    ]
    with pytest.raises(RecordRestricted) as caught:
        room.delete("Customer", customer.id, ANNA)
    error = caught.value
    assert (error.model, error.field, error.count) == ("Order", "customer", 2)
    assert set(error.records) == {order.id for order in orders}
    for order in orders:
        room.delete("Order", order.id, ANNA)
    room.delete("Customer", customer.id, ANNA)
    with pytest.raises(RecordNotFound):
        room.delete("Customer", customer.id, ANNA)


def test_cascade_and_clear_in_one_transaction(room: RoomData) -> None:
    """[DA9] a cascade takes its records along, clear empties the reference, all at once or not."""
    room.adopt(SHOP)
    anna, bert = (room.create("Customer", {"name": name}, ANNA) for name in ("Größe", "日本"))
    order = room.create("Order", {"number": "1", "customer": anna.id, "friend": bert.id}, ANNA)
    line = room.create("Line", {"order": order.id, "quantity": 1, "price": "1"}, ANNA)
    told: list[RecordChange] = []
    room.listen(told.extend)
    room.delete("Customer", bert.id, ANNA)
    assert room.read("Order", order.id).values["friend"] is None
    assert {(change.kind, change.record) for change in told} == {
        (ChangeKind.DELETED, bert.id),
        (ChangeKind.UPDATED, order.id),
    }
    told.clear()
    room.delete("Order", order.id, ANNA)
    assert room.counts() == {"~Customer": 1, "~Order": 0, "~Line": 0}
    assert {change.record for change in told if change.after is None} == {order.id, line.id}


def test_a_required_reference_cannot_be_cleared(room: RoomData) -> None:
    """[DA9] clear restricts where the reference must be filled in."""
    room.adopt(
        application(
            model("A"),
            model("B", field("a", "Reference", model="~A", on_delete="clear", is_required=True)),
        )
    )
    first = room.create("A", {}, ANNA)
    room.create("B", {"a": first.id}, ANNA)
    with pytest.raises(RecordRestricted):
        room.delete("A", first.id, ANNA)


@pytest.mark.parametrize("on_delete", ["cascade", "restrict", "clear"])
def test_cycles_of_references(room: RoomData, on_delete: str) -> None:
    """[DA9] deletion ends on cycles: cascades take all, restrict lets go only what goes along."""
    room.adopt(tree(on_delete))
    ids = [room.create("Node", {}, ANNA).id for _ in range(3)]
    for at, record_id in enumerate(ids):
        room.update("Node", record_id, {"up": ids[at - 1]}, ANNA)
    alone = room.create("Node", {}, ANNA).id
    room.update("Node", alone, {"up": alone}, ANNA)
    if on_delete == "restrict":
        with pytest.raises(RecordRestricted):
            room.delete("Node", ids[0], ANNA)
    else:
        room.delete("Node", ids[0], ANNA)
    left = {"cascade": 1, "restrict": 4, "clear": 3}[on_delete]
    assert room.counts() == {"~Node": left}
    room.delete("Node", alone, ANNA)
    assert room.counts() == {"~Node": left - 1}
    if on_delete == "clear":
        assert room.read("Node", ids[1]).values["up"] is None


def test_restrict_within_a_cascade(room: RoomData) -> None:
    """[DA9] who is deleted along restricts nothing, wherever in the cascade it stands."""
    room.adopt(
        application(
            model("A"),
            model("B", field("a", "Reference", model="~A", on_delete="cascade")),
            model(
                "C",
                field("a", "Reference", model="~A", on_delete="cascade"),
                field("b", "Reference", model="~B", on_delete="restrict"),
            ),
        )
    )
    top = room.create("A", {}, ANNA)
    middle = room.create("B", {"a": top.id}, ANNA)
    low = room.create("C", {"a": top.id, "b": middle.id}, ANNA)
    with pytest.raises(RecordRestricted):
        room.delete("B", middle.id, ANNA)
    room.update("C", low.id, {"a": None}, ANNA)
    with pytest.raises(RecordRestricted):
        room.delete("A", top.id, ANNA)
    assert room.counts() == {"~A": 1, "~B": 1, "~C": 1}
    room.update("C", low.id, {"a": top.id}, ANNA)
    room.delete("A", top.id, ANNA)
    assert room.counts() == {"~A": 0, "~B": 0, "~C": 0}
