"""The description of the HTTP API, OpenAPI 3.1. A test holds it against the routes.

SPEC: section AP. Called by ``app``.
"""

from __future__ import annotations

from typing import Any

__all__ = ["describe"]

_ROOM = {
    "name": "room",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
}
_HISTORY = "A page of the history. It may be shorter than asked for; it ends at the head."
_PROBLEM = {
    "description": "What is wrong, with a stable code.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}


def describe() -> dict[str, Any]:
    """Return the document served at ``/api/openapi.json``."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Design Rooms",
            "version": "1",
            "description": "Rooms in which people co-design an application model. Editing itself "
            "goes over WebSockets: /yjs/{room}, /hocuspocus, /rooms/{room}/socket.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            **_session_paths(),
            **_room_paths(),
            **_people_paths(),
            **_content_paths(),
            **_taking_back_paths(),
            **_server_paths(),
        },
        "components": {"schemas": _schemas()},
    }


def _session_paths() -> dict[str, Any]:
    return {
        "/api/session": {
            "get": _operation("Who am I? In local mode, makes a new browser a guest.", "Session"),
            "put": _operation(
                "Rename a guest: of local mode, or of a share link.",
                "Session",
                body=_object({"name": {"type": "string", "maxLength": 60}}, ["name"]),
            ),
        }
    }


def _room_paths() -> dict[str, Any]:
    body = _object(
        {
            "name": _ROOM["schema"],
            "title": {"type": "string", "maxLength": 120},
            "model": {"type": "object", "description": "A model in its disk form."},
        },
        ["name"],
    )
    title = {"type": "string", "maxLength": 120}
    return {
        "/api/rooms": {
            "get": {
                "parameters": [
                    _query("search", {"type": "string", "maxLength": 200}),
                    _query("deleted", {"type": "boolean"}),
                ],
                **_operation("List the rooms, or those in the trash.", "Rooms"),
            },
            "post": _operation("Create a room.", "Room", status="201", body=body),
        },
        "/api/rooms/{room}": {
            "parameters": [_ROOM],
            "get": _operation("One room.", "Room"),
            "patch": _operation(
                "Rename the room.", "Room", body=_object({"title": title}, ["title"])
            ),
            "delete": _operation("Put the room into the trash.", "Room"),
        },
        "/api/rooms/{room}/restore": {
            "parameters": [_ROOM],
            "post": _operation("Take the room out of the trash.", "Room"),
        },
        "/api/rooms/{room}/duplicate": {
            "parameters": [_ROOM],
            "post": _operation(
                "Make a new room with a copy of the model: ids are kept, history is not copied.",
                "Room",
                status="201",
                body=_object({"name": _ROOM["schema"], "title": title}, ["name"]),
            ),
        },
        "/api/rooms/{room}/thumbnail.svg": {
            "parameters": [_ROOM],
            "get": _operation("The first page as a wireframe.", None),
        },
        "/api/rooms/{room}/import": {
            "parameters": [_ROOM, _query("create", {"type": "boolean"})],
            "post": {
                **_operation("Replace the room's model by a file, by diff.", "Imported"),
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"type": "object"}},
                        "application/yaml": {"schema": {"type": "string"}},
                    },
                },
            },
        },
        "/api/rooms/{room}/export": {
            "parameters": [_ROOM, _query("format", {"enum": ["json", "yaml"]})],
            "get": _operation("The model in its canonical disk form.", None),
        },
    }


def _people_paths() -> dict[str, Any]:
    role = {"enum": ["owner", "editor", "reviewer", "viewer"]}
    members, shares = "/api/rooms/{room}/members", "/api/rooms/{room}/shares"
    life = {"type": "integer", "minimum": 60, "maximum": 366 * 24 * 3600}
    share = _object({"role": {"enum": role["enum"][1:]}, "expiresInSeconds": life}, ["role"])
    share["required"].append("expiresInSeconds")
    token = _object({"token": {"type": "string"}, "id": {"type": "string"}}, [])
    token["properties"]["expiresAt"] = {"type": "string", "format": "date-time"}
    return {
        members: {
            "parameters": [_ROOM],
            "get": _operation("Who has a role of their own in the room.", "Members"),
        },
        f"{members}/{{user}}": {
            "parameters": [_ROOM, _segment("user")],
            "put": _operation(
                "Give a user a role.", "Member", body=_object({"role": role}, ["role"])
            ),
            "delete": _operation("Take a user off the list.", None, status="204"),
        },
        shares: {
            "parameters": [_ROOM],
            "get": _operation("The links that were made for the room.", "Shares"),
            "post": _operation(
                "Make a link. No other answer holds it.", "NewShare", status="201", body=share
            ),
        },
        f"{shares}/{{share}}": {
            "parameters": [_ROOM, _segment("share")],
            "delete": _operation("Revoke a link.", "Share"),
        },
        "/api/tokens/revoke": {
            "post": _operation(
                "Revoke a token: the one in the body, one by its id and expiry, or one's own.",
                None,
                status="204",
                body=token,
            )
        },
    }


def _content_paths() -> dict[str, Any]:
    pages = [
        _query("after", {"type": "integer", "minimum": 0}),
        _query("limit", {"type": "integer", "minimum": 0, "maximum": 1000}),
    ]
    return {
        "/api/rooms/{room}/definitions": {
            "parameters": [_ROOM],
            "get": _operation("The definitions that the model is checked against.", None),
        },
        "/api/rooms/{room}/problems": {
            "parameters": [_ROOM],
            "get": _operation("What is accepted but not right.", "Problems"),
        },
        "/api/rooms/{room}/revisions": {
            "parameters": [_ROOM, *pages],
            "get": _operation(_HISTORY, "Revisions"),
        },
        "/api/free/{collection}/{document}/revisions": {
            "parameters": [_segment("collection"), _segment("document"), *pages],
            "get": _operation(_HISTORY, "Revisions"),
        },
        "/api/rooms/{room}/model": {
            "parameters": [_ROOM],
            "get": _operation("The live form at the head.", None),
        },
    }


def _taking_back_paths() -> dict[str, Any]:
    revert = _object({"revision": {"type": "integer", "minimum": 1}}, ["revision"])
    source = {
        "type": "string",
        "description": "The caller's own: the connection id of a ShareDB client, or the source "
        "that a native client has named.",
    }
    undo = _object({"source": source}, ["source"])
    operations = {
        "revert": ("Take back one revision, as far as it still applies.", revert),
        "undo": ("Take back the last edit of a source.", undo),
        "redo": ("Do again what was undone last for a source.", undo),
    }
    rooms: dict[str, list[dict[str, Any]]] = {
        "/api/rooms/{room}": [_ROOM],
        "/api/free/{collection}/{document}": [_segment("collection"), _segment("document")],
    }
    paths = {
        f"{room}/{name}": {
            "parameters": parameters,
            "post": _operation(summary, "TakenBack", body=body),
        }
        for room, parameters in rooms.items()
        for name, (summary, body) in operations.items()
    }
    trim = _object({"before": {"type": "integer", "minimum": 1}}, ["before"])
    summary = "Forget the revisions up to the newest snapshot not above the one named."
    for room, parameters in rooms.items():
        paths[f"{room}/trim"] = {
            "parameters": parameters,
            "post": _operation(summary, "Trimmed", body=trim),
        }
    return paths


def _server_paths() -> dict[str, Any]:
    return {
        "/healthz": {"get": _operation("The process answers.", None)},
        "/readyz": {"get": _operation("Rooms can be joined.", None)},
        "/metrics": {"get": _operation("Prometheus metrics.", None)},
        "/api/openapi.json": {"get": _operation("This document.", None)},
    }


def _operation(
    summary: str,
    schema: str | None,
    *,
    status: str = "200",
    body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    response: dict[str, Any] = {"description": summary}
    if schema is not None:
        reference = {"$ref": f"#/components/schemas/{schema}"}
        response["content"] = {"application/json": {"schema": reference}}
    operation: dict[str, Any] = {
        "summary": summary,
        "responses": {status: response, "default": _PROBLEM},
    }
    if body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": body}},
        }
    return operation


def _segment(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required}


def _schemas() -> dict[str, Any]:
    text, number, moment = (
        {"type": "string"},
        {"type": "integer", "minimum": 0},
        {"type": "string", "format": "date-time"},
    )
    room = {
        "name": text,
        "title": text,
        "createdBy": text,
        "createdAt": moment,
        "updatedAt": moment,
        "revision": number,
        "role": text,
        "sessions": number,
        "people": number,
        "present": {"type": "array", "items": _object({"name": text, "color": text}, ["name"])},
        "problems": {"type": ["integer", "null"], "description": "Null while the room is closed."},
        "deletedAt": {"type": ["string", "null"], "format": "date-time"},
        "purgedAt": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "From then on a deleted room cannot be restored.",
        },
    }
    problem = {
        "node": text,
        "path": {"type": "array"},
        "code": text,
        "message": text,
        "severity": text,
    }
    problems = {"type": "array", "items": _object(problem, ["node", "code", "message"])}
    fault = _object({"pointer": text, "line": number, "code": text, "reason": text}, ["pointer"])
    revision = {
        "revision": number,
        "author": text,
        "time": moment,
        "kind": {"enum": ["op", "create", "del", "none"]},
        "change": {"description": "Components of the type for an op, the document for a create."},
        "update": {"type": "string", "contentEncoding": "base64"},
        "epoch": number,
        "source": {"type": ["string", "null"]},
        "seq": {"type": ["integer", "null"]},
        "reverts": {
            "type": ["integer", "null"],
            "description": "The revision that this one takes back.",
        },
        "doctype": {**text, "description": "The document's type: json0 but for texts."},
    }
    session = {"user": text, "name": text, "color": text, "tenant": text, "role": text}
    return {
        # A guest of a share link has a room, and whoever signed in an end (Unix milliseconds).
        "Session": _object(
            {**session, "room": text, "expiresAt": {"type": "integer"}}, list(session)
        ),
        "Room": _object(room, list(room)),
        "Rooms": _object(
            {
                "rooms": {"type": "array", "items": {"$ref": "#/components/schemas/Room"}},
                "mode": {"enum": ["local", "token"]},
                "mayCreate": {"type": "boolean"},
            },
            ["rooms", "mode", "mayCreate"],
        ),
        **_people_schemas(text, moment),
        "Imported": _object(
            {
                "room": text,
                "revision": number,
                "changed": {"type": "boolean"},
                "problems": problems,
            },
            ["room", "revision", "changed", "problems"],
        ),
        "Problems": _object({"revision": number, "problems": problems}, ["revision", "problems"]),
        "Revisions": _object(
            {
                "revisions": {"type": "array", "items": _object(revision, list(revision))},
                "head": number,
                "start": {**number, "description": "Revisions up to this one are not kept."},
            },
            ["revisions", "head", "start"],
        ),
        "Trimmed": _object({"start": number}, ["start"]),
        "TakenBack": _object(
            {
                "revision": number,
                "conflicts": {
                    "type": "array",
                    "items": {"type": "array", "items": {"type": ["string", "integer"]}},
                    "description": "Where it no longer applied, because of what came since.",
                },
            },
            ["revision", "conflicts"],
        ),
        "Error": _object(
            {
                "type": text,
                "title": text,
                "status": number,
                "code": text,
                "detail": text,
                "errors": {"type": "array", "items": fault},
            },
            ["type", "title", "status", "code", "detail"],
        ),
    }


def _people_schemas(text: dict[str, Any], moment: dict[str, Any]) -> dict[str, Any]:
    member = {"user": text, "role": text, "isCreator": {"type": "boolean"}}
    share = {
        "id": text,
        "role": text,
        "createdBy": text,
        "createdAt": moment,
        "expiresAt": moment,
        "revokedAt": {"type": ["string", "null"], "format": "date-time"},
    }
    members = {"type": "array", "items": {"$ref": "#/components/schemas/Member"}}
    shares = {"type": "array", "items": {"$ref": "#/components/schemas/Share"}}
    return {
        "Member": _object(member, list(member)),
        "Members": _object({"members": members, "user": text, "role": text}, ["members"]),
        "Share": _object(share, list(share)),
        "Shares": _object({"shares": shares}, ["shares"]),
        "NewShare": _object(
            {"share": {"$ref": "#/components/schemas/Share"}, "link": text}, ["share", "link"]
        ),
    }
