"""What somebody may do with an application's data: the room's role and the role that is viewed.

Whoever may edit the room may do all that the application's roles may; a reviewer and a viewer only
read. Who views the application *as* one of its roles has exactly that role's grants, and nothing
that no grant names. Where several grants speak of one model and verb, they never give more for a
record than they say: grants without a filter decide alone; if there are only filtered ones, the
records of any of them may be touched, in the fields that all of them name. A field that a role
hides is as good as absent: it is neither read nor written, nor sorted, filtered or searched by.
A filter that does not fit the model's types lets no record through: a misspelt name would read as
null, and ``!=`` would then let every record through.
SPEC: section AC. Sans-I/O; called by ``http``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from runtime.application import Application
from runtime.data.queries import Access as DataAccess
from runtime.data.queries import ModelAccess as DataModelAccess
from runtime.errors import PreviewDenied, PreviewInvalid, PreviewNotFound
from runtime.expressions.checking import USER, Checks
from runtime.expressions.errors import ExpressionError
from runtime.expressions.types import Type
from runtime.expressions.values import Value
from runtime.identity import RoomRole
from runtime.parts import SYSTEM_FIELDS, DataModel, Fault, Field, Grant, Role, Workflow

__all__ = [
    "CREATE",
    "DELETE",
    "READ",
    "UPDATE",
    "VERBS",
    "Access",
    "Fits",
    "ModelAccess",
    "Permission",
    "access_of",
    "filter_fits",
    "grant_faults",
]

READ: Final = "read"
CREATE: Final = "create"
UPDATE: Final = "update"
DELETE: Final = "delete"
VERBS: Final = (READ, CREATE, UPDATE, DELETE)
_ANY: Final = "*"
_NO_RECORD: Final = "false"

# Whether a grant's filter can be asked of the records of a data model (an id).
Fits = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Permission:
    """One verb on one model. ``fields`` are names, system fields among them.

    ``restrict`` is an expression over ``record`` and ``user``; empty: every record.
    """

    fields: frozenset[str]
    restrict: str = ""


class ModelAccess:
    """What may be done with the records of *model*."""

    def __init__(self, model: DataModel, permissions: dict[str, Permission]) -> None:
        self.model = model
        self._permissions = permissions
        names = {field.name for field in model.fields} | set(SYSTEM_FIELDS)
        read = permissions.get(READ)
        self.readable = read.fields if read is not None else frozenset()
        # An id is what every address of a record holds, so it is never hidden.
        self.hidden = frozenset(names - self.readable - {"id"})

    def may(self, verb: str) -> bool:
        """Whether *verb* (read, create, update, delete) is granted for some record."""
        return verb in self._permissions

    def require(self, verb: str) -> Permission:
        """Return what is granted for *verb*; ``PreviewDenied`` (``forbidden``) if nothing is."""
        permission = self._permissions.get(verb)
        if permission is None:
            raise PreviewDenied(f"you may not {verb} {self.model.name} here", code="forbidden")
        return permission

    def of_data(self, verb: str) -> DataModelAccess:
        """Return which records *verb* may touch and which fields are hidden from it."""
        conditions = {self.require(verb).restrict: None}
        if verb in (UPDATE, DELETE) and self.may(READ):
            conditions[self.require(READ).restrict] = None
        # What may not be written is left alone by a change of the whole record.
        shown = self.require(verb).fields if verb in (CREATE, UPDATE) else self.readable
        ids = {field.id for field in self.model.fields if field.name not in shown}
        system = self.hidden.intersection(SYSTEM_FIELDS)
        restrict = _joined("&&", [condition for condition in conditions if condition])
        return DataModelAccess(restrict, frozenset(ids | system))

    def may_write(self, field: Field) -> bool:
        """Whether some verb writes *field*."""
        return any(
            field.name in permission.fields
            for verb, permission in self._permissions.items()
            if verb in (CREATE, UPDATE)
        )


class Access:
    """The rights of one person who views *application* as *role*, or as nobody in particular.

    A grant whose filter does not *fit* a model lets none of its records through.
    """

    def __init__(
        self, application: Application, role: Role | None, fits: Fits, *, is_read_only: bool
    ) -> None:
        self.application = application
        self.role = role
        self.is_read_only = is_read_only
        self._fits = fits
        self._models = {model.id: self._of_model(model) for model in application.models}
        self._readable = {
            key: access.of_data(READ) for key, access in self._models.items() if access.may(READ)
        }

    @property
    def is_unrestricted(self) -> bool:
        """Whether nothing is hidden and every record may be read."""
        return self.role is None

    def model(self, name_or_id: str) -> ModelAccess:
        """Return the rights on a model; ``PreviewNotFound`` (``model_not_found``) if none."""
        model = self.application.model(name_or_id)
        if model is None:
            raise PreviewNotFound(f"there is no data model {name_or_id!r}", code="model_not_found")
        return self._models[model.id]

    def named(self, name: str) -> ModelAccess:
        """Return the rights on the model of exactly this name; raises as ``model`` does."""
        at = self.model(name)
        if at.model.name != name:
            raise PreviewNotFound(f"there is no data model {name!r}", code="model_not_found")
        return at

    def models(self) -> Iterable[ModelAccess]:
        """Return the rights on every model, in the application's order."""
        return self._models.values()

    def may_run(self, workflow: Workflow) -> bool:
        """Whether *workflow* may be started by hand."""
        if self.is_read_only:
            return False
        return self.role is None or any(
            grant.workflow in (_ANY, workflow.id) and "run" in grant.verbs
            for grant in self.role.grants
        )

    def may_open(self, page: str) -> bool:
        """Whether the page of this id is open: pages that no grant names are open to all."""
        if self.role is None or not any(
            grant.page == page for role in self.application.roles for grant in role.grants
        ):
            return True
        return any(
            grant.page in (_ANY, page) and ("open" in grant.verbs or not grant.verbs)
            for grant in self.role.grants
        )

    def of_data(self, user: Mapping[str, Value], verb: str = READ, model: str = "") -> DataAccess:
        """Return what may be read, for questions to the data; *user* is for conditions.

        With another *verb*, what of the records of *model* may be touched by it: what may not be
        read is not there to be changed either, unless nothing of the model may be read at all.
        """
        variables = {"user": dict(user)}
        if self.role is None:
            return DataAccess(variables=variables)
        if verb == READ:
            return DataAccess(self._readable, variables)
        return DataAccess({**self._readable, model: self._models[model].of_data(verb)}, variables)

    # --- private ------------------------------------------------------------------------------

    def _of_model(self, model: DataModel) -> ModelAccess:
        verbs = VERBS if not self.is_read_only else (READ,)
        names = frozenset(field.name for field in model.fields) | frozenset(SYSTEM_FIELDS)
        if self.role is None:
            return ModelAccess(model, {verb: Permission(names) for verb in verbs})
        grants = [grant for grant in self.role.grants if grant.model in (_ANY, model.id)]
        masked: frozenset[str] = frozenset().union(*(_names(model, grant.mask) for grant in grants))
        permissions = {}
        for verb in verbs:
            granted = [grant for grant in grants if verb in grant.verbs]
            if granted:
                permissions[verb] = _permission(model, granted, names - masked, self._fits)
        return ModelAccess(model, permissions)


