"""Calling operations: by example, or for real where the operator allows it.

SPEC: section CT. Made by ``main``; called by ``workflows``.
"""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from runtime.connectors.answer import Answer, Cause
from runtime.connectors.errors import CallRefused
from runtime.connectors.examples import answer_from_examples
from runtime.connectors.http import HttpCaller
from runtime.connectors.request import Request, build_request, check_header
from runtime.connectors.schemas import Schemas
from runtime.connectors.secrets import Secrets
from runtime.expressions.engine import Engine
from runtime.parts import Connector, Operation
from runtime.reading import text

__all__ = ["Call", "Connectors"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call, whose attempts are all the same. ``input`` is plain JSON."""

    tenant: str
    connector: Connector
    operation: Operation
    input: Any
    headers: Mapping[str, str]
    key: str
    timeout_s: float


class Connectors:
    """All connectors of all rooms. ``start`` before use, ``stop`` at the end. Thread-safe.

    *addresses* are by connector name: what is not in it answers from its examples.
    """

    def __init__(self, engine: Engine, addresses: Mapping[str, str], secrets: Secrets) -> None:
        self._engine = engine
        self._addresses = dict(addresses)
        self._secrets = secrets
        self._schemas = Schemas()
        self._http = HttpCaller()

    def start(self) -> None:
        """Get ready for real calls."""
        self._http.start()

    def stop(self) -> None:
        """Give up what is being called."""
        self._http.stop()

    def is_simulated(self, connector: Connector) -> bool:
        """Tell whether this connector answers from its examples."""
        return connector.name not in self._addresses

    def check(self, call: Call) -> None:
        """Raise ``CallRefused`` if *call* cannot be made; nothing is sent."""
        faults = self._schemas.faults(call.operation.props.get("input"), call.input)
        if faults:
            told = "; ".join(f"{path or '/'}: {message}" for path, message in faults)
            raise CallRefused(
                "input_invalid", f"the input of {call.operation.name}: {told}", faults
            )
        if self.is_simulated(call.connector):
            return
        self._request(call)
        self._authentication(call)

    def call(self, call: Call) -> Answer:
        """Make one attempt. Raises ``CallRefused`` like ``check``, and ``ExpressionError``."""
        if self.is_simulated(call.connector):
            answer = answer_from_examples(
                call.operation, lambda source: self._holds(source, call.input)
            )
        else:
            secrets = self._authentication(call)
            address = self._addresses[call.connector.name]
            answer = self._http.call(address, self._request(call), secrets, call.timeout_s)
        return self._checked(call.operation, answer)

    def _holds(self, source: str, value: Any) -> bool:
        return self._engine.evaluate(source, {"input": value}, now=datetime.now(UTC)) is True

    def _checked(self, operation: Operation, answer: Answer) -> Answer:
        """Return *answer*, as a failure if what it says is not what the operation promises."""
        schema = operation.props.get("output")
        # An example without an output stands for any: it need not repeat what the schema says.
        is_bare = answer.is_simulated and answer.output is None
        if not answer.is_success or is_bare:
            return answer
        faults = self._schemas.faults(schema, answer.output)
        if not faults:
            return answer
        told = "; ".join(f"{path or '/'}: {message}" for path, message in faults)
        return replace(answer, cause=Cause.ANSWER, message=f"the answer is not as promised: {told}")

    def _request(self, call: Call) -> Request:
        if call.connector.type != "http":
            raise CallRefused(
                "connector_unsupported",
                f"{call.connector.name} is of the type {call.connector.type}: it can only answer "
                "from its examples",
            )
        return build_request(call.operation, call.input, call.headers, call.key)

    def _authentication(self, call: Call) -> Mapping[str, str]:
        auth = call.connector.auth
        kind = text(auth, "type") or "none"
        if kind == "none":
            return {}
        if kind not in ("basic", "bearer", "apiKey"):
            raise CallRefused("auth_unsupported", f"authentication by {kind} is not supported yet")
        try:
            secret = self._secrets.read(call.tenant, text(auth, "secret"))
        except CallRefused:
            if not _is_loopback(self._addresses[call.connector.name]):
                raise
            # A stub on this machine stands in for a service whose secret nobody here has.
            return {}
        if kind == "apiKey":
            name = text(auth, "header") or "X-API-Key"
            return {name: _safe(name, secret)}
        if kind == "basic":
            pair = f"{text(auth, 'user')}:{secret}".encode()
            return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        return {"Authorization": _safe("Authorization", f"Bearer {secret}")}


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _safe(name: str, value: str) -> str:
    # A model's own headers may not be this one; what authenticates may.
    checked = "X-Authorization" if name.lower() == "authorization" else name
    try:
        return check_header(checked, value)
    except CallRefused:
        # The text must not quote the secret.
        raise CallRefused("secret_missing", f"no header {name} can carry this secret") from None
