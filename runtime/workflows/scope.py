"""What the expressions of a run's steps see. SPEC: section WF. Called by ``interpreter``.

``record`` (read fresh), ``previous`` (as it was), ``steps.<name>.output`` and ``.items`` and
``.status``, ``item`` or what a forEach calls it, ``vars``, ``input``, ``error`` in what onError
holds, ``models``, ``enums``, ``now()``. Of records only what an expression's paths need is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from runtime.application import Application
from runtime.data.errors import DataError, RecordNotFound
from runtime.data.records import Record
from runtime.data.room import RoomData
from runtime.expressions.ast import Analysis, Ast, Identifier, Path, Select
from runtime.expressions.engine import Engine
from runtime.expressions.errors import ExpressionError
from runtime.expressions.schema import schema_of
from runtime.expressions.values import RecordValue
from runtime.reading import expression
from runtime.workflows.definition import Origin
from runtime.workflows.errors import StepFault

__all__ = ["Evaluator", "Scope"]

# Where something is in a step's properties.
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """Names and what they hold. ``vars`` and ``steps`` are shared by a run's scopes, and grow."""

    origin: Origin
    input: Mapping[str, Any]
    vars: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    local: Mapping[str, Any] = field(default_factory=dict)

    def with_local(self, **names: Any) -> Scope:
        """Return the scope of steps within a step."""
        return replace(self, local={**self.local, **names})

    def get(self, name: str) -> Any:
        """Return what a root holds apart from ``record``; None for an unknown one."""
        return self.all().get(name)

    def all(self) -> dict[str, Any]:
        """Return all roots but ``record`` with what they hold."""
        return {
            "previous": self.origin.before,
            "steps": self.steps,
            "vars": self.vars,
            "input": dict(self.input),
            **self.local,
        }


