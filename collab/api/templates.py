"""Templates over HTTP: what a new room can begin with, and a picture of each.

SPEC: section TM. Called by ``routes`` and ``rooms``.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collab.api.gate import Gate
from collab.api.problem import JsonResponse
from collab.api.thumbnails import DRAWING_HEADERS
from collab.errors import InvalidValue, NotFound
from collab.model import dsl
from collab.model.registry import Registry
from collab.model.templates import Template, find_template, templates
from collab.model.thumbnail import EDITION, thumbnail

__all__ = ["TemplateRoutes", "model_of_template"]


class TemplateRoutes:
    """The handlers, with what they need."""

    def __init__(self, registry: Registry, gate: Gate) -> None:
        self._registry = registry
        self._gate = gate

    def all(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/api/templates", self.list, methods=["GET"]),
            Route("/api/templates/{template}/thumbnail.svg", self.thumbnail, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        """List what a room can begin with."""
        self._gate.principal(request)
        return JsonResponse({"templates": [_describe(item) for item in templates()]})

    async def thumbnail(self, request: Request) -> Response:
        """Draw a template's first page as a wireframe."""
        self._gate.principal(request)
        found = find_template(request.path_params["template"])
        if found is None:
            raise NotFound("there is no such template", code="template_missing")
        etag = f'"{EDITION}-{self._registry.etag}"'
        headers = {**DRAWING_HEADERS, "etag": etag}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        drawing = await asyncio.to_thread(_drawing, found.id, self._registry)
        return Response(drawing, media_type="image/svg+xml", headers=headers)


def model_of_template(template_id: Any, title: str) -> dict[str, Any]:
    """Return the model of a template in its disk form, called *title* unless that is empty.

    Raises ``InvalidValue`` (``template_missing``).
    """
    found = find_template(template_id)
    if found is None:
        known = ", ".join(item.id for item in templates())
        raise InvalidValue("template_missing", f"template is one of {known}", ("template",))
    application = found.model["application"]
    return {"application": {**application, "name": title or application["name"]}}


def _describe(template: Template) -> dict[str, Any]:
    application = template.model["application"]
    return {
        "id": template.id,
        "title": template.title,
        "description": template.description,
        "icon": template.icon,
        "dataModels": [model["name"] for model in application["dataModels"]],
        "pages": [page["name"] for page in application["pages"]],
        "workflows": [workflow["name"] for workflow in application["workflows"]],
        "roles": [role["name"] for role in application["roles"]],
        "records": sum(map(len, template.records.values())),
    }


@lru_cache(maxsize=16)
def _drawing(template_id: str, registry: Registry) -> str:
    text = orjson.dumps(model_of_template(template_id, ""))
    return thumbnail(dsl.read(text, format="json", registry=registry))
