"""What the player asks for the parts of a page: records, groups, values.

A question names a node and, at most, a path within its properties; what is evaluated there is what
the model says, so that a page can ask only what its design asks. SPEC: section RS. Called by
``routes``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from starlette.responses import Response

from runtime.access import READ, Access
from runtime.data.queries import Condition, GroupQuery, Measure, Operator, Query
from runtime.data.room import RoomData
from runtime.errors import PreviewError, PreviewInvalid
from runtime.expressions.checking import Checking
from runtime.expressions.engine import Engine
from runtime.expressions.errors import ExpressionError
from runtime.expressions.values import Value
from runtime.http.asked import check_members, number, text, texts
from runtime.http.bodies import json_object
from runtime.http.context import Place, place_of
from runtime.http.door import Call
from runtime.http.wire import value_json
from runtime.limits import (
    EXPRESSIONS_PER_REQUEST_MAX,
    PAGE_DEFAULT,
    PAGE_MAX,
    PAGE_OFFSET_MAX,
    PATH_STEPS_MAX,
    QUERY_CONDITIONS_MAX,
    QUERY_SORT_MAX,
    SEARCH_CHARACTERS_MAX,
)
from runtime.needs import field_path, item_paths, record_paths
from runtime.parts import DataModel, FieldType
from runtime.reading import expression, reference
from runtime.reading import number as number_within
from runtime.tree import Node, Tree

__all__ = ["Player"]

_SOURCES: Final = ("dataSource", "options")
_TEXTS: Final = frozenset({FieldType.TEXT, FieldType.EMAIL, FieldType.URL})
_NO_STORE: Final = {"cache-control": "no-store"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """The place that a question is about. ``source`` is a data source or options of ``node``."""

    tree: Tree
    node: Node
    source: Mapping[str, Any]
    model: DataModel
    place: Place


class Player:
    """The handlers; *engine* says what expressions read, *checking* whether they can be meant."""

    def __init__(self, engine: Engine, checking: Checking) -> None:
        self._engine = engine
        self._checking = checking

    async def query(self, call: Call) -> Response:
        """Answer the records that a table, list, form or select shows."""
        body = await json_object(call.request)
        check_members(body, _QUERY)
        revision = call.revision

        def question(data: RoomData, access: Access) -> dict[str, Any]:
            asked = self._asked(call, body, access)
            query = self._query(call, body, asked, data, access)
            if query.limit == 0:
                return {"model": asked.model.id, "items": [], "total": query.offset}
            items, _, total = data.query_json(query)
            limit = asked.source.get("limit")
            if total is not None and isinstance(limit, int):
                total = min(total, limit)
            return {"model": asked.model.id, "items": items, "total": total}

        return _json({**await call.ask(question), "revision": revision})

    async def record(self, call: Call) -> Response:
        """Answer one record with what the expressions within a node read of it."""
        body = await json_object(call.request)
        check_members(body, _RECORD)
        record_id = text(body, "record")

        def question(data: RoomData, access: Access) -> dict[str, Any]:
            tree = call.tree
            node = tree.node(text(body, "node"))
            model = access.model(tree.record_model(node))
            model.require(READ)
            seen = access.of_data(call.user)
            record = data.read(model.model.id, record_id, access=seen)
            paths = record_paths(tree, node, access.application, access, model.model, self._paths)
            if paths:
                [record] = data.expand([record], paths, access=seen)
            return data.to_json(record, access=seen)

        return _json(await call.ask(question))

    async def groups(self, call: Call) -> Response:
        """Answer the groups that a chart draws."""
        body = await json_object(call.request)
        check_members(body, _GROUPS)

        def question(data: RoomData, access: Access) -> dict[str, Any]:
            asked = self._asked(call, body, access)
            groups = data.groups(self._group_query(call, asked, data, access))
            return {
                "groups": [
                    {
                        "key": value_json(group.key),
                        "label": group.label,
                        "value": value_json(group.value),
                    }
                    for group in groups
                ]
            }

        return _json(await call.ask(question))

    async def values(self, call: Call) -> Response:
        """Answer what expressions of the page are that read whole models."""
        body = await json_object(call.request)
        check_members(body, _VALUES)
        items = body.get("items")
        if not isinstance(items, list) or len(items) > EXPRESSIONS_PER_REQUEST_MAX:
            raise PreviewInvalid(
                f"items must be at most {EXPRESSIONS_PER_REQUEST_MAX}", code="member_invalid"
            )
        place = place_of(body)

        def question(data: RoomData, access: Access) -> dict[str, Any]:
            return {"values": [self._value(call, item, place, data, access) for item in items]}

        return _json(await call.ask(question))

    # --- private ------------------------------------------------------------------------------

    def _paths(self, source: str) -> tuple[tuple[str, ...], ...]:
        return tuple(self._engine.analyse(source).paths)

    def _asked(self, call: Call, body: Mapping[str, Any], access: Access) -> _Asked:
        tree = call.tree
        node = tree.node(text(body, "node"))
        path = body.get("path", ["dataSource"])
        if not isinstance(path, list) or len(path) != 1 or path[0] not in _SOURCES:
            raise PreviewInvalid("path must be dataSource or options", code="member_invalid")
        source = node.source(path[0])
        model = access.application.model(reference(source.get("model")))
        if model is None:
            raise PreviewInvalid("this part names no data model yet", code="node_incomplete")
        access.model(model.id).require(READ)
        return _Asked(tree, node, source, model, place_of(body))

    def _filter(
        self, call: Call, asked: _Asked, data: RoomData, access: Access
    ) -> tuple[str, dict[str, Value]]:
        """Return the filter's source and what it reads; empty for a source without one."""
        filter_ = asked.source.get("filter")
        source = "false" if filter_ is False else expression(filter_)
        if not source:
            return "", {}
        # The filter's own ``item`` is the record in question.
        place = replace(asked.place, item=None)
        checks = self._checking.of(access.application)
        types = place.types(asked.tree, asked.node, access, checks)
        del types["row"]
        types["item"] = checks.record(asked.model.id)
        checks.require(source, types, is_condition=True)
        variables = place.values(
            source, self._paths, asked.tree, asked.node, data, access, call.user
        )
        return source, {name: variables[name] for name in variables if name not in ("item", "row")}

    def _query(
        self, call: Call, body: Mapping[str, Any], asked: _Asked, data: RoomData, access: Access
    ) -> Query:
        filter_, variables = self._filter(call, asked, data, access)
        sort = texts(body, "sort", QUERY_SORT_MAX) or [
            item for item in asked.source.get("sort") or [] if isinstance(item, str)
        ]
        search = text(body, "search", "")
        if len(search) > SEARCH_CHARACTERS_MAX:
            raise PreviewInvalid(
                f"search is longer than {SEARCH_CHARACTERS_MAX} characters", code="member_invalid"
            )
        offset = number(body, "offset", 0, 0, PAGE_OFFSET_MAX)
        limit = number(body, "limit", PAGE_DEFAULT, 1, PAGE_MAX)
        at_most = number_within(asked.source, "limit", PAGE_OFFSET_MAX, 1, PAGE_OFFSET_MAX)
        return Query(
            asked.model.id,
            filter=filter_,
            variables=variables,
            conditions=_conditions(body, access, asked.model),
            search=search,
            sort=tuple(sort),
            offset=offset,
            limit=max(0, min(limit, at_most - offset)),
            expand=item_paths(
                asked.tree, asked.node, access.application, access, asked.model, self._paths
            ),
            access=access.of_data(call.user),
        )

    def _group_query(self, call: Call, asked: _Asked, data: RoomData, access: Access) -> GroupQuery:
        filter_, variables = self._filter(call, asked, data, access)
        measure = asked.source.get("measure", Measure.COUNT)
        return GroupQuery(
            asked.model.id,
            by=".".join(field_path(access.application, asked.source.get("groupBy"))),
            measure=Measure(measure) if measure in set(Measure) else Measure.COUNT,
            field=".".join(field_path(access.application, asked.source.get("field"))),
            filter=filter_,
            variables=variables,
            limit=number_within(asked.source, "limit", 0, 0, PAGE_MAX),
            access=access.of_data(call.user),
        )

    def _value(
        self, call: Call, item: Any, place: Place, data: RoomData, access: Access
    ) -> dict[str, Any]:
        try:
            if not isinstance(item, Mapping):
                raise PreviewInvalid("an item names a node and a path", code="member_invalid")
            tree = call.tree
            node = tree.node(text(item, "node"))
            source = expression(node.at(texts(item, "path", PATH_STEPS_MAX)))
            if not source:
                raise PreviewInvalid("there is no expression", code="path_unknown")
            checks = self._checking.of(access.application)
            types = place.types(tree, node, access, checks)
            checks.require(source, types, sees_models=True)
            values = place.values(source, self._paths, tree, node, data, access, call.user)
            return {"value": value_json(data.evaluate(source, values, access.of_data(call.user)))}
        except PreviewError as error:
            return {"error": _error_json(error)}