def access_of(application: Application, room_role: RoomRole, view_as: str, fits: Fits) -> Access:
    """Return the rights of somebody with *room_role* who views as the role *view_as*, or as none.

    Raises ``PreviewInvalid`` (``role_unknown``) if the application has no such role, and what
    *fits* raises while it cannot tell.
    """
    role = None
    if view_as:
        role = application.role(view_as)
        if role is None:
            raise PreviewInvalid(f"there is no role {view_as!r}", code="role_unknown")
    return Access(application, role, fits, is_read_only=not room_role.may_write)


def filter_fits(checks: Checks, filter_: str, model: str) -> bool:
    """Return whether a grant's filter can be asked of the records of the model of this id.

    Raises ``ExpressionError`` while that is not settled: nothing is granted then.
    """
    found = checks.check(filter_, _filter_scope(checks, model), is_condition=True)
    return not isinstance(found, ExpressionError)


def grant_faults(checks: Checks, application: Application) -> Iterator[Fault]:
    """Yield what is wrong with the filters of all grants: the first model each does not fit."""
    for role in application.roles:
        for index, grant in enumerate(role.grants):
            if not grant.filter:
                continue
            for model in application.models:
                if grant.model not in (_ANY, model.id):
                    continue
                try:
                    scope = _filter_scope(checks, model.id)
                    checks.require(grant.filter, scope, is_condition=True)
                except ExpressionError as error:
                    place = ("grants", index, "filter")
                    at = (error.source, error.start, error.end)
                    yield Fault(role.id, place, error.code, error.message, *at)
                    break


def _filter_scope(checks: Checks, model: str) -> Mapping[str, Type]:
    return {"record": checks.record(model), "user": USER}


def _permission(
    model: DataModel, grants: list[Grant], names: frozenset[str], fits: Fits
) -> Permission:
    unfiltered = [grant for grant in grants if not grant.filter]
    if unfiltered:
        granted: set[str] = set()
        return Permission(
            names & granted.union(*(_granted(model, one, names) for one in unfiltered))
        )
    fields = names.intersection(*(_granted(model, grant, names) for grant in grants))
    # Such a grant is not left out: it still says which fields the others do not give alone.
    filters = [grant.filter if fits(grant.filter, model.id) else _NO_RECORD for grant in grants]
    return Permission(fields, _joined("||", dict.fromkeys(filters)))


def _joined(operator: str, conditions: Iterable[str]) -> str:
    # Each ends with a line of its own: a comment at its end must not swallow the parenthesis.
    conditions = list(conditions)
    if len(conditions) <= 1:
        return "".join(conditions)
    return f" {operator} ".join(f"({condition}\n)" for condition in conditions)


def _granted(model: DataModel, grant: Grant, names: frozenset[str]) -> frozenset[str]:
    # A grant on every model that lists fields of one of them grants none of the others' fields.
    return _names(model, grant.fields) if grant.fields else names


def _names(model: DataModel, ids: Iterable[str]) -> frozenset[str]:
    found = set()
    for id_ in ids:
        field = model.field(id_)
        if field is not None:
            found.add(field.name)
        elif id_ in SYSTEM_FIELDS:
            found.add(id_)
    return frozenset(found)
