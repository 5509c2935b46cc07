"""Checks: what a peer sends, narrowed to a json0 op in canonical form.

Canonical means: values as ``collab.values.normalize`` keeps them, integral numbers as integers, and
every text edit as ``si`` or ``sd``. The reference does not transform ``si``/``sd`` against the
embedded ``t: "text0"`` at all, so a document must hold one of the two forms only; ShareDB's own
text bindings send ``si`` and ``sd``. Edits of no text at all are left out.

SPEC: section OT. Called by ``json0``.
"""

from __future__ import annotations

from typing import Any, Final

from collab.errors import InvalidOp, InvalidValue, LimitExceeded
from collab.limits import NESTING_MAX, OP_COMPONENTS_MAX
from collab.ot import text0
from collab.ot.component import TEXT_SUBTYPE, Component, Op, from_text
from collab.ot.edit import apply
from collab.values import Json, check_key
from collab.values import normalize as normalize_value

__all__ = ["check", "normalize"]

_Path = list[str | int]

# What may stand in one component besides its path.
_FORMS: Final = frozenset(
    map(
        frozenset,
        (
            {"na"},
            {"li"},
            {"ld"},
            {"li", "ld"},
            {"lm"},
            {"oi"},
            {"od"},
            {"oi", "od"},
            {"si"},
            {"sd"},
            {"t", "o"},
        ),
    )
)
_VALUE_KEYS: Final = ("li", "ld", "oi", "od")
_LIST_KEYS: Final = frozenset({"li", "ld", "lm"})
# Instructions whose path ends in a list index or a text offset.
_INDEX_KEYS: Final = _LIST_KEYS | {"si", "sd"}


def check(op: Any, document: Json = None) -> None:
    """Raise unless *op* is a json0 op and, where a *document* is given, applies to it.

    ``InvalidOp``: ``op_malformed``, ``op_path``, ``op_root``, ``op_number``, ``op_subtype``, or the
    ``value_*`` code of a value in it; with a document also those of ``apply``. ``LimitExceeded``:
    more than ``OP_COMPONENTS_MAX`` components. A document that is null is not looked at.
    """
    checked = normalize(op)
    if document is not None:
        apply(document, checked)


def normalize(op: Any) -> Op:
    """Return *op*, checked as by :func:`check`, in canonical form; it shares no container with it.

    Source: [OT1], [OT2].
    """
    if not isinstance(op, list):
        raise InvalidOp("op_malformed", "an op is a list of components")
    result: Op = []
    for component in op:
        result.extend(_normalize_component(component))
        if len(result) > OP_COMPONENTS_MAX:
            raise LimitExceeded(
                f"an op has at most {OP_COMPONENTS_MAX} components",
                code="limit_op_components",
            )
    return result


def _normalize_component(component: Any) -> Op:
    if not isinstance(component, dict):
        raise InvalidOp("op_malformed", "a component is an object")
    path = _normalize_path(component.get("p"))
    try:
        return _normalize_form(component, path)
    except InvalidValue as error:
        raise InvalidOp(error.code, error.message, error.path) from None
    except InvalidOp as error:
        raise InvalidOp(error.code, error.message, tuple(path)) from None


def _normalize_form(component: Component, path: _Path) -> Op:
    form = component.keys() - {"p"}
    if form not in _FORMS:
        names = ", ".join(sorted(map(str, form))) or "nothing"
        raise InvalidOp("op_malformed", f"a component cannot hold {names}")
    if form & _INDEX_KEYS:
        _check_last(path, int)
    if "t" in form:
        return _normalize_subtype(component, path)
    if "na" in form:
        return [{"p": path, "na": _normalize_number(component["na"], path)}]
    if "lm" in form:
        return [{"p": path, "lm": _normalize_index(component["lm"])}]
    if "si" in form or "sd" in form:
        return _normalize_text(component, path)
    if form <= _LIST_KEYS:
        return [_normalize_values(component, path)]
    if path:
        _check_last(path, str)
    elif "oi" not in form:
        raise InvalidOp("op_root", "the root can be replaced, not deleted")
    return [_normalize_values(component, path)]


def _normalize_path(path: Any) -> _Path:
    if not isinstance(path, list):
        raise InvalidOp("op_malformed", "a component has no path")
    if len(path) > NESTING_MAX + 1:
        raise InvalidOp("op_path", f"a path is longer than {NESTING_MAX + 1} elements")
    return [_normalize_element(element) for element in path]


def _normalize_element(element: Any) -> str | int:
    if isinstance(element, str):
        try:
            return check_key(element)
        except InvalidValue as error:
            raise InvalidOp(error.code, error.message) from None
    return _normalize_index(element)


def _normalize_index(index: Any) -> int:
    """Return a list index or text offset; JSON has no integers, so 2.0 is one."""
    if isinstance(index, float) and index.is_integer():
        index = int(index)
    if type(index) is not int or index < 0:
        raise InvalidOp("op_path", "an index is an integer and not negative")
    return index


def _normalize_number(amount: Any, path: _Path) -> Json:
    if isinstance(amount, bool) or not isinstance(amount, (int, float)):
        raise InvalidOp("op_number", "na adds a number")
    return normalize_value(amount, tuple(path))


def _normalize_text(component: Component, path: _Path) -> Op:
    text = component["si"] if "si" in component else component["sd"]
    if not isinstance(text, str):
        raise InvalidOp("op_malformed", "si and sd carry a string")
    if not text:
        return []
    kind = "si" if "si" in component else "sd"
    return [{"p": path, kind: normalize_value(text, tuple(path))}]


def _normalize_subtype(component: Component, path: _Path) -> Op:
    if component["t"] != TEXT_SUBTYPE:
        raise InvalidOp("op_subtype", f"the only subtype is {TEXT_SUBTYPE}")
    text0.check(component["o"])
    return [from_text(path, part) for part in component["o"] if part.get("i") or part.get("d")]


def _normalize_values(component: Component, path: _Path) -> Component:
    result: Component = {"p": path}
    for key in _VALUE_KEYS:
        if key in component:
            result[key] = normalize_value(component[key], tuple(path))
    return result


def _check_last(path: _Path, expected: type) -> None:
    if not path or type(path[-1]) is not expected:
        raise InvalidOp("op_path", f"the path of this component must end in {expected.__name__}")
