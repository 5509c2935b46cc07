"""The application: what the interpreter reads out of a model's live form.

Data models, roles, connectors and workflows become frozen values that compare by content, so that
whoever follows the log sees by ``==`` that a label changed no table. What is unfinished (a field
without a type, two models of one name) is left out and said in ``faults``; everything else works.
Pages and components are drawn by the player from their nodes and are not looked at here.
SPEC: section AM. Called by ``feed``; read by ``data``, ``workflows`` and the doors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from runtime.parts import (
    Connector,
    DataModel,
    Fault,
    Field,
    FieldType,
    Grant,
    Index,
    Inverse,
    Operation,
    Role,
    Step,
    Workflow,
)
from runtime.reading import (
    NAME,
    children,
    expression,
    flag,
    items,
    kind_of,
    members,
    number,
    reference,
    text,
)

__all__ = ["Application", "compile_application"]

_ROOT: Final = "application"
_PAGES: Final = frozenset({"Page", "Policy"})
_PARTS: Final = frozenset(
    {"DataModel", "Field", "Index", "Role", "Connector", "Operation", "Workflow"}
    | {"apiCall", "approval", "callPlugin", "callWorkflow", "condition", "createRecord"}
    | {"deleteRecord", "emitEvent", "forEach", "parallel", "query", "set", "updateRecord", "wait"}
)
_STEP_SLOTS: Final = ("steps", "then", "else", "onError", "compensate")
# Steps within steps; the server refuses deeper models, and recursion here needs an end of its own.
_STEP_DEPTH_MAX: Final = 64

Nodes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Application:
    """One revision's application. ``nodes`` is the live form, which must not be changed.

    ``unfinished`` holds the ids of data models and fields that exist but cannot be used yet: their
    data is kept. Everything is in the model's own order.
    """

    id: str = ""
    name: str = ""
    models: tuple[DataModel, ...] = ()
    roles: tuple[Role, ...] = ()
    connectors: tuple[Connector, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    faults: tuple[Fault, ...] = ()
    unfinished: frozenset[str] = frozenset()
    nodes: Nodes = field(default_factory=dict, compare=False, repr=False)

    def after(self, document: Any, touched: Iterable[str]) -> Application:
        """Return the application of the next revision, which changed the nodes *touched*.

        Parts that did not change keep their identity; a change of components compiles nothing.
        """
        nodes = _nodes_of(document)
        if any(
            kind_of(source.get(node)) in _PARTS
            for node in touched
            for source in (self.nodes, nodes)
        ):
            return compile_application(document)
        application_id, name = _head_of(document)
        return replace(self, nodes=nodes, id=application_id, name=name)

    def model(self, name_or_id: str) -> DataModel | None:
        """Return the data model of this name or id, or None."""
        for model in self.models:
            if name_or_id in (model.name, model.id):
                return model
        return None

    def role(self, name: str) -> Role | None:
        """Return the role of this name, or None."""
        return next((role for role in self.roles if role.name == name), None)

    def workflow(self, name_or_id: str) -> Workflow | None:
        """Return the workflow of this name or id, or None."""
        return next((item for item in self.workflows if name_or_id in (item.id, item.name)), None)

    def connector(self, connector_id: str) -> Connector | None:
        """Return the connector of this id, or None."""
        return next((item for item in self.connectors if item.id == connector_id), None)

    def inverses(self, model_id: str) -> tuple[Inverse, ...]:
        """Return the lists on records of this model that references of others make."""
        return tuple(
            Inverse(item.inverse, model.id, item.id)
            for model in self.models
            for item in model.fields
            if item.model == model_id and item.inverse
        )


def compile_application(document: Any) -> Application:
    """Return the application of a live document, whatever state that is in."""
    return _Compiler(_nodes_of(document)).compile(*_head_of(document))


class _Compiler:
    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._children = children(nodes, _PARTS)
        self._faults: list[Fault] = []
        self._unfinished: set[str] = set()
        self._models: dict[str, str] = {}

    def compile(self, application_id: str, name: str) -> Application:
        model_ids = self._named(_ROOT, "dataModels", "DataModel")
        self._models = {node: text(self._props(node), "name") for node in model_ids}
        models = tuple(self._model(node) for node in model_ids)
        connectors = tuple(self._connector(node) for node in self._of(_ROOT, "connectors"))
        workflows = tuple(self._workflow(node) for node in self._of(_ROOT, "workflows"))
        roles = tuple(self._role(node) for node in self._of(_ROOT, "roles"))
        return Application(
            id=application_id,
            name=name,
            models=models,
            roles=roles,
            connectors=connectors,
            workflows=workflows,
            faults=tuple(self._faults),
            unfinished=frozenset(self._unfinished),
            nodes=self._nodes,
        )

    # --- nodes --------------------------------------------------------------------------------

    def _of(self, parent: str, slot: str) -> list[str]:
        return self._children.get((parent, slot), [])

    def _props(self, node: str) -> Mapping[str, Any]:
        props = self._nodes[node].get("props")
        return props if isinstance(props, Mapping) else {}

    def _fault(self, node: str, path: tuple[str | int, ...], code: str, message: str) -> None:
        self._faults.append(Fault(node, path, code, message))

    def _named(self, parent: str, slot: str, what: str) -> list[str]:
        """Return the children that have a usable name nobody before them has."""
        taken: set[str] = set()
        usable = []
        for node in self._of(parent, slot):
            if kind_of(self._nodes[node]) != what:
                continue
            name = text(self._props(node), "name")
            if not NAME.fullmatch(name):
                self._unfinished.add(node)
                self._fault(node, ("name",), "name_missing", f"this {what} has no usable name yet")
            elif name in taken:
                self._unfinished.add(node)
                self._fault(node, ("name",), "name_taken", f"another {what} is called {name}")
            else:
                taken.add(name)
                usable.append(node)
        return usable

    # --- data ---------------------------------------------------------------------------------

    def _model(self, node: str) -> DataModel:
        fields = tuple(
            item
            for child in self._named(node, "fields", "Field")
            if (item := self._field(child)) is not None
        )
        known = {item.id for item in fields}
        indexes = tuple(
            index
            for child in self._of(node, "indexes")
            if (index := self._index(child, known)) is not None
        )
        return DataModel(node, self._models[node], fields, indexes)

    def _field(self, node: str) -> Field | None:
        props = self._props(node)
        name = text(props, "name")
        try:
            type_ = FieldType(text(props, "type"))
        except ValueError:
            self._unfinished.add(node)
            self._fault(node, ("type",), "type_missing", f"the field {name} has no type yet")
            return None
        target = reference(props.get("model"))
        if type_ is FieldType.REFERENCE and target not in self._models:
            self._unfinished.add(node)
            self._fault(node, ("model",), "model_missing", f"{name} refers to no model yet")
            return None
        values = tuple(str(item.get("value", "")) for item in items(props.get("values")))
        on_delete = text(props, "onDelete")
        validation = props.get("validation")
        return Field(
            id=node,
            name=name,
            type=type_,
            is_required=flag(props, "required"),
            is_unique=flag(props, "unique"),
            default=props.get("default"),
            validation=validation if isinstance(validation, str | Mapping) else None,
            values=tuple(dict.fromkeys(value for value in values if value)),
            precision=number(props, "precision", 18, 1, 1000),
            scale=number(props, "scale", 2, 0, 1000),
            model=target if type_ is FieldType.REFERENCE else "",
            on_delete=on_delete if on_delete in ("cascade", "clear") else "restrict",
            inverse=text(props, "inverse") if type_ is FieldType.REFERENCE else "",
            computed=expression(props.get("computed")),
            tags=members(props.get("tags")),
            is_encrypted=flag(props, "encrypted"),
        )

    def _index(self, node: str, known: set[str]) -> Index | None:
        props = self._props(node)
        fields = []
        for item in items(props.get("fields")):
            value = item.get("value")
            name = reference(value) or (value if isinstance(value, str) else "")
            if name not in known and name not in ("id", "createdAt", "updatedAt", "createdBy"):
                self._fault(node, ("fields",), "field_missing", "an index names an unknown field")
                return None
            fields.append(name)
        if not fields:
            return None
        return Index(node, tuple(fields), flag(props, "unique"))

    # --- everything else ----------------------------------------------------------------------

    def _role(self, node: str) -> Role:
        props = self._props(node)
        return Role(node, text(props, "name"), tuple(map(_grant, items(props.get("grants")))))

    def _connector(self, node: str) -> Connector:
        props = self._props(node)
        auth = props.get("auth")
        return Connector(
            id=node,
            name=text(props, "name"),
            type=text(props, "type"),
            base_url=text(props, "baseUrl"),
            auth=dict(auth) if isinstance(auth, Mapping) else {},
            timeout=text(props, "timeout"),
            operations=tuple(
                Operation(child, text(self._props(child), "name"), dict(self._props(child)))
                for child in self._of(node, "operations")
                if kind_of(self._nodes[child]) == "Operation"
            ),
        )

    def _workflow(self, node: str) -> Workflow:
        props = self._props(node)
        trigger = props.get("trigger")
        return Workflow(
            id=node,
            name=text(props, "name"),
            version=text(props, "version"),
            trigger=dict(trigger) if isinstance(trigger, Mapping) else {},
            steps=self._steps(node, "steps", 0),
        )

    def _steps(self, parent: str, slot: str, depth: int) -> tuple[Step, ...]:
        if depth > _STEP_DEPTH_MAX:
            return ()
        return tuple(
            Step(
                id=node,
                type=kind_of(self._nodes[node]),
                name=text(self._props(node), "name"),
                props=dict(self._props(node)),
                slots={
                    name: found
                    for name in _STEP_SLOTS
                    if (found := self._steps(node, name, depth + 1))
                },
            )
            for node in self._of(parent, slot)
        )


def _grant(item: Mapping[str, Any]) -> Grant:
    def target(name: str) -> str:
        value = item.get(name)
        return "*" if value == "*" else reference(value)

    def fields(name: str) -> tuple[str, ...]:
        found = (entry.get("value") for entry in items(item.get(name)))
        return tuple(reference(value) or str(value) for value in found)

    return Grant(
        model=target("model"),
        workflow=target("workflow"),
        page=target("page"),
        verbs=members(item.get("verbs")),
        fields=fields("fields"),
        mask=fields("mask"),
        filter=expression(item.get("filter")),
    )


def _nodes_of(document: Any) -> Nodes:
    nodes = document.get("nodes") if isinstance(document, Mapping) else None
    return nodes if isinstance(nodes, Mapping) else {}


def _head_of(document: Any) -> tuple[str, str]:
    """Return the application's id and name."""
    head = document.get("application") if isinstance(document, Mapping) else None
    return (text(head, "id"), text(head, "name")) if isinstance(head, Mapping) else ("", "")
