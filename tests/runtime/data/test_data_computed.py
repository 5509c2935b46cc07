"""Computed fields: right after every change of what they read, and harmless when they fail."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from runtime.application import Application
from runtime.data.room import RoomData
from tests.runtime.data.worlds import ANNA, SHOP, application, field, model, sample, with_model


def total(room: RoomData, order: str) -> object:
    return room.read("Order", order).values["total"]


def test_a_total_follows_everything_it_reads(room: RoomData) -> None:
    """[DA10] lines that come, change, move and go, and the customer's tier, change the total."""
    room.adopt(SHOP)
    anna, bert = (
        room.create("Customer", {"name": name, "tier": tier}, ANNA).id
        for name, tier in (("Größe", "standard"), ("日本", "gold"))
    )
    one, two = (
        room.create("Order", {"number": number, "customer": anna}, ANNA).id for number in "ß2"
    )
    assert total(room, one) == Decimal("0.00")
    line = room.create("Line", {"order": one, "quantity": 3, "price": "19.99"}, ANNA).id
    other = room.create("Line", {"order": one, "quantity": 1, "price": "0.01"}, ANNA).id
    assert total(room, one) == Decimal("59.98")
    room.update("Line", line, {"quantity": 2}, ANNA)
    assert total(room, one) == Decimal("39.99")
    room.update("Line", line, {"order": two}, ANNA)
    assert (total(room, one), total(room, two)) == (Decimal("0.01"), Decimal("39.98"))
    room.update("Customer", anna, {"tier": "gold"}, ANNA)
    assert total(room, two) == Decimal("37.98")
    room.update("Customer", anna, {"tier": "standard"}, ANNA)
    room.update("Order", two, {"customer": bert}, ANNA)
    assert total(room, two) == Decimal("37.98")
    room.delete("Line", other, ANNA)
    assert total(room, one) == Decimal("0.00")
    spent = [room.read("Customer", customer).values["spent"] for customer in (anna, bert)]
    assert spent == [Decimal("0.00"), Decimal("37.98")]
    room.delete("Order", two, ANNA)
    assert room.read("Customer", bert).values["spent"] == Decimal("0.00")


def test_versions_rise_once_with_what_follows(room: RoomData) -> None:
    """[DA10] a record that follows a change has a new version, once, in the same transaction."""
    room.adopt(SHOP)
    customer = room.create("Customer", {"name": "ß"}, ANNA)
    order = room.create("Order", {"number": "1", "customer": customer.id}, ANNA)
    told: list[tuple[str, int]] = []
    room.listen(
        lambda changes: told.extend(
            (item.model, item.after.version) for item in changes if item.after
        )
    )
    room.create("Line", {"order": order.id, "quantity": 1, "price": "5"}, ANNA)
    assert told == [("~Line", 1), ("~Order", 2), ("~Customer", 2)]


def test_discount_to_the_cent(room: RoomData) -> None:
    """[DA11] a computed decimal is exact and rounded half up to its field's scale."""
    room.adopt(sample())
    gold = {"email": "joerg@example.com", "name": "Jörg", "tier": "gold"}
    customer = room.create("Customer", gold, ANNA)
    product = room.create("Product", {"sku": "ABC-1", "title": "Tür", "unitPrice": "0.1"}, ANNA)
    order = room.create("Order", {"orderNo": "ä", "customer": customer.id}, ANNA)
    for quantity, price, expected in (
        (1, "0.10", "0.10"),
        (3, "0.10", "0.38"),
        (7, "19.99", "133.31"),
    ):
        room.create(
            "OrderLine",
            {"order": order.id, "product": product.id, "quantity": quantity, "unitPrice": price},
            ANNA,
        )
        assert room.read("Order", order.id).values["totalAmount"] == Decimal(expected)


