"""Presences in documents: brought to the newest revision before they are passed on.

A cursor is right at the revision at which its client sent it. Whoever reads it is at the newest or
will be soon, so it is transformed over what was committed in between while that is in memory; one
that lags further behind is passed on as it is, since every client can do the same.
SPEC: section PN. Called by ``forum``.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from collab.errors import PeerError, Refused
from collab.host.admission import room_of
from collab.host.host import Host
from collab.ids import TenantId
from collab.limits import PRESENCE_LAG_MAX
from collab.ot.types import OTType, find_type
from collab.protocol.sharedb_presence import Presence
from collab.revision import ChangeKind, Revision
from collab.values import Json

__all__ = ["bring_forward"]


def bring_forward(host: Host, tenant: TenantId, presence: Presence) -> Presence:
    """Return *presence* as it is at the newest durable revision of its document, if it has one.

    Raises ``Refused``: ``presence_type`` if documents of its type have no presence, and
    ``presence_transform`` if the value is none of that type.
    """
    place = presence.place
    if place is None:
        return presence
    kind = None if place.type is None else _type_of(place.type)
    room = host.open_room(room_of(tenant, place.collection, place.document))
    if room is None or kind is None or place.revision is None:
        return presence
    durable, ledger = room.room.durable, room.room.committer.ledger
    is_near = 0 <= durable - place.revision <= PRESENCE_LAG_MAX
    if not is_near or not ledger.has_since(place.revision):
        return presence
    value = presence.value
    for revision in takewhile(lambda item: item.number <= durable, ledger.since(place.revision)):
        value = _after(kind, value, revision, is_own=revision.source == presence.source)
    return replace(presence, value=value, place=replace(place, revision=durable))


def _type_of(name: str) -> OTType:
    try:
        kind = find_type(name)
    except PeerError:
        kind = None
    if kind is None or kind.transform_presence is None:
        raise Refused("presence_type", f"Type does not support presence: {name[:200]}")
    return kind


def _after(kind: OTType, value: Json, revision: Revision, *, is_own: bool) -> Json:
    match revision.kind:
        case ChangeKind.CREATE | ChangeKind.DELETE:
            # Another document: what was shown in the old one is nowhere in it.
            return None
        case ChangeKind.OP if value is not None:
            assert kind.transform_presence is not None
            if revision.type != kind.name:
                raise Refused("presence_type", "the document is of another type than its presence")
            try:
                return kind.transform_presence(value, revision.change, is_own)
            except (PeerError, TypeError, ValueError, KeyError, AttributeError) as error:
                raise Refused(
                    "presence_transform", "the presence does not fit the type of its document"
                ) from error
        case _:
            return value
