"""JSON Schemas of operations, compiled once. SPEC: section CT. Called by ``connectors``.

Schemas come from whoever edits the model: patterns must not backtrack for ever, and a reference to
``file://`` or ``http://`` must not be followed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from itertools import islice
from typing import Any, NoReturn

import jsonschema_rs
import orjson

from runtime.connectors.errors import CallRefused
from runtime.limits import CALL_FAULTS_MAX, CALL_SCHEMAS_MAX

__all__ = ["Schemas"]


class Schemas:
    """A bounded cache of validators. Thread-safe."""

    def __init__(self) -> None:
        self._validators: OrderedDict[bytes, jsonschema_rs.Draft202012Validator] = OrderedDict()
        self._lock = threading.Lock()

    def faults(self, schema: Any, value: Any) -> tuple[tuple[str, str], ...]:
        """Return where *value* (plain JSON) breaks *schema*, as JSON pointers and texts.

        No schema allows everything. Raises ``CallRefused`` (``schema_invalid``).
        """
        if not isinstance(schema, Mapping) or not schema:
            return ()
        validator = self._validator(schema)
        found = islice(validator.iter_errors(value), CALL_FAULTS_MAX)
        return tuple((_pointer(fault.instance_path), str(fault.message)) for fault in found)

    def _validator(self, schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
        try:
            key = orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)
        except (TypeError, RecursionError) as error:
            raise CallRefused("schema_invalid", f"the schema is no JSON: {error}") from None
        with self._lock:
            validator = self._validators.get(key)
            if validator is None:
                validator = self._validators[key] = _compiled(schema)
                if len(self._validators) > CALL_SCHEMAS_MAX:
                    self._validators.popitem(last=False)
            self._validators.move_to_end(key)
        return validator


def _compiled(schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    try:
        return jsonschema_rs.Draft202012Validator(
            dict(schema),
            validate_formats=True,
            retriever=_refuse_retrieval,
            pattern_options=jsonschema_rs.RegexOptions(),
        )
    except (ValueError, jsonschema_rs.ValidationError) as error:
        message = str(error).partition("\n")[0]
        raise CallRefused("schema_invalid", f"the operation's schema is none: {message}") from None


def _refuse_retrieval(uri: str) -> NoReturn:
    raise ValueError(f"a schema may refer to nothing outside itself, not to {uri}")


def _pointer(path: Any) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