BROKEN = {
    "syntax": ("record.", "expression_syntax"),
    "models": ("models.M.size()", "computed_models"),
    "updated": ("record.updatedAt == record.createdAt ? 1 : 2", "computed_updated"),
    "cycle": ("record.two + 1", "computed_cycle"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_expressions_are_faults(room: RoomData, name: str) -> None:
    """[DA12] what cannot be computed is a fault, null, said on the record, and blocks nothing."""
    source, code = BROKEN[name]
    two = "record.one * 2" if name == "cycle" else "record.a * 2"
    room.adopt(application(model("M", field("a", "Integer"), field("one", "Integer"))))
    before = room.create("M", {"a": 4, "one": 5}, ANNA)
    changed = model(
        "M",
        field("a", "Integer"),
        field("one", "Integer", computed=source),
        field("two", "Integer", computed=two),
    )
    adoption = room.adopt(application(changed))
    assert code in [fault.code for fault in adoption.faults]
    assert room.read("M", before.id).values["one"] is None
    record = room.create("M", {"a": 3}, ANNA)
    assert record.values["one"] is None
    assert record.values["two"] == (None if name == "cycle" else 6)
    assert room.to_json(record)["@faults"]["one"]
    healed = with_model(application(changed), replace(changed, fields=changed.fields[:1]))
    assert room.adopt(healed).faults == ()


def test_errors_of_values_are_faults_of_the_record(room: RoomData) -> None:
    """[DA12] an expression that fails for one record leaves that one null, and says why."""
    room.adopt(
        application(
            model(
                "M",
                field("a", "Integer"),
                field("half", "Integer", computed="10 / record.a"),
                field("big", "Decimal", precision=3, scale=1, computed="record.a * 1000"),
                field("text", "Text", computed="record.a"),
                field("name", "Enum", values=("ä",), computed="record.a == 1 ? 'ä' : 'ß'"),
            )
        )
    )
    record = room.create("M", {"a": 0}, ANNA)
    assert record.values == {
        "a": 0,
        "half": None,
        "big": Decimal("0.0"),
        "text": None,
        "name": None,
    }
    assert "Division by zero" in record.faults["half"]
    assert "the field must be" in record.faults["text"]
    better = room.update("M", record.id, {"a": 1}, ANNA)
    assert (better.values["half"], better.values["name"]) == (10, "ä")
    assert set(better.faults) == {"big", "text"}
    assert room.read("M", record.id) == better


def chain(*, is_longer: bool) -> Application:
    up = "record.up == null ? 1 : record.up.b + 1"
    return application(
        model(
            "M",
            field("a", "Integer"),
            field("up", "Reference", model="~M", inverse="downs"),
            field("b", "Integer", computed="record.a + 1"),
            field("c", "Integer", computed="record.b * 10"),
            field("d", "Integer", computed=f"({up}) + record.c"),
            field("e", "Integer", computed="record.downs.map(m, m.d).sum()"),
            *([field("f", "Integer", computed="record.e - record.c")] if is_longer else []),
        )
    )


def test_chains_are_computed_in_order(room: RoomData) -> None:
    """[DA10] fields that build on each other, over records too, are right after one change."""
    room.adopt(chain(is_longer=False))
    top = room.create("M", {"a": 1}, ANNA)
    low = room.create("M", {"a": 2, "up": top.id}, ANNA)
    room.update("M", top.id, {"a": 5}, ANNA)
    assert room.read("M", low.id).values["d"] == 37
    assert room.read("M", top.id).values["e"] == 37
    room.adopt(chain(is_longer=True))
    assert room.read("M", top.id).values["f"] == 37 - 60


def test_a_new_expression_is_computed_for_all(room: RoomData) -> None:
    """[DA10] another expression, or a renamed field in it, computes every record again."""
    room.adopt(SHOP)
    customer = room.create("Customer", {"name": "ß"}, ANNA)
    order = room.create("Order", {"number": "1", "customer": customer.id}, ANNA)
    room.create("Line", {"order": order.id, "quantity": 2, "price": "5"}, ANNA)
    line = SHOP.models[2]
    doubled = replace(
        line, fields=(*line.fields[:3], replace(line.fields[3], computed="record.price"))
    )
    adoption = room.adopt(with_model(SHOP, doubled))
    assert adoption.statements
    assert total(room, order.id) == Decimal("5.00")
    renamed = replace(doubled.fields[2], name="preis")
    gone = replace(doubled, fields=(*doubled.fields[:2], renamed, doubled.fields[3]))
    room.adopt(with_model(SHOP, gone))
    assert total(room, order.id) == Decimal("0.00")
