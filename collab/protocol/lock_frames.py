"""Component locks on the wire: the same fields in the native and the Hocuspocus protocol.

SPEC: sections NA and HP. Called by their adapters, and by the HTTP API.
"""

from __future__ import annotations

from collab.errors import ProtocolError
from collab.ids import RevisionNo, SessionId
from collab.limits import KEY_UTF16_MAX
from collab.lock_records import LockState
from collab.messages import Lock, LockAction, LockAnswer, LocksChanged, LockStanding
from collab.protocol.native_frames import Fields
from collab.values import Json, utf16_length

__all__ = ["answer_fields", "changed_fields", "read_lock", "state_fields"]


def read_lock(fields: Fields, session: SessionId) -> Lock:
    """Return the command in a ``lock`` message; ``ProtocolError`` (``protocol_field``)."""
    component, action = fields.text("component"), fields.text("action")
    if not 0 < utf16_length(component) <= KEY_UTF16_MAX:
        raise ProtocolError(
            f"a component is an id of at most {KEY_UTF16_MAX} characters", code="protocol_field"
        )
    if action not in set(LockAction):
        raise ProtocolError(f"an action is one of {', '.join(LockAction)}", code="protocol_field")
    token = fields.optional_integer("token")
    return Lock(
        session,
        fields.integer("id"),
        component,
        LockAction(action),
        None if token is None else RevisionNo(token),
    )


def answer_fields(event: LockAnswer) -> dict[str, Json]:
    """Return the answer to a ``lock`` message."""
    fields: dict[str, Json] = {
        "type": "lock",
        "id": event.request,
        "revision": event.revision,
        "component": event.component,
        "standing": str(event.standing),
    }
    match event.standing:
        case LockStanding.HELD:
            fields |= {"token": event.token, "until": event.until_ms}
        case LockStanding.QUEUED:
            fields |= {"position": event.position, "until": event.until_ms}
        case LockStanding.REFUSED:
            fields |= {"code": event.code, "reason": event.reason, "nodes": list(event.nodes)}
    return fields


def changed_fields(event: LocksChanged) -> dict[str, Json]:
    """Return the push of who holds and who waits for what."""
    return {"type": "locks", "revision": event.revision, **state_fields(event.locks)}


def state_fields(state: LockState) -> dict[str, Json]:
    """Return who holds what, by component, and who waits, in the order of their coming."""
    return {
        "locks": [
            {
                "component": lock.component,
                "user": lock.user,
                "name": lock.name,
                "color": lock.color,
                "token": lock.token,
                "since": lock.since_ms,
                "until": lock.until_ms,
            }
            for lock in state.held
        ],
        "waiting": [
            {
                "component": waiter.component,
                "user": waiter.user,
                "name": waiter.name,
                "color": waiter.color,
                "since": waiter.since_ms,
                "position": state.position(waiter.component, waiter.user),
            }
            for waiter in state.waiting
        ],
    }
