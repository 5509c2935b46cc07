"""The description of the templates' routes.

SPEC: section TM. Called by ``openapi``.
"""

from __future__ import annotations

from typing import Any

from collab.api.openapi_parts import object_of, operation, segment

__all__ = ["template_paths", "template_schemas"]


def template_paths() -> dict[str, Any]:
    """Return the paths by their address."""
    return {
        "/api/templates": {"get": operation("What a new room can begin with.", "Templates")},
        "/api/templates/{template}/thumbnail.svg": {
            "parameters": [segment("template")],
            "get": operation("A template's first page as a wireframe.", None),
        },
    }


def template_schemas() -> dict[str, Any]:
    """Return the schemas that the paths refer to."""
    text = {"type": "string"}
    names = {"type": "array", "items": text}
    template = {
        "id": text,
        "title": text,
        "description": text,
        "icon": text,
        "dataModels": names,
        "pages": names,
        "workflows": names,
        "roles": names,
        "records": {"type": "integer", "minimum": 0},
    }
    items = {"type": "array", "items": object_of(template, list(template))}
    return {"Templates": object_of({"templates": items}, ["templates"])}
