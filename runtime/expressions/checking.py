"""Expressions held against the types of an application, each once. SPEC: section EX.

What an expression reads and computes with is settled by the data models alone, so that a name that
is misspelt is found before anything is evaluated, where it would read as null. Called by
``access``, ``workflows``, ``workspace`` and the player's door, from worker threads.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

from runtime.application import Application
from runtime.expressions.engine import Engine
from runtime.expressions.errors import ExpressionError
from runtime.expressions.schema import schema_of
from runtime.expressions.types import DYN, STRING, Type
from runtime.limits import CHECKED_APPLICATIONS_MAX, CHECKED_EXPRESSIONS_MAX
from runtime.parts import DataModel

__all__ = ["UNSETTLED", "USER", "Checking", "Checks", "mismatch"]

# What a check may say today and not tomorrow: the engine was too busy, or is broken.
UNSETTLED: Final = frozenset({"expression_limit", "expression_internal"})
# Who asks, in filters of grants and on pages.
USER: Final = Type.object({"id": STRING, "name": STRING, "role": STRING})

Scope = Mapping[str, Type]
# The source, whether it sees ``models``, and a digest of the types in its scope.
_Question = tuple[str, bool, bytes]


class Checks:
    """The checks of one application. Thread-safe; the same question costs the engine one call."""

    def __init__(self, engine: Engine, application: Application) -> None:
        self._engine = engine
        self._schema = schema_of(application)
        self._lock = threading.Lock()
        self._known: OrderedDict[_Question, Type | ExpressionError] = OrderedDict()

    def record(self, model: str) -> Type:
        """Return the type of a record of the data model of this id; of an unknown one anything."""
        return Type.of_record(model) if model in self._schema.models else DYN

    def check(
        self, source: str, scope: Scope, *, sees_models: bool = False, is_condition: bool = False
    ) -> Type | ExpressionError:
        """Return the type of *source*, or what is wrong with it; the error is not to be raised.

        ``enums`` is in every scope, ``models`` with *sees_models*. A condition has to be true or
        false. Raises ExpressionError only for what is not settled (``UNSETTLED``).
        """
        found = self._found(source, scope, sees_models)
        if is_condition and isinstance(found, Type) and found.name not in ("bool", "dyn", "null"):
            return mismatch(source, "a condition is neither true nor false")
        return found

    def require(
        self, source: str, scope: Scope, *, sees_models: bool = False, is_condition: bool = False
    ) -> Type:
        """Return the type of *source*; raises ExpressionError where ``check`` returns one."""
        found = self.check(source, scope, sees_models=sees_models, is_condition=is_condition)
        if isinstance(found, Type):
            return found
        # An exception of its own for everybody who raises one: it grows by where it went through.
        raise ExpressionError(
            found.code, found.message, start=found.start, end=found.end, source=found.source
        )

    def _found(self, source: str, scope: Scope, sees_models: bool) -> Type | ExpressionError:
        # Types cannot be hashed, and those of a workflow's steps are long to keep.
        types = hashlib.sha256(repr(sorted(scope.items())).encode(errors="surrogatepass")).digest()
        question = (source, sees_models, types)
        with self._lock:
            known = self._known.get(question)
            if known is not None:
                self._known.move_to_end(question)
                return known
        found = self._ask(source, scope, sees_models)
        with self._lock:
            self._known[question] = found
            if len(self._known) > CHECKED_EXPRESSIONS_MAX:
                self._known.popitem(last=False)
        return found

    def _ask(self, source: str, scope: Scope, sees_models: bool) -> Type | ExpressionError:
        roots = {"enums": self._schema.enums_type, **scope}
        if sees_models:
            roots = {"models": self._schema.models_type, **roots}
        try:
            return self._engine.check(source, roots, self._schema)
        except ExpressionError as error:
            if error.code in UNSETTLED:
                raise
            return error.with_traceback(None)


class Checking:
    """The checks of all applications that are open. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        # By the identity of their data models, which are kept so that it stays theirs.
        self._kept: OrderedDict[int, tuple[tuple[DataModel, ...], Checks]] = OrderedDict()

    def of(self, application: Application) -> Checks:
        """Return the checks of *application*; every revision with the same data models shares them.

        Types follow from data models alone.
        """
        key = id(application.models)
        with self._lock:
            known = self._kept.get(key)
            if known is None:
                known = self._kept[key] = (application.models, self._alike(application))
                if len(self._kept) > CHECKED_APPLICATIONS_MAX:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return known[1]

    def _alike(self, application: Application) -> Checks:
        """Return the checks of equal models, which a changed workflow compiles anew; else new."""
        for models, checks in reversed(self._kept.values()):
            if models == application.models:
                return checks
        return Checks(self._engine, application)


def mismatch(source: str, message: str) -> ExpressionError:
    """Return the error of an expression whose value, as a whole, is of a type that is not meant."""
    end = len(source.encode("utf-16-le", "surrogatepass")) // 2
    return ExpressionError("expression_type", message, end=end, source=source)
