"""Benchmark of the preview's data: ``python -m benchmarks.data [--folder FOLDER] [--records N]``.

The order management of the samples in one room, with its orders filled up to N (100,000). One
thread: what is measured is the cost of a call, the statement, the expression engine and SQLite's
durable commit included. Migrations are whole: from the call of ``adopt`` to its commit. Needs the
built expression engine (``npm run build`` in web).
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from collab.model import dsl
from runtime.application import Application, compile_application
from runtime.data.queries import Condition, GroupQuery, Measure, Operator, Query
from runtime.data.records import Actor
from runtime.data.room import RoomData
from runtime.data.tenant import TenantData
from runtime.expressions.engine import Engine
from runtime.parts import Field, FieldType

__all__ = ["main"]

ROOT = Path(__file__).resolve().parents[1]
ANNA = Actor("anna", "Anna Größe")
REPEATS = 300
FILTER = (
    "(vars.status == null || item.status == vars.status) && "
    "(vars.search == '' || item.orderNo.contains(vars.search))"
)


def application() -> Application:
    """Return the order management of the samples."""
    text = (ROOT / "samples" / "order-management.json").read_bytes()
    return compile_application(json.loads(json.dumps(dsl.read(text))))


def percentile(times: list[float], share: float) -> float:
    """Return in milliseconds what *share* of *times* (seconds) stay below."""
    return sorted(times)[int(share * (len(times) - 1))] * 1_000


def measure(label: str, action: Callable[[int], object], repeats: int = REPEATS) -> None:
    """Print how long *action* takes, called with a counter."""
    action(-1)
    times = []
    processor = time.process_time()
    for number in range(repeats):
        start = time.perf_counter()
        action(number)
        times.append(time.perf_counter() - start)
    processor = time.process_time() - processor
    print(
        f"{label:46} {1 / (sum(times) / repeats):8,.0f}/s   p50 {percentile(times, 0.5):7.2f} ms"
        f"   p99 {percentile(times, 0.99):7.2f} ms   {processor / repeats * 1e6:7,.0f} us of CPU",
        flush=True,
    )


def fill(room: RoomData, records: int) -> list[str]:
    """Make customers, products and orders, most orders by copying one, and return orders' ids."""
    room.generate(seed=1, per_model=200, actor=ANNA)
    first = room.query(Query("Order", limit=200)).items
    layout = room._transactions.adopted.layout
    table = layout.table("Order")
    ids = [record.id for record in first]
    for start in range(len(first), records, 10_000):
        rows = []
        for number in range(start, min(start + 10_000, records)):
            record_id, _ = room._identifiers.next(0)
            row = table.row(replace(first[number % len(first)], id=record_id))
            row[table.by_name["orderNo"].column.key] = f"NR-{number}"
            row[table.by_name["orderId"].column.key] = record_id
            rows.append(row)
            ids.append(record_id)
        with room._database.writing(60) as connection:
            connection.execute(insert(table.table), rows)
    room._transactions.forget_counts()
    return ids


def measure_writes(room: RoomData) -> None:
    customer = room.query(Query("Customer", limit=1)).items[0].id
    product = room.query(Query("Product", limit=1)).items[0].id
    order = room.create("Order", {"orderNo": "größe", "customer": customer}, ANNA).id

    def create_customer(number: int) -> object:
        return room.create("Customer", {"email": f"k{number}@example.com", "name": "Größe"}, ANNA)

    def create_order(number: int) -> object:
        return room.create("Order", {"orderNo": f"neu {number}", "customer": customer}, ANNA)

    def change_line(number: int) -> object:
        return room.update("OrderLine", line, {"quantity": number % 9 + 1}, ANNA)

    values = {"order": order, "product": product, "quantity": 1, "unitPrice": "19.99"}
    line = room.create("OrderLine", values, ANNA).id
    measure("create a customer", create_customer)
    measure("create an order (a computed total)", create_order)
    measure("change a line (its total and the order's)", change_line)