class Evaluator:
    """Evaluates what a step's properties hold, within one room."""

    def __init__(
        self, engine: Engine, data: RoomData, clock: Callable[[], float], scope: Scope
    ) -> None:
        self._engine = engine
        self._data = data
        self._clock = clock
        self._scope = scope
        self.private: set[str] = set()

    @property
    def data(self) -> RoomData:
        """The room's data."""
        return self._data

    @property
    def application(self) -> Application:
        """The application that the data is of, which may be newer than the run."""
        return self._data.application

    def value(self, raw: Any, *path: str) -> Any:
        """Return *raw* with every expression in it replaced by its value.

        *path* is where *raw* is in the step's properties. Raises ``StepFault`` with the place and
        the position within the expression's source.
        """
        context = self._context(_sources(raw, path))
        return self._filled(raw, context, path)

    def truth(self, raw: Any, *path: str) -> bool:
        """Return whether a condition holds; what is neither true nor false is a ``StepFault``."""
        value = self.value(raw, *path)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise StepFault(
                "expression_type", "a condition is neither true nor false", path=tuple(path)
            )
        return value

    def variables(self, source: str, *path: str) -> dict[str, Any]:
        """Return what the expression *source* reads by root, with its records loaded."""
        return self._context([(source, path)]) if source else {}

    def kept_list(self, raw: Any, *path: str) -> list[Any] | None:
        """Return the list that a run keeps under the name *raw* is (``steps.<name>.items``).

        It comes without being copied through the engine; None for any other expression.
        """
        source = expression(raw)
        names = _selected(self._analysed(source, path).ast) if source else ()
        found: Any = self._scope.get(names[0]) if names else None
        for name in names[1:]:
            found = found.get(name) if isinstance(found, dict) else None
        return found if isinstance(found, list) else None

    # --- expressions --------------------------------------------------------------------------

    def _filled(self, raw: Any, context: Mapping[str, Any], path: Place) -> Any:
        source = expression(raw)
        if source:
            return self._evaluated(source, context, path)
        if isinstance(raw, Mapping):
            return {key: self._filled(item, context, (*path, key)) for key, item in raw.items()}
        if isinstance(raw, list):
            return [self._filled(item, context, (*path, at)) for at, item in enumerate(raw)]
        return raw

    def _evaluated(self, source: str, context: Mapping[str, Any], path: Place) -> Any:
        now = datetime.fromtimestamp(self._clock(), UTC)
        analysis = self._analysed(source, path)
        try:
            needed = {root: context.get(root) for root in analysis.roots if root in context}
            if "models" in analysis.roots:
                needed.pop("models", None)
                return self._data.evaluate(source, needed)
            if "enums" in analysis.roots:
                needed["enums"] = schema_of(self.application).enums_value
            return self._engine.evaluate(source, needed, now=now)
        except ExpressionError as error:
            raise _fault(error, path) from None

    def _analysed(self, source: str, path: Place) -> Analysis:
        try:
            return self._engine.analyse(source)
        except ExpressionError as error:
            raise _fault(error, path) from None

    # --- what they read -----------------------------------------------------------------------

    def _context(self, sources: Iterable[tuple[str, Place]]) -> dict[str, Any]:
        """Return everything that *sources* read, each record loaded once.

        A root that nobody knows is left out: the engine says which names there are.
        """
        wanted: dict[str, set[Path]] = {}
        for source, place in sources:
            analysis = self._analysed(source, place)
            for root in analysis.roots:
                wanted.setdefault(root, set())
            for found in analysis.paths:
                wanted.setdefault(found[0], set()).add(found[1:])
        known = self._scope.all()
        context = {
            root: self._loaded(known[root], paths)
            for root, paths in wanted.items()
            if root in known
        }
        if "record" in wanted and "record" not in known:
            context["record"] = self._loaded(self._record(), wanted["record"])
        return context

    def _record(self) -> Record | None:
        """Return the record that the run is about as it is now, or as it was before it went."""
        origin = self._scope.origin
        if not origin.record:
            return None
        try:
            return self._data.read(origin.model, origin.record)
        except RecordNotFound:
            return origin.after or origin.before

    def _loaded(self, value: Any, paths: Collection[Path]) -> Any:
        """Return *value* with its records loaded as far as *paths* go."""
        if isinstance(value, Record):
            loaded = self._data.load(value, {path for path in paths if path})
            self._note_private(loaded)
            return loaded
        if isinstance(value, RecordValue):
            return self._refreshed(value, paths)
        if isinstance(value, list):
            inner = {path[1:] for path in paths if path}
            return [self._loaded(item, inner) for item in value]
        if isinstance(value, Mapping):
            # What no path names is left out: steps hold thousands of records nobody asks for.
            is_whole = () in paths
            return {
                key: self._loaded(item, {path[1:] for path in paths if path and path[0] == key})
                for key, item in value.items()
                if is_whole or any(path[0] in (key, "*") for path in paths)
            }
        return value

    def _refreshed(self, value: RecordValue, paths: Collection[Path]) -> RecordValue:
        missing = {path for path in paths if path and path[0] not in value.fields}
        if not missing and all(len(path) < 2 for path in paths):
            return value
        try:
            record = self._data.read(value.model, value.id)
        except DataError:
            # It was deleted since; what was read of it then is still true of then.
            return value
        return self._data.load(record, {path for path in paths if path})

    def _note_private(self, value: RecordValue) -> None:
        """Remember what personal data says, so that the run log can leave it out."""
        model = self.application.model(value.model)
        for name, item in value.fields.items():
            if isinstance(item, RecordValue):
                self._note_private(item)
            elif isinstance(item, list):
                for entry in item:
                    if isinstance(entry, RecordValue):
                        self._note_private(entry)
            elif isinstance(item, str) and item and model is not None:
                field_ = model.field(name)
                if field_ is not None and field_.is_private:
                    self.private.add(item)


def _fault(error: ExpressionError, path: Place) -> StepFault:
    return StepFault(error.code, error.message, path=path, position=(error.start, error.end))


def _sources(raw: Any, place: Place) -> Iterator[tuple[str, Place]]:
    """Yield the expressions in *raw* and where they are."""
    source = expression(raw)
    if source:
        yield source, place
    elif isinstance(raw, Mapping):
        for key, item in raw.items():
            yield from _sources(item, (*place, key))
    elif isinstance(raw, list):
        for at, item in enumerate(raw):
            yield from _sources(item, (*place, at))


def _selected(ast: Ast) -> tuple[str, ...]:
    """Return the names of ``a.b.c``, or nothing for any other expression."""
    if isinstance(ast, Identifier):
        return (ast.name,)
    if isinstance(ast, Select):
        inner = _selected(ast.operand)
        return (*inner, ast.field) if inner else ()
    return ()
