"""The engine's answers: errors, batches, null, references, and the sample application."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from collab.model import dsl
from runtime.application import Application, compile_application
from runtime.expressions.ast import Call, Has, Identifier, Literal, Macro, Select
from runtime.expressions.engine import Engine
from runtime.expressions.errors import ExpressionError
from runtime.expressions.schema import schema_of
from runtime.expressions.types import (
    BOOL,
    DECIMAL,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    ModelType,
    Schema,
    Type,
)
from runtime.expressions.values import RecordValue, Value

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SAMPLE = Path(__file__).resolve().parents[3] / "samples" / "order-management.json"


@pytest.fixture(scope="module")
def application() -> Application:
    return compile_application(json.loads(json.dumps(dsl.read(SAMPLE.read_bytes()))))


def _record(application: Application, model: str, identifier: str, **fields: Value) -> RecordValue:
    found = application.model(model)
    assert found is not None
    return RecordValue(identifier, found.id, fields)


def _fault(engine: Engine, source: str, context: dict[str, Value]) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        engine.evaluate(source, context, now=NOW)
    return caught.value


# --- the sample ---------------------------------------------------------------------------------


def _sources(value: Any) -> list[str]:
    if isinstance(value, dict):
        if set(value) == {"expr"}:
            return [value["expr"]]
        return [source for inner in value.values() for source in _sources(inner)]
    if isinstance(value, list):
        return [source for inner in value for source in _sources(inner)]
    return []


def _scope(application: Application, owner: str) -> dict[str, Type]:
    schema = schema_of(application)
    models = {model.name: Type.of_record(model.id) for model in application.models}
    return {
        "record": models[owner],
        "previous": models[owner],
        "item": models["OrderLine" if owner == "OrderLine" else "Order"],
        "row": models["Order"],
        "params": Type.object({"id": STRING}),
        "vars": Type.object({"status": STRING, "search": STRING}),
        "steps": DYN,
        "error": DYN,
        "models": schema.models_type,
        "enums": schema.enums_type,
    }


def test_every_expression_of_the_sample_has_a_type(
    engine: Engine, application: Application
) -> None:
    """[EX18] every expression of the sample application is typed from its models."""
    sources = set(_sources(json.loads(SAMPLE.read_text())))
    assert len(sources) > 15
    schema = schema_of(application)
    types = {}
    for source in sources:
        owner = "OrderLine" if "unitPrice" in source else "Order"
        scope = _scope(application, owner)
        if "item.order " in source:
            scope["item"] = _scope(application, "OrderLine")["item"]
        types[source] = engine.check(source, scope, schema)
    assert types["record.unitPrice * record.quantity"] == DECIMAL
    assert types["enums.Order.status"] == Type.list_of(STRING)
    assert types["record.status in ['shipped', 'cancelled']"] == BOOL
    (dashboard,) = (source for source in sources if source.endswith(".sum()"))
    assert types[dashboard] == DECIMAL


def test_the_total_of_the_sample_is_right(engine: Engine, application: Application) -> None:
    """[EX18] the gold discount of the sample's order is right to the cent."""
    order = application.model("Order")
    assert order is not None
    field = order.field("totalAmount")
    assert field is not None
    lines: list[Value] = [
        _record(application, "OrderLine", "l1", lineTotal=Decimal("19.99")),
        _record(application, "OrderLine", "l2", lineTotal=Decimal("0.01")),
        _record(application, "OrderLine", "l3", lineTotal=None),
    ]
    for tier, expected in (("gold", "19.00"), ("standard", "20.00"), (None, "20.00")):
        customer = _record(application, "Customer", "c1", tier=tier)
        record = _record(application, "Order", "o1", lines=lines, customer=customer)
        found = engine.evaluate(field.computed, {"record": record}, now=NOW)
        assert found == Decimal(expected)
    empty = _record(application, "Order", "o2", lines=[])
    assert engine.evaluate(field.computed, {"record": empty}, now=NOW) == 0


def test_old_drafts_are_found(engine: Engine, application: Application) -> None:
    """[EX18] the sample's filters tell the records that they mean."""
    source = "item.status == 'draft' && item.updatedAt < now() - duration('168h')"
    items: list[dict[str, Value]] = [
        {"item": _record(application, "Order", "ä", status=status, updatedAt=NOW - age)}
        for status, age in (
            ("draft", timedelta(days=8)),
            ("draft", timedelta(days=6)),
            ("shipped", timedelta(days=8)),
        )
    ]
    assert engine.evaluate_many(source, items, now=NOW) == [True, False, False]