_PLACE: Final = frozenset({"node", "context"})
_QUERY: Final = _PLACE | {"path", "sort", "search", "filters", "offset", "limit"}
_RECORD: Final = _PLACE | {"record"}
_GROUPS: Final = _PLACE | {"path"}
_VALUES: Final = frozenset({"items", "context"})


def _conditions(body: Mapping[str, Any], access: Access, model: DataModel) -> tuple[Condition, ...]:
    filters = body.get("filters", {})
    if not isinstance(filters, Mapping) or len(filters) > QUERY_CONDITIONS_MAX:
        raise PreviewInvalid("filters must be texts by field", code="member_invalid")
    return tuple(
        Condition(path, _operator(access, model, path), value) for path, value in filters.items()
    )


def _operator(access: Access, model: DataModel, path: str) -> Operator:
    """Return how a column is filtered: texts are searched, everything else is compared."""
    at: DataModel | None = model
    *references, last = path.split(".")
    for name in references:
        field = at.field(name) if at is not None else None
        at = access.application.model(field.model) if field is not None else None
    field = at.field(last) if at is not None else None
    return Operator.CONTAINS if field is not None and field.type in _TEXTS else Operator.EQUAL


def _error_json(error: PreviewError) -> dict[str, Any]:
    told: dict[str, Any] = {"code": error.code, "message": error.message}
    if isinstance(error, ExpressionError):
        told |= {"source": error.source, "start": error.start, "end": error.end}
    return told


def _json(content: Any) -> Response:
    return Response(orjson.dumps(content), headers=_NO_STORE, media_type="application/json")
