"""The description of the routes about component locks.

SPEC: section RG. Called by ``openapi``.
"""

from __future__ import annotations

from typing import Any

from collab.api.openapi_parts import ROOM, object_of, operation, query, segment

__all__ = ["lock_paths", "lock_schemas"]


def lock_paths() -> dict[str, Any]:
    """Return the paths by their address."""
    locks = "/api/rooms/{room}/locks"
    body = object_of(
        {
            "component": {
                "type": "string",
                "description": "A node's id, or `application` for the application's head.",
            },
            "action": {"enum": ["acquire", "wait", "renew", "release"], "default": "acquire"},
        },
        ["component"],
    )
    number = {"type": "integer", "minimum": 0}
    return {
        locks: {
            "parameters": [ROOM],
            "get": operation("Who holds and who waits for which element.", "Locks"),
            "post": operation(
                "Take, wait for, renew or give back the lock of an element with everything in it. "
                "The caller's user holds it, and nobody else changes what it holds.",
                "LockAnswer",
                body=body,
            ),
        },
        f"{locks}/{{component}}": {
            "parameters": [ROOM, segment("component"), query("lock", number)],
            "delete": operation(
                "Break somebody's lock; with `lock` the one that has this token alone.",
                "LockAnswer",
            ),
        },
    }


def lock_schemas() -> dict[str, Any]:
    """Return the schemas by their name."""
    text, number = {"type": "string"}, {"type": "integer", "minimum": 0}
    moment = {**number, "description": "Unix time in milliseconds."}
    who = {"component": text, "user": text, "name": text, "color": text, "since": moment}
    token = {**number, "description": "The revision that took it."}
    lock = object_of({**who, "token": token, "until": moment}, [*who, "token", "until"])
    waiter = object_of({**who, "position": number}, [*who, "position"])
    answer = {
        "revision": number,
        "component": text,
        "standing": {"enum": ["held", "queued", "free"]},
        "token": token,
        "until": moment,
        "position": number,
    }
    return {
        "Locks": object_of(
            {
                "revision": number,
                "locks": {"type": "array", "items": lock},
                "waiting": {"type": "array", "items": waiter},
            },
            ["revision", "locks", "waiting"],
        ),
        "LockAnswer": object_of(answer, ["revision", "component", "standing"]),
    }
