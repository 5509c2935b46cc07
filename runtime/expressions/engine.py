"""Expressions on the server: the engine that browsers run, as a WebAssembly component.

One engine means that a total in a form and the total that is stored are the same to the last
digit. Only what an expression reads is sent to it. SPEC: section EX. Called by ``data``,
``workflows`` and the doors, from worker threads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from runtime.expressions.ast import Analysis
from runtime.expressions.codec import Needs, decode, encode, milliseconds, needs_of
from runtime.expressions.component import Component
from runtime.expressions.errors import ExpressionError
from runtime.expressions.trees import analysis_of, schema_json, type_json, type_of_json
from runtime.expressions.types import Schema, Type
from runtime.expressions.values import Value
from runtime.limits import (
    EXPRESSION_BATCH_CHARACTERS,
    EXPRESSION_BATCH_CONTEXTS,
    EXPRESSION_CACHE_ENTRIES,
    EXPRESSION_REQUEST_CHARACTERS_MAX,
)

__all__ = ["Engine"]

_PLAIN: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

Context = Mapping[str, Value]
Outcome = Value | ExpressionError


class Engine:
    """Parses, checks, analyses and evaluates expressions. Thread-safe and synchronous."""

    def __init__(self, component: Path, *, cache: Path | None = None) -> None:
        """Load the component file; without *cache* it is compiled anew, which takes seconds.

        *cache* is a directory for machine code: whoever may write there may run anything here.
        """
        self._component = Component(component, cache)
        self._analyses = lru_cache(maxsize=EXPRESSION_CACHE_ENTRIES)(self._analyse)
        self._schema: tuple[Schema, str] = (Schema(), schema_json(Schema()))

    def close(self) -> None:
        """Let everything go; calls under way must have ended."""
        self._analyses.cache_clear()
        self._component.close()

    def analyse(self, source: str) -> Analysis:
        """Return the tree of *source* and what it reads. Raises ExpressionError."""
        return self._analyses(source)[0]

    def check(self, source: str, scope: Mapping[str, Type], schema: Schema) -> Type:
        """Return the type that *source* has where its roots have the types in *scope*.

        Nothing is evaluated; unknown names and fields and operands that do not go together raise
        ExpressionError (expression_name, expression_type).
        """
        known, written = self._schema
        if known is not schema:
            written = schema_json(schema)
            self._schema = (schema, written)
        types = {name: type_json(type_) for name, type_ in scope.items()}
        request = {"op": "check", "source": source, "scope": types, "schema": written}
        return type_of_json(self._answer(source, self._call(source, _dump(request))))

    def evaluate(self, source: str, context: Context, *, now: datetime) -> Value:
        """Return the value of *source*; *now* is what ``now()`` gives. Raises ExpressionError."""
        (outcome,) = self.evaluate_many(source, (context,), now=now)
        if isinstance(outcome, ExpressionError):
            raise outcome
        return outcome

    def evaluate_many(
        self,
        source: str,
        contexts: Sequence[Context],
        *,
        shared: Context | None = None,
        now: datetime,
    ) -> list[Outcome]:
        """Return for each context its value, or the error that it alone made.

        *shared* holds roots that all contexts have; a context's own win. Raises ExpressionError
        where the source itself is wrong.
        """
        _, needs = self._analyses(source)
        roots = _roots(source, shared or {}, needs)
        head = _head(source, roots, now, _names(needs, shared or {}, contexts))
        outcomes: list[Outcome] = []
        for batch in _batches([_written(source, context, needs) for context in contexts]):
            outcomes += self._evaluate(source, head, batch)
        return outcomes

    def _evaluate(
        self, source: str, head: str, batch: Sequence[str | ExpressionError]
    ) -> list[Outcome]:
        sent = [context for context in batch if isinstance(context, str)]
        try:
            answers = self._call(source, f"{head}[{','.join(sent)}]}}") if sent else []
        except ExpressionError as error:
            # Every context had its own bounds within the engine: this is about all of them.
            return [error if isinstance(context, str) else context for context in batch]
        rest = iter(answers)
        return [
            self._outcome(source, next(rest)) if isinstance(context, str) else context
            for context in batch
        ]

    def _outcome(self, source: str, answer: dict[str, Any]) -> Outcome:
        try:
            return decode(self._answer(source, answer))
        except ExpressionError as error:
            return error

    def _analyse(self, source: str) -> tuple[Analysis, dict[str, Needs]]:
        answer = self._call(source, _dump({"op": "analyse", "source": source}))
        analysis = analysis_of(self._answer(source, answer))
        return analysis, needs_of(analysis.paths)

    def _call(self, source: str, request: str) -> Any:
        if len(request) > EXPRESSION_REQUEST_CHARACTERS_MAX:
            message = "The expression reads more data than it may."
            raise ExpressionError("expression_limit", message, end=_units(source), source=source)
        try:
            return json.loads(self._component.call(request))
        except ExpressionError as error:
            error.source, error.end = source, _units(source)
            raise

    @staticmethod
    def _answer(source: str, answer: dict[str, Any]) -> Any:
        fault = answer.get("error")
        if fault is None:
            return answer["value"]
        raise ExpressionError(
            fault["code"],
            fault["message"],
            start=fault["start"],
            end=fault["end"],
            source=source,
        )


def _dump(content: Any) -> str:
    """Return JSON as plain as it can be sent: escapes cost the engine more than letters."""
    text = _PLAIN.encode(content)
    try:
        text.encode()
    except UnicodeEncodeError:
        # Half a surrogate pair has no place in UTF-8, but an escape can say it.
        text = json.dumps(content)
    return text


def _units(source: str) -> int:
    return len(source.encode("utf-16-le", "surrogatepass")) // 2


def _roots(source: str, context: Context, needs: Mapping[str, Needs]) -> dict[str, Any]:
    """Return what the source reads of a context. Raises ExpressionError for what is no value."""
    try:
        return {
            name: encode(context[name], inner) for name, inner in needs.items() if name in context
        }
    except ExpressionError as error:
        error.source, error.end = source, _units(source)
        raise


def _written(source: str, context: Context, needs: Mapping[str, Needs]) -> str | ExpressionError:
    try:
        return _dump(_roots(source, context, needs))
    except ExpressionError as error:
        return error


def _head(source: str, shared: dict[str, Any], now: datetime, names: Sequence[str]) -> str:
    """Return the beginning of a request, up to its contexts."""
    head = {
        "op": "evaluate",
        "source": source,
        "now": milliseconds(now),
        "shared": shared,
        "names": names,
    }
    return f'{_dump(head)[:-1]},"contexts":'


def _names(
    needs: Mapping[str, Needs], shared: Context, contexts: Sequence[Context]
) -> Sequence[str]:
    """Return the names that could have been meant by one that is missing."""
    known = {*shared, *(contexts[0] if contexts else ())}
    return sorted(known) if any(name not in known for name in needs) else ()


def _batches(
    contexts: Sequence[str | ExpressionError],
) -> Iterator[Sequence[str | ExpressionError]]:
    """Yield the contexts in parts that one call can take."""
    start, weight = 0, 0
    for at, context in enumerate(contexts):
        weight += len(context) if isinstance(context, str) else 0
        is_full = weight > EXPRESSION_BATCH_CHARACTERS or at - start >= EXPRESSION_BATCH_CONTEXTS
        if at > start and is_full:
            yield contexts[start:at]
            start, weight = at, len(context) if isinstance(context, str) else 0
    yield contexts[start:]
