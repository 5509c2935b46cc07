"""The description of the HTTP API, OpenAPI 3.1. A test holds it against the routes.

SPEC: section AP. Called by ``app``.
"""

from __future__ import annotations

from typing import Any

from collab.api.openapi_history import history_paths, history_schemas
from collab.api.openapi_locks import lock_paths, lock_schemas
from collab.api.openapi_parts import ROOM, object_of, operation, query, segment
from collab.api.openapi_templates import template_paths, template_schemas

__all__ = ["describe"]

_HISTORY = "A page of the history. It may be shorter than asked for; it ends at the head."


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
            **history_paths(),
            **lock_paths(),
            **template_paths(),
            **_server_paths(),
        },
        "components": {"schemas": _schemas()},
    }


def _session_paths() -> dict[str, Any]:
    return {
        "/api/session": {
            "get": operation("Who am I? In local mode, makes a new browser a guest.", "Session"),
            "put": operation(
                "Rename a guest: of local mode, or of a share link.",
                "Session",
                body=object_of({"name": {"type": "string", "maxLength": 60}}, ["name"]),
            ),
        }
    }


def _room_paths() -> dict[str, Any]:
    body = object_of(
        {
            "name": ROOM["schema"],
            "title": {"type": "string", "maxLength": 120},
            "model": {"type": "object", "description": "A model in its disk form."},
            "template": {"type": "string", "description": "One of `/api/templates`."},
        },
        ["name"],
    )
    title = {"type": "string", "maxLength": 120}
    return {
        "/api/rooms": {
            "get": {
                "parameters": [
                    query("search", {"type": "string", "maxLength": 200}),
                    query("deleted", {"type": "boolean"}),
                ],
                **operation("List the rooms, or those in the trash.", "Rooms"),
            },
            "post": operation("Create a room.", "Room", status="201", body=body),
        },
        "/api/rooms/{room}": {
            "parameters": [ROOM],
            "get": operation("One room.", "Room"),
            "patch": operation(
                "Rename the room.", "Room", body=object_of({"title": title}, ["title"])
            ),
            "delete": operation("Put the room into the trash.", "Room"),
        },
        "/api/rooms/{room}/restore": {
            "parameters": [ROOM],
            "post": operation("Take the room out of the trash.", "Room"),
        },
        "/api/rooms/{room}/duplicate": {
            "parameters": [ROOM],
            "post": operation(
                "Make a new room with a copy of the model: ids are kept, history is not copied.",
                "Room",
                status="201",
                body=object_of({"name": ROOM["schema"], "title": title}, ["name"]),
            ),
        },
        "/api/rooms/{room}/thumbnail.svg": {
            "parameters": [ROOM],
            "get": operation("The first page as a wireframe.", None),
        },
        "/api/rooms/{room}/import": {
            "parameters": [ROOM, query("create", {"type": "boolean"})],
            "post": {
                **operation("Replace the room's model by a file, by diff.", "Imported"),
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
            "parameters": [ROOM, query("format", {"enum": ["json", "yaml"]})],
            "get": operation("The model in its canonical disk form.", None),
        },
    }


def _people_paths() -> dict[str, Any]:
    role = {"enum": ["owner", "editor", "reviewer", "viewer"]}
    members, shares = "/api/rooms/{room}/members", "/api/rooms/{room}/shares"
    life = {"type": "integer", "minimum": 60, "maximum": 366 * 24 * 3600}
    share = object_of({"role": {"enum": role["enum"][1:]}, "expiresInSeconds": life}, ["role"])
    share["required"].append("expiresInSeconds")
    token = object_of({"token": {"type": "string"}, "id": {"type": "string"}}, [])
    token["properties"]["expiresAt"] = {"type": "string", "format": "date-time"}
    return {
        members: {
            "parameters": [ROOM],
            "get": operation("Who has a role of their own in the room.", "Members"),
        },
        f"{members}/{{user}}": {
            "parameters": [ROOM, segment("user")],
            "put": operation(
                "Give a user a role.", "Member", body=object_of({"role": role}, ["role"])
            ),
            "delete": operation("Take a user off the list.", None, status="204"),
        },
        shares: {
            "parameters": [ROOM],
            "get": operation("The links that were made for the room.", "Shares"),
            "post": operation(
                "Make a link. No other answer holds it.", "NewShare", status="201", body=share
            ),
        },
        f"{shares}/{{share}}": {
            "parameters": [ROOM, segment("share")],
            "delete": operation("Revoke a link.", "Share"),
        },
        "/api/tokens/revoke": {
            "post": operation(
                "Revoke a token: the one in the body, one by its id and expiry, or one's own.",
                None,
                status="204",
                body=token,
            )
        },
    }


def _content_paths() -> dict[str, Any]:
    pages = [
        query("after", {"type": "integer", "minimum": 0}),
        query("limit", {"type": "integer", "minimum": 0, "maximum": 1000}),
    ]
    return {
        "/api/rooms/{room}/definitions": {
            "parameters": [ROOM],
            "get": operation("The definitions that the model is checked against.", None),
        },
        "/api/rooms/{room}/problems": {
            "parameters": [ROOM],
            "get": operation("What is accepted but not right.", "Problems"),
        },
        "/api/rooms/{room}/revisions": {
            "parameters": [ROOM, *pages],
            "get": operation(_HISTORY, "Revisions"),
        },
        "/api/free/{collection}/{document}/revisions": {
            "parameters": [segment("collection"), segment("document"), *pages],
            "get": operation(_HISTORY, "Revisions"),
        },
        "/api/rooms/{room}/model": {
            "parameters": [ROOM],
            "get": operation("The live form at the head.", None),
        },
    }


def _taking_back_paths() -> dict[str, Any]:
    revert = object_of({"revision": {"type": "integer", "minimum": 1}}, ["revision"])
    source = {
        "type": "string",
        "description": "The caller's own: the connection id of a ShareDB client, or the source "
        "that a native client has named.",
    }
    undo = object_of({"source": source}, ["source"])
    operations = {
        "revert": ("Take back one revision, as far as it still applies.", revert),
        "undo": ("Take back the last edit of a source.", undo),
        "redo": ("Do again what was undone last for a source.", undo),
    }
    rooms: dict[str, list[dict[str, Any]]] = {
        "/api/rooms/{room}": [ROOM],
        "/api/free/{collection}/{document}": [segment("collection"), segment("document")],
    }
    paths = {
        f"{room}/{name}": {
            "parameters": parameters,
            "post": operation(summary, "TakenBack", body=body),
        }
        for room, parameters in rooms.items()
        for name, (summary, body) in operations.items()
    }
    trim = object_of({"before": {"type": "integer", "minimum": 1}}, ["before"])
    summary = "Forget the revisions up to the newest snapshot not above the one named."
    for room, parameters in rooms.items():
        paths[f"{room}/trim"] = {
            "parameters": parameters,
            "post": operation(summary, "Trimmed", body=trim),
        }
    return paths


def _server_paths() -> dict[str, Any]:
    return {
        "/healthz": {"get": operation("The process answers.", None)},
        "/readyz": {"get": operation("Rooms can be joined.", None)},
        "/metrics": {"get": operation("Prometheus metrics.", None)},
        "/api/openapi.json": {"get": operation("This document.", None)},
    }


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
        "present": {"type": "array", "items": object_of({"name": text, "color": text}, ["name"])},
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
    problems = {"type": "array", "items": object_of(problem, ["node", "code", "message"])}
    fault = object_of({"pointer": text, "line": number, "code": text, "reason": text}, ["pointer"])
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
        "restores": {
            "type": ["integer", "null"],
            "description": "The revision whose model this one made again.",
        },
        "doctype": {**text, "description": "The document's type: json0 but for texts."},
    }
    session = {"user": text, "name": text, "color": text, "tenant": text, "role": text}
    return {
        # A guest of a share link has a room, and whoever signed in an end (Unix milliseconds).
        "Session": object_of(
            {**session, "room": text, "expiresAt": {"type": "integer"}}, list(session)
        ),
        "Room": object_of(room, list(room)),
        "Rooms": object_of(
            {
                "rooms": {"type": "array", "items": {"$ref": "#/components/schemas/Room"}},
                "mode": {"enum": ["local", "token"]},
                "mayCreate": {"type": "boolean"},
            },
            ["rooms", "mode", "mayCreate"],
        ),
        **_people_schemas(text, moment),
        "Imported": object_of(
            {
                "room": text,
                "revision": number,
                "changed": {"type": "boolean"},
                "problems": problems,
            },
            ["room", "revision", "changed", "problems"],
        ),
        "Problems": object_of({"revision": number, "problems": problems}, ["revision", "problems"]),
        "Revisions": object_of(
            {
                "revisions": {"type": "array", "items": object_of(revision, list(revision))},
                "head": number,
                "start": {**number, "description": "Revisions up to this one are not kept."},
            },
            ["revisions", "head", "start"],
        ),
        **history_schemas(),
        **lock_schemas(),
        **template_schemas(),
        "Trimmed": object_of({"start": number}, ["start"]),
        "TakenBack": object_of(
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
        "Error": object_of(
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
        "Member": object_of(member, list(member)),
        "Members": object_of({"members": members, "user": text, "role": text}, ["members"]),
        "Share": object_of(share, list(share)),
        "Shares": object_of({"shares": shares}, ["shares"]),
        "NewShare": object_of(
            {"share": {"$ref": "#/components/schemas/Share"}, "link": text}, ["share", "link"]
        ),
    }
