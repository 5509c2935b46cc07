"""Models for tests: random ones that every definition allows, and small ones in few words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from collab.model import dsl, registry
from collab.model.definition import Definition
from collab.model.document import Document
from collab.model.layout import APPLICATION_LAYOUT, Layout, layout_of, type_on_disk
from collab.model.schema import Shape

__all__ = ["REGISTRY", "SAMPLES", "files", "kinds", "live", "model_files"]

SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*.json"))
REGISTRY = registry.builtin()

# Few names, so that references often lead somewhere and names are often there twice.
NAMES = st.sampled_from(["Order", "Kunde", "Größe", "价格", "😀", "order", "a b", "*", "id", "a.b"])
TEXTS = NAMES | st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
EXPRESSIONS = st.builds(lambda text: {"expr": text}, TEXTS)
KEYS = st.sampled_from(["status", "größe", "α", "total"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e6, 1e6) | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=3,
)


def _plain(type_name: str, shape: Shape) -> st.SearchStrategy[Any]:
    match type_name:
        case "string":
            return TEXTS
        case "integer":
            return st.integers(-5, 500)
        case "number":
            return st.integers(-5, 500) | st.floats(-1e3, 1e3)
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case "object":
            return _object(shape)
        case _:
            item = ANYTHING if shape.item is None else _value(shape.item)
            if shape.merge == "set":
                return st.lists(TEXTS, max_size=3, unique=True)
            return st.lists(item, max_size=3)


def _object(shape: Shape) -> st.SearchStrategy[dict[str, Any]]:
    declared = {key: _value(member) for key, member in shape.properties.items()}
    fixed = st.fixed_dictionaries({}, optional=declared)
    if shape.is_closed:
        return fixed
    other = ANYTHING if shape.additional is None else _value(shape.additional)
    return st.builds(
        lambda known, more: {**more, **known},
        fixed,
        st.dictionaries(KEYS, other | EXPRESSIONS, max_size=2),
    )


def _value(shape: Shape) -> st.SearchStrategy[Any]:
    if shape.variants:
        return st.one_of(*map(_value, shape.variants), EXPRESSIONS)
    if not shape.type_names:
        return ANYTHING | EXPRESSIONS
    values = st.one_of(*(_plain(name, shape) for name in shape.type_names))
    # The entries of a list are containers; the expression is the whole list or inside an entry.
    return values if shape.types == frozenset({dict}) and shape.is_closed else values | EXPRESSIONS


@st.composite
def _element(draw: st.DrawFn, layout: Layout, accepted: str, depth: int) -> dict[str, Any]:
    choices = [one for one in REGISTRY.definitions() if accepted in (one.kind, one.id)]
    definition = draw(st.sampled_from(choices))
    body = draw(_body(definition, layout, depth))
    type_ = type_on_disk(definition.type, layout)
    header = layout.header
    return body if type_ is None or header is None else {header: type_, **body}


@st.composite
def _body(draw: st.DrawFn, definition: Definition, layout: Layout, depth: int) -> dict[str, Any]:
    optional = {
        key: NAMES if key == "name" else _value(shape)
        for key, shape in definition.shape.properties.items()
    }
    chosen = draw(st.lists(st.sampled_from(sorted(optional)), max_size=4, unique=True))
    props = {key: draw(optional[key]) for key in chosen}
    body: dict[str, Any] = {"props": props} if layout.style == "component" else props
    slots: dict[str, Any] = {}
    for slot in definition.slots.values():
        if depth > 0 and draw(st.booleans()):
            inner = layout_of(layout, definition, slot.name, REGISTRY)
            one = _element(inner, slot.accepts[0], depth - 1)
            children = draw(st.lists(one, max_size=3))
            is_beside = layout.is_slot(slot.name, children, definition)
            (body if is_beside else slots)[slot.name] = children
    return {**body, "slots": slots} if slots else body


def model_files() -> st.SearchStrategy[str]:
    """Return random model files: structurally right, with all kinds of problems in them."""
    application = REGISTRY.get("Application@1")
    assert application is not None
    bodies = _body(application, APPLICATION_LAYOUT, 3)
    return bodies.map(lambda body: json.dumps({"application": body}))


def files(**application: Any) -> str:
    """Return a model file with these keys of the application."""
    return json.dumps({"application": application}, ensure_ascii=False, indent=2)


def live(**application: Any) -> Document:
    """Return the live document of :func:`files`."""
    return dsl.read(files(**application))


def kinds(value: Any) -> Any:
    """Return the classes of a value, by place."""
    if isinstance(value, dict):
        return (type(value), {key: kinds(item) for key, item in value.items()})
    if isinstance(value, list):
        return (type(value), [kinds(item) for item in value])
    return type(value)