def measure_reads(room: RoomData, ids: list[str]) -> None:
    def ask(query: Query) -> Callable[[int], object]:
        def run(_: int) -> object:
            page = room.query(query)
            return [room.to_json(record) for record in page.items]

        return run

    variables: dict[str, Any] = {"vars": {"status": "draft", "search": ""}}
    exact = Condition("orderNo", Operator.EQUAL, "NR-4711")
    measure("read an order by id", lambda number: room.read("Order", ids[number * 331 % len(ids)]))
    measure("page of 25, newest first", ask(Query("Order", sort=("-createdAt",), limit=25)))
    no_total = Query("Order", sort=("-createdAt",), limit=25, has_total=False)
    measure("page of 25, newest first, no total", ask(no_total))
    filtered = Query("Order", FILTER, variables, sort=("-createdAt",), limit=25)
    measure("page of 25, the sample's filter", ask(filtered), 100)
    measure("  and its customers", ask(replace(filtered, expand=("customer",))), 100)
    measure(
        "  and its lines and their products", ask(replace(filtered, expand=("lines.product",))), 100
    )
    measure("page by a unique value", ask(Query("Order", conditions=(exact,), limit=25)))
    measure(
        "page of 25 by another field, all sorted",
        ask(Query("Order", sort=("notes",), limit=25)),
        20,
    )
    measure("search in all texts", ask(Query("Order", search="nr-4711", limit=25)), 20)
    groups = GroupQuery("Order", by="status", measure=Measure.SUM, field="totalAmount")
    measure("sums by status", lambda _: room.groups(groups), 20)
    source = "models.Order.filter(o, o.status == 'confirmed').map(o, o.totalAmount).sum()"
    measure("sum over the model, as an expression", lambda _: room.evaluate(source, {}), 20)


def with_field(before: Application, *added: Field) -> Application:
    """Return the application with further fields of Order."""
    models = tuple(
        replace(model, fields=(*model.fields, *added)) if model.name == "Order" else model
        for model in before.models
    )
    return replace(before, models=models)


def measure_migrations(room: RoomData) -> None:
    base = room.application
    text = Field("~text", "text", FieldType.TEXT)
    filled = replace(text, id="~filled", name="filled", default="ä")
    key = Field("~key", "key", FieldType.UUID, is_required=True)
    number = Field("~number", "number", FieldType.INTEGER, default=7)
    amount = replace(number, type=FieldType.DECIMAL)
    told = Field("~told", "told", FieldType.TEXT, computed="record.orderNo + '!'")
    steps = [
        ("new field", with_field(base, text)),
        ("new field with a default", with_field(base, text, filled)),
        ("rename it", with_field(base, text, replace(filled, name="größe"))),
        ("remove it (hidden until confirmed)", with_field(base, text)),
        ("new required UUID", with_field(base, text, key)),
        ("new Integer with a default", with_field(base, number)),
        ("Integer to Decimal, every value", with_field(base, amount)),
        ("new computed field", with_field(base, told)),
    ]
    for label, after in steps:
        start = time.perf_counter()
        room.adopt(after)
        shown = time.perf_counter() - start
        # A computed field of many records gets its values while others go on writing.
        room.settle()
        filled = time.perf_counter() - start
        print(
            f"{label:46} {shown * 1_000:8,.0f} ms, all values {filled * 1_000:8,.0f} ms", flush=True
        )


def main(folder: Path, records: int) -> None:
    engine = Engine(ROOT / "web" / "dist" / "expressions.wasm", cache=folder)
    tenant = TenantData(folder / "größe.db", engine)
    tenant.open()
    room = tenant.room("bestellungen")
    room.adopt(application())
    ids = fill(room, records)
    load = os.getloadavg()[0]
    print(f"{records:,} orders; load average {load:.1f}\n")
    measure_writes(room)
    print()
    measure_reads(room, ids)
    print(f"\nmigrations of {records:,} orders")
    measure_migrations(room)
    tenant.close()
    engine.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where to put the file (default: temporary)")
    parser.add_argument("--records", type=int, default=100_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as temporary:
        main(Path(temporary), arguments.records)