def test_the_schema_is_the_applications(application: Application) -> None:
    """[EX8] a schema has every model's fields, its system fields, inverse lists and enums."""
    schema = schema_of(application)
    order = application.model("Order")
    line = application.model("OrderLine")
    customer = application.model("Customer")
    assert order is not None
    assert line is not None
    assert customer is not None
    fields = schema.models[order.id].fields
    assert fields["lines"] == Type.list_of(Type.of_record(line.id))
    assert fields["customer"] == Type.of_record(customer.id)
    assert fields["totalAmount"] == DECIMAL
    assert fields["createdAt"] == TIMESTAMP
    assert schema.models[line.id].fields["quantity"] == INT
    assert "draft" in schema.enums["Order"]["status"]
    assert schema.models_type.fields["Order"] == Type.list_of(Type.of_record(order.id))
    assert schema.enums_type.fields["Order"].fields["status"] == Type.list_of(STRING)
    assert schema.enums_value["Order"]["status"][0] == "draft"


# --- null and references ------------------------------------------------------------------------


@pytest.mark.parametrize("absent", [None, ...], ids=["null", "missing"])
def test_a_null_field_is_absent(engine: Engine, absent: Any) -> None:
    """[EX4] a field that is null or missing is absent, reads as null, and equals only null."""
    fields: dict[str, Value] = {"name": "Zoë"} | ({} if absent is ... else {"approvedBy": None})
    context: dict[str, Value] = {"record": RecordValue("r1", "m", fields)}
    source = (
        "[has(record.approvedBy), record.approvedBy == null, record.approvedBy == '',"
        " record.approvedBy in [null], has(record.approvedBy.name), record.approvedBy.name == null]"
    )
    found = engine.evaluate(source, context, now=NOW)
    assert found == [False, True, False, True, False, True]
    for source in ("record.approvedBy < 5", "record.approvedBy + 1", "-record.approvedBy"):
        assert _fault(engine, source, context).code == "expression_value"
    assert "null cannot be compared by order" in _fault(engine, "record.x < 5", context).message


def test_a_reference_equals_its_id(engine: Engine) -> None:
    """[EX5] a reference equals its id and its record, and gives its record's fields."""
    customer = RecordValue("cus-ä", "customer", {"name": "Zoë"})
    context: dict[str, Value] = {
        "item": RecordValue("o1", "order", {"customer": customer}),
        "params": {"id": "cus-ä"},
        "record": RecordValue("cus-ä", "customer", {}),
        "other": RecordValue("cus-b", "customer", {"name": "Zoë"}),
    }
    source = (
        "[item.customer == params.id, params.id == item.customer, item.customer == record,"
        " item.customer == other, item.customer != 'x', item.customer in ['cus-ä'],"
        " item.customer.name, item.customer.id, string(item.customer)]"
    )
    found = engine.evaluate(source, context, now=NOW)
    assert found == [True, True, True, False, True, True, "Zoë", "cus-ä", "cus-ä"]


def test_names_of_javascript_are_nothing(engine: Engine) -> None:
    """[EX17] names that every JavaScript object has are names like any other."""
    record = RecordValue("r1", "m", {"valueOf": "ä"})
    context: dict[str, Value] = {"record": record, "vars": {"__proto__": {"x": 1}}}
    for name in ("__proto__", "constructor", "toString", "hasOwnProperty", "prototype"):
        assert engine.evaluate(f"record.{name}", context, now=NOW) is None
        assert engine.evaluate(f"{{}}.{name} == null", context, now=NOW) is True
        assert engine.evaluate(f"'{name}' in {{}}", context, now=NOW) is False
        assert _fault(engine, f"{name}.x", context).code in ("expression_name", "expression_syntax")
        assert _fault(engine, f"record.{name}()", context).code == "expression_name"
    assert engine.evaluate("record.valueOf", context, now=NOW) == "ä"
    assert engine.evaluate("vars.__proto__.x", context, now=NOW) == 1
    assert engine.evaluate("vars.x == null", context, now=NOW) is True


# --- errors -------------------------------------------------------------------------------------


def test_errors_point_into_the_source(engine: Engine) -> None:
    """[EX6] an error has a code, plain words, and a place that counts UTF-16 units."""
    source = "'😀ä' + recrod.status"
    error = _fault(engine, source, {"record": "ä", "params": None})
    assert (error.code, error.start, error.end) == ("expression_name", 8, 14)
    assert error.message == "The name 'recrod' is unknown. Did you mean 'record'?"
    assert error.source == source
    assert error.http_status == 422


