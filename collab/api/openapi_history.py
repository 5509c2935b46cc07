"""The description of the history's routes.

SPEC: section HI. Called by ``openapi``.
"""

from __future__ import annotations

from typing import Any

from collab.api.openapi_parts import ROOM, object_of, operation, query, segment
from collab.limits import HISTORY_GROUPS_MAX, IDEMPOTENCY_KEY_BYTES_MAX

__all__ = ["history_paths", "history_schemas"]


def history_paths() -> dict[str, Any]:
    """Return the paths by their address."""
    number = {"type": "integer", "minimum": 0}
    return {
        "/api/rooms/{room}/history": {
            "parameters": [
                ROOM,
                query("before", number),
                query("around", number),
                query("limit", {**number, "maximum": HISTORY_GROUPS_MAX}),
                query("author", {"type": "string"}),
                query("node", {"type": "string"}),
            ],
            "get": operation(
                "Who changed what, in words: groups of one person's revisions, newest first. The "
                "next page is had with `before` = `next`; `around` gives the page that a revision "
                "is on, and the page above it with `around` = `newer`.",
                "History",
            ),
        },
        "/api/rooms/{room}/revisions/{revision}/model": {
            "parameters": [ROOM, segment("revision")],
            "get": operation("The live form as it was at a revision.", None),
        },
        "/api/rooms/{room}/revisions/{revision}/restore": {
            "parameters": [
                ROOM,
                segment("revision"),
                {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "schema": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": IDEMPOTENCY_KEY_BYTES_MAX,
                    },
                },
            ],
            "post": operation(
                "Make the model what it was at a revision, as a new revision. Sent again with the "
                "same `Idempotency-Key` it is done once, and answered the same.",
                "Restored",
            ),
        },
    }


def history_schemas() -> dict[str, Any]:
    """Return the schemas that the paths refer to."""
    text, number = {"type": "string"}, {"type": "integer", "minimum": 0}
    moment = {"type": "string", "format": "date-time"}
    nodes = {
        "type": "array",
        "items": text,
        "description": "Ids of what was touched, `application` for the head; not beyond a bound.",
    }
    entry = {
        "first": number,
        "last": number,
        "time": moment,
        "words": text,
        "changes": number,
        "nodes": nodes,
    }
    author = {"user": text, "name": text, "color": text}
    group = {
        "first": {**number, "description": "It names the group: a group only grows at its end."},
        "last": number,
        "author": object_of(author, list(author)),
        "begin": moment,
        "end": moment,
        "words": text,
        "changes": number,
        "nodes": nodes,
        "entries": {"type": "array", "items": object_of(entry, list(entry))},
    }
    history = {
        "groups": {"type": "array", "items": object_of(group, list(group))},
        "head": number,
        "start": {**number, "description": "Revisions up to this one are not kept."},
        "next": {"type": ["integer", "null"], "description": "Null where the history ends."},
        "newer": {"type": ["integer", "null"], "description": "Null where it reaches to now."},
    }
    return {
        "History": object_of(history, list(history)),
        "Restored": object_of(
            {"revision": number, "changed": {"type": "boolean"}}, ["revision", "changed"]
        ),
    }
