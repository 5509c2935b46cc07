"""Small applications, and a place to run their workflows in: the real data and the real engine."""

from __future__ import annotations

import copy
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from collab.model.dsl import read
from runtime.application import Application, compile_application
from runtime.connectors.connectors import Connectors
from runtime.connectors.secrets import Secrets
from runtime.data.encryption import MasterKeys
from runtime.data.queries import Query
from runtime.data.records import Actor, Record, RecordChange
from runtime.data.room import RoomData
from runtime.data.tenant import TenantData
from runtime.expressions.checking import Checking
from runtime.expressions.engine import Engine
from runtime.workflows.log import RunDetail
from runtime.workflows.workflows import Workflows

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = json.loads((ROOT / "samples" / "order-management.json").read_text())
COMPONENT = ROOT / "web" / "dist" / "expressions.wasm"
# Machine code for all test processes of this user; the engine's own hash tells versions apart.
CACHE = COMPONENT.parent / "engine"

ANNA = Actor("anna", "Änna")
TENANT, ROOM = "größe", "laden"

MODELS = [
    {
        "name": "Note",
        "fields": [
            {"name": "title", "type": "Text", "required": True},
            {"name": "count", "type": "Integer", "default": 0},
            {"name": "price", "type": "Decimal", "scale": 2},
            {"name": "email", "type": "Email", "tags": ["PII"]},
            {"name": "parent", "type": "Reference", "model": "Note", "inverse": "children"},
        ],
    },
    {"name": "Trace", "fields": [{"name": "text", "type": "Text"}]},
]


def make_engine() -> Engine:
    """Return a new engine; the caller closes it."""
    assert COMPONENT.exists(), f"{COMPONENT} is missing: run `make build`"
    CACHE.mkdir(exist_ok=True, mode=0o700)
    return Engine(COMPONENT, cache=CACHE)


def compiled(model: Mapping[str, Any]) -> Application:
    """Return the application of a model in disk form."""
    text = json.dumps({"application": model}, ensure_ascii=False)
    # As it arrives over the wire: without the classes of shared types.
    return compile_application(json.loads(json.dumps(read(text))))


def application(*workflows: Mapping[str, Any], **parts: Any) -> Application:
    """Return an application with Notes, Traces and these workflows."""
    made = [{"name": f"w{at}", **workflow} for at, workflow in enumerate(workflows)]
    return compiled(
        {"id": "app", "name": "Größe", "dataModels": MODELS, "workflows": made, **parts}
    )


def by_hand(*steps: Mapping[str, Any], **parts: Any) -> Application:
    """Return an application with one workflow ``w0`` of these steps."""
    return application({"steps": list(steps)}, **parts)


def expr(source: str) -> dict[str, str]:
    """Return an expression."""
    return {"expr": source}


def trace(text: str) -> dict[str, Any]:
    """Return a step that leaves a Trace; *text* is an expression."""
    return {"type": "createRecord", "model": "Trace", "values": {"text": expr(text)}}


def service_app(policy: Mapping[str, Any] | None = None, **step: Any) -> Application:
    """Return an application whose workflow calls ``lager.buchen`` once, then leaves a Trace."""
    call: dict[str, Any] = {
        "name": "call",
        "type": "apiCall",
        "service": "lager",
        "operation": "buchen",
        "input": {"n": 1},
        **step,
    }
    if policy is not None:
        call["retryPolicy"] = {"initialDelay": "10ms", "maxDelay": "100ms", **policy}
    connector = {
        "name": "lager",
        "type": "http",
        "operations": [{"name": "buchen", "method": "POST", "path": "/buchen", "input": {}}],
    }
    return by_hand(call, trace("'done ' + string(steps.call.status)"), connectors=[connector])


def sample() -> Application:
    """Return the order management of the samples."""
    return compiled(copy.deepcopy(SAMPLE["application"]))


