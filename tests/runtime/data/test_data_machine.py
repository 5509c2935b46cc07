"""Records against a plain dictionary: whatever is done in whatever order, both say the same."""

from __future__ import annotations

import tempfile
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from runtime.data.errors import RecordInvalid, RecordRestricted
from runtime.data.queries import Query
from runtime.data.records import RecordChange
from runtime.data.tenant import TenantData
from runtime.expressions.engine import Engine
from tests.runtime.data.worlds import ANNA, SHOP

NAMES = st.sampled_from(["Größe", "日本", "ß", "😀", "a"])
TIERS = st.sampled_from(["standard", "gold", None])
PRICES = st.sampled_from(["0.10", "19.99", "-3.33", "0.01", None])
QUANTITIES = st.sampled_from([1, 2, 7, None])
NUMBERS = st.sampled_from(["ä1", "ä2", "ä3", "日"])
ENGINE: list[Engine] = []

Row = dict[str, Any]


class Shop(RuleBasedStateMachine):
    """Customers, orders and lines, and what they are by the rules of SHOP alone."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.tenant = TenantData(Path(self.folder.name) / "größe.db", ENGINE[0])
        self.tenant.open()
        self.room = self.tenant.room("ä")
        self.room.adopt(SHOP)
        self.customers: dict[str, Row] = {}
        self.orders: dict[str, Row] = {}
        self.lines: dict[str, Row] = {}
        self.told: dict[tuple[str, str], Any] = {}
        self.room.listen(self.hear)

    def hear(self, changes: Any) -> None:
        change: RecordChange
        for change in changes:
            key = (change.model, change.record)
            assert change.before == self.told.get(key)
            self.told[key] = change.after

    def teardown(self) -> None:
        if hasattr(self, "tenant"):
            self.tenant.close()
            self.folder.cleanup()

    # --- what may happen ------------------------------------------------------------------------

    @rule(name=NAMES, tier=TIERS)
    def add_customer(self, name: str, tier: str | None) -> None:
        values = {"name": name, "tier": tier}
        self.customers[self.room.create("Customer", values, ANNA).id] = values

    @precondition(lambda self: self.customers)
    @rule(data=st.data(), number=NUMBERS)
    def add_order(self, data: st.DataObject, number: str) -> None:
        values = {
            "number": number,
            "customer": data.draw(st.sampled_from(sorted(self.customers))),
            "friend": data.draw(st.none() | st.sampled_from(sorted(self.customers))),
        }
        if any(order["number"] == number for order in self.orders.values()):
            with pytest.raises(RecordInvalid):
                self.room.create("Order", values, ANNA)
        else:
            self.orders[self.room.create("Order", values, ANNA).id] = values

    @rule(data=st.data(), quantity=QUANTITIES, price=PRICES)
    def add_line(self, data: st.DataObject, quantity: int | None, price: str | None) -> None:
        order = data.draw(st.none() | st.sampled_from(sorted(self.orders))) if self.orders else None
        values = {"order": order, "quantity": quantity, "price": price}
        self.lines[self.room.create("Line", values, ANNA).id] = values

    @precondition(lambda self: self.customers)
    @rule(data=st.data(), tier=TIERS)
    def change_customer(self, data: st.DataObject, tier: str | None) -> None:
        customer = data.draw(st.sampled_from(sorted(self.customers)))
        self.room.update("Customer", customer, {"tier": tier}, ANNA)
        self.customers[customer]["tier"] = tier

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def change_order(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(sorted(self.orders)))
        customer = data.draw(st.sampled_from(sorted(self.customers)))
        self.room.update("Order", order, {"customer": customer}, ANNA)
        self.orders[order]["customer"] = customer

    @precondition(lambda self: self.lines)
    @rule(data=st.data(), quantity=QUANTITIES)
    def change_line(self, data: st.DataObject, quantity: int | None) -> None:
        line = data.draw(st.sampled_from(sorted(self.lines)))
        order = data.draw(st.sampled_from(sorted(self.orders))) if self.orders else None
        values = {"order": order, "quantity": quantity}
        self.room.update("Line", line, values, ANNA)
        self.lines[line].update(values)

    @precondition(lambda self: self.customers)
    @rule(data=st.data())
    def delete_customer(self, data: st.DataObject) -> None:
        customer = data.draw(st.sampled_from(sorted(self.customers)))
        if any(order["customer"] == customer for order in self.orders.values()):
            with pytest.raises(RecordRestricted):
                self.room.delete("Customer", customer, ANNA)
            return
        self.room.delete("Customer", customer, ANNA)
        del self.customers[customer]
        for order in self.orders.values():
            if order["friend"] == customer:
                order["friend"] = None

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def delete_order(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(sorted(self.orders)))
        self.room.delete("Order", order, ANNA)
        del self.orders[order]
        self.lines = {key: line for key, line in self.lines.items() if line["order"] != order}

    @precondition(lambda self: self.lines)
    @rule(data=st.data())
    def delete_line(self, data: st.DataObject) -> None:
        line = data.draw(st.sampled_from(sorted(self.lines)))
        self.room.delete("Line", line, ANNA)
        del self.lines[line]

    # --- what is then so ------------------------------------------------------------------------

    def line_total(self, line: Row) -> Decimal | None:
        if line["price"] is None or line["quantity"] is None:
            return None
        return Decimal(line["price"]) * int(line["quantity"])

    def order_total(self, order: str) -> Decimal:
        totals = [self.line_total(line) for line in self.lines.values() if line["order"] == order]
        customer = self.customers[self.orders[order]["customer"]]
        factor = Decimal("0.95") if customer["tier"] == "gold" else Decimal(1)
        total = sum((each for each in totals if each is not None), Decimal(0)) * factor
        return total.quantize(Decimal("0.01"), ROUND_HALF_UP)

    @invariant()
    def both_say_the_same(self) -> None:
        if not hasattr(self, "room"):
            return
        lines = {
            key: {
                **line,
                "price": None if line["price"] is None else Decimal(line["price"]),
                "total": self.line_total(line),
            }
            for key, line in self.lines.items()
        }
        orders = {
            key: {**order, "total": self.order_total(key)} for key, order in self.orders.items()
        }
        customers = {
            key: {
                **customer,
                "spent": sum(
                    (orders[at]["total"] for at in orders if orders[at]["customer"] == key),
                    Decimal(0),
                ),
            }
            for key, customer in self.customers.items()
        }
        for name, expected in (("Customer", customers), ("Order", orders), ("Line", lines)):
            found = self.room.query(Query(name, limit=500)).items
            assert {record.id: dict(record.values) for record in found} == expected
            for record in found:
                assert self.told[record.model, record.id] == record


def test_records_are_what_a_dictionary_says(engine: Engine) -> None:
    """[DA37] after any changes records, totals, lists and what listeners heard agree."""
    ENGINE[:] = [engine]
    run_state_machine_as_test(
        Shop, settings=settings(max_examples=12, stateful_step_count=25, deadline=None)
    )
