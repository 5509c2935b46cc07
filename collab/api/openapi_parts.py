"""Parts of the API's description: operations, parameters, schemas of objects.

SPEC: section AP. Called by ``openapi`` and its parts.
"""

from __future__ import annotations

from typing import Any, Final

__all__ = ["ROOM", "object_of", "operation", "query", "segment"]

# The room of an address.
ROOM: Final[dict[str, Any]] = {
    "name": "room",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
}
_PROBLEM: Final = {
    "description": "What is wrong, with a stable code.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}


def operation(
    summary: str,
    schema: str | None,
    *,
    status: str = "200",
    body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return an operation that answers with *schema*, a name among the schemas, or without one."""
    response: dict[str, Any] = {"description": summary}
    if schema is not None:
        reference = {"$ref": f"#/components/schemas/{schema}"}
        response["content"] = {"application/json": {"schema": reference}}
    described: dict[str, Any] = {
        "summary": summary,
        "responses": {status: response, "default": _PROBLEM},
    }
    if body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": body}},
        }
    return described


def segment(name: str) -> dict[str, Any]:
    """Return a parameter of the path that is any text."""
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter of the query, which may be left out."""
    return {"name": name, "in": "query", "required": False, "schema": schema}


def object_of(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """Return the schema of an object."""
    return {"type": "object", "properties": properties, "required": required}