class Place:
    """Workflows over one room in *folder*, between ``with``."""

    def __init__(
        self,
        folder: Path,
        engine: Engine,
        app: Application,
        addresses: Mapping[str, str] | None = None,
    ) -> None:
        (folder / "preview").mkdir(exist_ok=True)
        self.engine = engine
        keys = MasterKeys(folder / "secrets", {})
        cipher = keys.cipher("tenant", TENANT)
        self.tenant = TenantData(folder / "preview" / "tenant.db", engine, cipher)
        self.tenant.open()
        self.data: RoomData = self.tenant.room(ROOM)
        self.data.adopt(app)
        connectors = Connectors(engine, addresses or {}, Secrets(folder / "secrets", {}))
        self.checking = Checking(engine)
        self.workflows = Workflows(
            folder / "preview",
            engine,
            connectors,
            self._open,
            self.checking,
            cipher=keys.cipher("runs"),
        )
        self._told = threading.Condition()
        self.told: list[tuple[str, str]] = []
        self._traces: list[Any] = []
        self.data.listen(self._on_changes)

    def _open(self, tenant: str, room: str) -> RoomData:
        assert tenant == TENANT
        if room != ROOM:
            other = self.tenant.room(room)
            other.adopt(self.data.application)
            return other
        return self.data

    def __enter__(self) -> Place:
        self.workflows.listen(self._on_run)
        self.workflows.start()
        self.workflows.attach(TENANT, ROOM, self.data)
        return self

    def __exit__(self, *_: object) -> None:
        self.workflows.stop()
        self.tenant.close()

    def edit(self, app: Application) -> None:
        """Let the room's application be another."""
        self.data.adopt(app)
        self.workflows.attach(TENANT, ROOM, self.data)

    def start(self, workflow: str = "w0", **input: Any) -> str:
        """Start a workflow by hand and return the run's id."""
        return self.workflows.run(TENANT, ROOM, workflow, input, ANNA)

    def run(self, workflow: str = "w0", **input: Any) -> dict[str, Any]:
        """Run a workflow by hand and return how it ended, as on the wire."""
        return self.ended(self.start(workflow, **input)).to_json()

    def ended(self, run: str, room: str = ROOM) -> RunDetail:
        """Return a run when it has ended."""
        for _ in self._waiting():
            detail = self.workflows.read(TENANT, room, run)
            if detail.run.ended_ms is not None:
                return detail
        raise AssertionError(self.workflows.read(TENANT, room, run))

    def all_ended(self, count: int) -> list[dict[str, Any]]:
        """Return the room's *count* runs, the oldest first, when all have ended."""
        runs: Any = ()
        for _ in self._waiting():
            runs = self.workflows.runs(TENANT, ROOM, limit=100)
            if len(runs) >= count and all(run.ended_ms for run in runs):
                assert len(runs) == count, runs
                details = [self.workflows.read(TENANT, ROOM, run.id) for run in runs]
                return [detail.to_json() for detail in reversed(details)]
        raise AssertionError(runs)

    def idle(self) -> None:
        """Return when the outbox is empty and nothing runs."""
        for _ in self._waiting():
            runs = self.workflows.runs(TENANT, ROOM, limit=100)
            if not self.data.outbox(1) and all(run.ended_ms for run in runs):
                return
        raise AssertionError("runs go on")

    def create(self, model: str, **values: Any) -> Record:
        """Create a record as Anna."""
        return self.data.create(model, values, ANNA)

    def records(self, model: str) -> list[Record]:
        """Return the records of a model, the oldest first."""
        return list(self.data.query(Query(model, sort=("createdAt",), limit=500)).items)

    def traces(self) -> list[Any]:
        """Return what the steps of ``trace`` left, in the order of their commits."""
        return list(self._traces)

    def _on_changes(self, changes: Sequence[RecordChange]) -> None:
        model = self.data.application.model("Trace")
        self._traces += [
            change.after.values["text"]
            for change in changes
            if model and change.model == model.id and change.after
        ]

    def _waiting(self) -> Iterator[None]:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with self._told:
                before = len(self.told)
                yield
                if len(self.told) == before:
                    self._told.wait(0.05)

    def _on_run(self, tenant: str, room: str, run: str) -> None:
        assert tenant == TENANT
        with self._told:
            self.told.append((room, run))
            self._told.notify_all()


@contextmanager
def engine_of_tests() -> Iterator[Engine]:
    """An engine for a while."""
    engine = make_engine()
    try:
        yield engine
    finally:
        engine.close()