def test_errors_say_what_was_meant(engine: Engine, application: Application) -> None:
    """[EX6] a misspelt field or function names the nearest one."""
    schema = schema_of(application)
    scope = _scope(application, "Order")
    for source, message in (
        ("record.totalAmout", "Order has no field 'totalAmout'. Did you mean 'totalAmount'?"),
        ("models.Ordr.size()", "There is no 'Ordr'. Did you mean 'Order'?"),
        ("record.orderNo.contain('ä')", "There is no function 'contain'. Did you mean 'contains'?"),
    ):
        with pytest.raises(ExpressionError) as caught:
            engine.check(source, scope, schema)
        assert (caught.value.code, caught.value.message) == ("expression_name", message)


def test_check_knows_the_schema_of_this_call(engine: Engine, application: Application) -> None:
    """[EX7] a schema that changed is looked at anew."""
    schema = schema_of(application)
    scope = _scope(application, "Order")
    assert engine.check("record.totalAmount", scope, schema) == DECIMAL
    order = scope["record"].model
    bare = Schema(models={order: ModelType("Order", {"name": STRING})})
    with pytest.raises(ExpressionError, match="Order has no field 'totalAmount'"):
        engine.check("record.totalAmount", scope, bare)
    assert engine.check("record.totalAmount", scope, schema) == DECIMAL


# --- batches ------------------------------------------------------------------------------------


def test_one_context_fails_alone(engine: Engine) -> None:
    """[EX15] of many contexts each has its own value or its own error."""
    contexts: list[dict[str, Value]] = [{"n": 2}, {"n": 0}, {"n": None}, {"n": object()}, {"n": 5}]  # type: ignore[dict-item]
    outcomes = engine.evaluate_many("total / n", contexts, shared={"total": 10, "n": 1}, now=NOW)
    assert [getattr(outcome, "code", outcome) for outcome in outcomes] == [
        5,
        "expression_value",
        "expression_value",
        "expression_internal",
        2,
    ]
    assert engine.evaluate_many("1 + 1", [], now=NOW) == []
    with pytest.raises(ExpressionError):
        engine.evaluate_many("1 +", contexts, now=NOW)


def test_many_contexts_come_back_in_order(engine: Engine) -> None:
    """[EX15] contexts of more than one request keep their order."""
    contexts: list[dict[str, Value]] = [{"n": number, "text": "ä" * 500} for number in range(1_500)]
    found = engine.evaluate_many("[n, text.size()]", contexts, now=NOW)
    assert found == [[number, 500] for number in range(1_500)]


def test_the_same_call_gives_the_same_answer(
    engine: Engine, component: Path, machine_code: Path
) -> None:
    """[EX12] two engines give the same value for the same source, context and time."""
    source = "[now(), today(), {'b': 1, 'a': record.rate}, record.rate / 3, 0.1 + 0.2]"
    context: dict[str, Value] = {"record": {"rate": Decimal("0.7")}}
    other = Engine(component, cache=machine_code)
    try:
        first = engine.evaluate(source, context, now=NOW)
        assert other.evaluate(source, context, now=NOW) == first
        assert isinstance(first, list)
        assert first[:2] == [NOW, "2026-11-22"]
    finally:
        other.close()


# --- trees --------------------------------------------------------------------------------------


def test_trees_are_plain(engine: Engine) -> None:
    """[EX9] an analysis holds the tree with operators as calls and every place."""
    analysis = engine.analyse("has(a.b) && a.c.exists(x, x in [1, 2.5, 'ä', null])")
    tree = analysis.ast
    assert isinstance(tree, Call)
    assert (tree.function, tree.target, tree.start, tree.end) == ("&&", None, 0, 51)
    has, macro = tree.arguments
    assert has == Has(Identifier("a", 4, 5), "b", 0, 8)
    assert isinstance(macro, Macro)
    assert (macro.name, macro.variable, macro.second) == ("exists", "x", None)
    assert macro.target == Select(Identifier("a", 12, 13), "c", 12, 15)
    assert isinstance(macro.body, Call)
    assert macro.body.function == "in"
    values = [item.value for item in macro.body.arguments[1].items]  # type: ignore[union-attr]
    assert values == [1, 2.5, "ä", None]
    assert [type(value) for value in values] == [int, float, str, type(None)]
    assert analysis.roots == {"a"}
    assert engine.analyse(analysis.source) is analysis
    big = engine.analyse("9007199254740993").ast
    assert isinstance(big, Literal)
    assert big.value == 9007199254740993
