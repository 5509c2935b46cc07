"""Inspection of a Yjs update before it touches a Doc.

A Doc takes whatever it is given: half an update whose dependencies are missing, structs under
somebody else's client id, types that the room cannot show, keys that break JavaScript clients.
So each update is read and judged here first, against the room's state vector and its table of
client ids, without the Doc, and by an index of where things stand in it. What depends on the Doc's
content (whether a value is allowed there) is left to the room, which sees the events of its twin.

SPEC: section CR (rules CR10 to CR17, CR21 to CR28). Called by the room for each update.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import assert_never

from collab.crdt.dependencies import find_missing
from collab.crdt.lost import LostRange, collected_content, kept_content
from collab.crdt.nesting import check_nesting
from collab.crdt.placement import Placement
from collab.crdt.places import PlaceIndex
from collab.crdt.structs import (
    ContentKind,
    DecodedUpdate,
    Id,
    Struct,
    StructKind,
    TypeRef,
    decode,
    decode_state_vector,
    encode_state_vector,
)
from collab.errors import InvalidUpdate, InvalidValue, LimitExceeded
from collab.limits import CLIENT_IDS_PER_UPDATE_MAX, KEY_UTF16_MAX
from collab.records import dataclass
from collab.values import FORBIDDEN_KEYS, Json, normalize, utf16_length

__all__ = [
    "ContentKind",
    "DecodedUpdate",
    "Id",
    "Inspection",
    "LostRange",
    "Rules",
    "Struct",
    "StructKind",
    "TypeRef",
    "decode",
    "decode_state_vector",
    "encode_state_vector",
    "inspect",
    "lost_ranges",
]

_clock_of = attrgetter("clock")


@dataclass(frozen=True, slots=True)
class Rules:
    """What a room lets into its Doc.

    ``allowed_roots`` are the root types that may be written (``None``: any). A root of
    ``json_roots`` has to be a map. ``restricts_types`` holds in rooms whose whole content is the
    JSON document: only maps, arrays, texts and JSON values may come in.
    """

    allowed_roots: frozenset[str] | None
    json_roots: frozenset[str]
    restricts_types: bool


@dataclass(frozen=True, slots=True)
class Inspection:
    """What an update would do.

    ``is_known``: it brings no struct that the room lacks, and no deletes (whether those are known
    cannot be told from a state vector). ``new_clients``: ids under which new structs come and
    which nobody owns so far; record them for the principal once the update is accepted.
    ``missing``: for each client of which something is lacking, the first clock that is; if it is
    empty, the update applies completely, otherwise it must not be applied.
    ``new_structs``: the structs that are new at least in part.
    """

    decoded: DecodedUpdate
    is_known: bool
    new_clients: tuple[int, ...]
    missing: tuple[Id, ...]
    new_structs: tuple[Struct, ...]
    known: Mapping[int, int]

    @property
    def new_struct_count(self) -> int:
        return len(self.new_structs)

    @property
    def lost_candidates(self) -> tuple[LostRange, ...]:
        """The new visible content that the update itself does not delete again."""
        return tuple(kept_content(self.new_structs, self.decoded, self.known))


def inspect(
    update: bytes,
    *,
    state_vector: Mapping[int, int],
    owner_of: Callable[[int], str | None],
    principal: str,
    rules: Rules,
    places: PlaceIndex | None = None,
) -> Inspection:
    """Judge *update*, which *principal* sent, against a room at *state_vector*.

    *owner_of* returns who used a client id first (the server's own ids have an owner too), or
    ``None``. Only what is new is judged: content that the room has already is skipped.

    Raises ``InvalidUpdate`` with ``update_malformed``, ``update_foreign_client``,
    ``update_unknown_root``, ``update_type_not_allowed``, ``update_key`` or ``update_value``, and
    ``LimitExceeded`` with ``update_limit``. Missing dependencies are no error: see ``missing``.
    An item with an origin inherits its parent and its key: *places* knows those of the room's Doc.
    Without it only what stands in the update itself is judged. Source: [CR10].
    """
    decoded = decode(update, is_bounded=True)
    known: dict[int, int] = {}
    new_structs: list[Struct] = []
    new_clients: list[int] = []
    for client, block in decoded.structs.items():
        clock = known[client] = state_vector.get(client, 0)
        new = [s for s in block if s.clock + s.length > clock and s.kind != "skip" and s.length]
        if new:
            new_structs += new
            new_clients.append(client)
    unowned = _check_clients(new_clients, owner_of, principal)
    for struct in new_structs:
        if struct.kind == "item":
            _check_item(struct, known[struct.client], rules)
    missing = find_missing(decoded, state_vector)
    if not missing:
        check_nesting(decoded, _find)
    if new_structs and not missing:
        placement = Placement(
            decoded,
            state_vector,
            places,
            _find,
            map_roots=rules.json_roots,
            is_restricted=rules.restricts_types,
        )
        placement.check(new_structs)
    return Inspection(
        decoded=decoded,
        is_known=not new_structs and not decoded.deletes,
        new_clients=unowned,
        missing=missing,
        new_structs=tuple(new_structs),
        known=known,
    )


def lost_ranges(inspection: Inspection, emitted: bytes) -> tuple[LostRange, ...]:
    """Return what of an inspected update came out of the Doc as garbage.

    *emitted* is the update that a Doc emitted when the inspected one, and nothing else, was
    applied to it. Content comes out as a gc struct when the type that it was put into had been
    deleted meanwhile: it is in no replica, and its author has to be told. Source: [CR19].
    """
    return tuple(
        collected_content(
            inspection.new_structs,
            inspection.decoded,
            inspection.known,
            decode(emitted),
        )
    )


def _check_clients(
    clients: Sequence[int], owner_of: Callable[[int], str | None], principal: str
) -> tuple[int, ...]:
    """Return those of *clients* that nobody owns; another's raises."""
    if len(clients) > CLIENT_IDS_PER_UPDATE_MAX:
        raise LimitExceeded(
            f"an update brings structs of more than {CLIENT_IDS_PER_UPDATE_MAX} clients",
            code="update_limit",
        )
    unowned: list[int] = []
    for client in clients:
        owner = owner_of(client)
        if owner is None:
            unowned.append(client)
        elif owner != principal:
            raise InvalidUpdate(
                "update_foreign_client",
                f"the client id {client} belongs to somebody else",
            )
    return tuple(unowned)


def _check_item(struct: Struct, known_clock: int, rules: Rules) -> None:
    if struct.parent_key is not None:
        _check_key(struct.parent_key)
    if struct.parent_root is not None:
        _check_root(struct, rules)
    if not rules.restricts_types:
        return
    match struct.content:
        case "string" | "deleted" | None:
            return
        case "any":
            offset = max(0, known_clock - struct.clock)
            for value in struct.value[offset:]:
                _check_value(value)
        case "type":
            if struct.type_ref not in (TypeRef.ARRAY, TypeRef.MAP, TypeRef.TEXT):
                raise _not_allowed("XML types")
        case "binary" | "embed" | "format" | "doc":
            raise _not_allowed(f"contents of kind {struct.content}")
        case _:
            assert_never(struct.content)


def _check_key(key: str) -> None:
    if key in FORBIDDEN_KEYS:
        raise InvalidUpdate("update_key", f"the key {key!r} is a member of Object.prototype")
    if utf16_length(key) > KEY_UTF16_MAX:
        raise LimitExceeded(f"a key is longer than {KEY_UTF16_MAX} units", code="update_limit")


def _check_root(struct: Struct, rules: Rules) -> None:
    root = struct.parent_root
    assert root is not None
    if rules.allowed_roots is not None and root not in rules.allowed_roots:
        raise InvalidUpdate("update_unknown_root", f"{root[:64]!r} is no root type of this room")
    if utf16_length(root) > KEY_UTF16_MAX:
        raise LimitExceeded(
            f"a root's name is longer than {KEY_UTF16_MAX} units", code="update_limit"
        )
    if root in rules.json_roots and struct.parent_key is None:
        raise _not_allowed(f"list items in {root!r}, which is a map,")


def _check_value(value: Json) -> None:
    if type(value) is str or value is None or isinstance(value, bool):
        return
    try:
        normalize(value)
    except InvalidValue as error:
        code = "update_key" if error.code == "value_key" else "update_value"
        raise InvalidUpdate(code, error.message) from None


def _not_allowed(what: str) -> InvalidUpdate:
    return InvalidUpdate("update_type_not_allowed", f"{what} are not allowed in this room")


def _find(decoded: DecodedUpdate, wanted: Id) -> Struct | None:
    block = decoded.structs.get(wanted.client)
    if not block:
        return None
    index = bisect_right(block, wanted.clock, key=_clock_of) - 1
    if index < 0 or wanted.clock >= block[index].clock + block[index].length:
        return None
    return block[index]
