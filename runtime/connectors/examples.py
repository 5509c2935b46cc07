"""Answers from an operation's examples. SPEC: section CT. Called by ``connectors``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from runtime.connectors.answer import Answer, Cause
from runtime.connectors.errors import CallRefused
from runtime.parts import Operation
from runtime.reading import expression, items

__all__ = ["answer_from_examples"]


def answer_from_examples(operation: Operation, holds: Callable[[str], bool]) -> Answer:
    """Return what the example that fits answers; *holds* evaluates a ``when`` over the input.

    The first example whose ``when`` holds answers; if there is none, the first without a ``when``
    whose status is a success; if there is none either, the first without a ``when``. Raises
    ``CallRefused`` (``example_missing``), and whatever *holds* raises.
    """
    examples = items(operation.props.get("examples"))
    for example in examples:
        when = example.get("when")
        source = expression(when)
        if when is True or (source and holds(source)):
            return _answer(example)
    always = [example for example in examples if example.get("when") is None]
    for example in always:
        if 200 <= _status(example) < 300:
            return _answer(example)
    if always:
        return _answer(always[0])
    raise CallRefused(
        "example_missing",
        f"{operation.name} has no example for this input that the preview could answer with",
    )


def _status(example: Mapping[str, Any]) -> int:
    status = example.get("status")
    if isinstance(status, int | float) and not isinstance(status, bool):
        return int(status)
    return 200


def _answer(example: Mapping[str, Any]) -> Answer:
    status = _status(example)
    is_success = 200 <= status < 300
    return Answer(
        Cause.NONE if is_success else Cause.STATUS,
        "" if is_success else f"the example answers {status}",
        status,
        example.get("output"),
        is_simulated=True,
    )
