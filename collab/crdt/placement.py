"""Whether each new item of an update may stand where it puts itself.

yjs and yrs take the container and the key of an item from its left neighbour, else from its right
one, else from the parent that it names. Honest clients can only write items that fit there; what
does not fit is forged, and does harm: pycrdt loops for ever over an array with text in it, yrs
stops in the middle of a transaction at a parent that is a value, and neighbours in two containers
make pycrdt and JavaScript differ for good. So every new item is taken to its container, through the
update itself or the index of the Doc, before the Doc sees it.

Whatever stands beside or in something that is garbage is garbage when it comes, for yjs and yrs
alike, unless its other neighbour is alive: then they differ, and no honest client writes it, since
the whole of a container becomes garbage at once.

SPEC: section CR (rules CR26 to CR28). Called by ``crdt.update`` once nothing is missing, so that no
item stands beside itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from collab.crdt.places import Container, Place, PlaceIndex
from collab.crdt.structs import ContentKind, DecodedUpdate, Id, Struct, TypeRef
from collab.errors import InvalidUpdate

__all__ = ["Placement"]

_Find: TypeAlias = Callable[[DecodedUpdate, Id], Struct | None]

_TEXT_CONTENTS: Final[frozenset[ContentKind | None]] = frozenset(
    {"string", "embed", "format", "type", "deleted"}
)
_VALUE_CONTENTS: Final[frozenset[ContentKind | None]] = frozenset(
    {"any", "binary", "type", "doc", "deleted"}
)
_XML_CONTENTS: Final[frozenset[ContentKind | None]] = frozenset({"type", "deleted"})

# What Yjs writes into the list of each type. Maps have no list.
_LIST_CONTENTS: Final[dict[int, frozenset[ContentKind | None]]] = {
    TypeRef.ARRAY: _VALUE_CONTENTS,
    TypeRef.TEXT: _TEXT_CONTENTS,
    TypeRef.XML_TEXT: _TEXT_CONTENTS,
    TypeRef.XML_ELEMENT: _XML_CONTENTS,
    TypeRef.XML_FRAGMENT: _XML_CONTENTS,
}
_TYPES_WITHOUT_KEYS: Final = frozenset({TypeRef.ARRAY, TypeRef.XML_FRAGMENT})

# Nobody knows: the item stands in the Doc, and there is no index of it.
_UNKNOWN: Final = Place("\0", None)


class Placement:
    """Takes the items of one update to their places.

    *clocks* is the room's state vector; what it covers is looked up in *places*, whatever the
    update says of it. Without *places* only what stands in the update itself is judged.
    """

    __slots__ = (
        "_clocks",
        "_decoded",
        "_find",
        "_is_restricted",
        "_kinds",
        "_last_id",
        "_last_place",
        "_map_roots",
        "_of",
        "_places",
        "_waiting",
    )

    def __init__(
        self,
        decoded: DecodedUpdate,
        clocks: Mapping[int, int],
        places: PlaceIndex | None,
        find: _Find,
        *,
        map_roots: frozenset[str],
        is_restricted: bool,
    ) -> None:
        self._decoded = decoded
        self._clocks = clocks
        self._places = places
        self._find = find
        self._map_roots = map_roots
        self._is_restricted = is_restricted
        self._of: dict[tuple[int, int], Place | None] = {}
        self._waiting: list[Struct] = []
        self._last_id = (-1, -1)
        self._last_place: Place | None = None
        self._kinds: dict[Container, int | None] = {}

    def check(self, new_structs: Iterable[Struct]) -> None:
        """Raise ``InvalidUpdate`` if an item does not fit where it stands.

        The codes are ``update_malformed`` for what yjs or yrs could not take and
        ``update_type_not_allowed`` for what a type cannot hold. Source: [CR26], yjs
        ``Item.getMissing`` and ``Item.integrate``.
        """
        for struct in new_structs:
            if struct.kind == "item":
                self._take(struct)

    def _take(self, struct: Struct) -> None:
        """Place *struct*, and before it whatever of the update it stands beside or in."""
        waiting = self._waiting
        waiting.append(struct)
        while waiting:
            item = waiting[-1]
            key = (item.client, item.clock)
            if key not in self._of:
                count = len(waiting)
                place = self._place_of(item)
                if len(waiting) > count:
                    continue
                if place is not None and place is not _UNKNOWN:
                    self._check_content(item, place)
                self._of[key] = self._last_place = place
                self._last_id = (item.client, item.clock + item.length - 1)
            waiting.pop()

    def _brought(self, wanted: Id) -> Struct:
        """Return the struct of the update that covers a clock; it is placed first if need be."""
        struct = self._find(self._decoded, wanted)
        assert struct is not None, "something is missing"
        if struct.kind == "item" and (struct.client, struct.clock) not in self._of:
            self._waiting.append(struct)
        return struct

    def _place_of(self, item: Struct) -> Place | None:
        """Return where *item* stands, None if it becomes garbage."""
        place: Place | None
        if item.parent_root is not None:
            place = Place(item.parent_root, item.parent_key)
        elif item.parent_id is not None:
            place = self._place_within(item.parent_id, item.parent_key)
        elif item.origin is not None:
            place = self._place_beside(item.origin)
            if item.right_origin is not None:
                if item.right_origin == item.origin:
                    raise _malformed("an item stands on both sides of another")
                place = self._common(place, self._place_beside(item.right_origin))
        else:
            assert item.right_origin is not None
            place = self._place_beside(item.right_origin)
        known = self._clocks.get(item.client, 0)
        if known > item.clock:
            # The Doc has the first half, and the second comes to stand right behind it.
            place = self._common(self._place_beside(Id(item.client, known - 1)), place)
        return place

    def _place_beside(self, neighbour: Id) -> Place | None:
        if neighbour == self._last_id:
            # What somebody types comes as one item after the other.
            return self._last_place
        client, clock = neighbour
        if clock < self._clocks.get(client, 0):
            return self._places.find(client, clock) if self._places is not None else _UNKNOWN
        struct = self._brought(neighbour)
        return self._of.get((client, struct.clock), _UNKNOWN) if struct.kind == "item" else None

    def _place_within(self, parent: Id, key: str | None) -> Place | None:
        client, clock = parent
        if clock < self._clocks.get(client, 0):
            places = self._places
            if places is None:
                return _UNKNOWN
            if places.kind_of(parent) is not None:
                return Place(parent, key)
            if places.is_deleted(client, clock):
                return None
        else:
            struct = self._brought(parent)
            if struct.content == "type":
                return Place(parent, key)
            if struct.content == "deleted" or struct.kind != "item":
                return None
        # yrs stops in the middle of the transaction at such an item.
        raise _malformed("a value is a parent")

    def _common(self, left: Place | None, right: Place | None) -> Place | None:
        """Return the place of an item between two, which have to stand in one."""
        if left == right or right is _UNKNOWN or left is _UNKNOWN:
            return left
        if left is None and right is not None and self._is_dead(right.container):
            return None
        if right is None and left is not None and self._is_dead(left.container):
            return None
        raise _malformed("an item stands in two places")

    def _is_dead(self, container: Container) -> bool:
        while not isinstance(container, str):
            if container.clock < self._clocks.get(container.client, 0):
                return self._places is not None and self._places.is_dead(container)
            place = self._of.get((container.client, container.clock), _UNKNOWN)
            if place is None:
                return True
            container = place.container
        return False

    def _kind_of(self, container: Container) -> int | None:
        kind: int | None = None
        if isinstance(container, str):
            kind = TypeRef.MAP if container in self._map_roots else None
        elif container.clock >= self._clocks.get(container.client, 0):
            kind = self._brought(container).type_ref
        elif self._places is not None:
            kind = self._places.kind_of(container)
        self._kinds[container] = kind
        return kind

    def _check_content(self, item: Struct, place: Place) -> None:
        content = item.content
        container = place.container
        kind = self._kinds[container] if container in self._kinds else self._kind_of(container)
        if place.key is not None:
            if content not in _VALUE_CONTENTS:
                raise _malformed("text content stands under a key")
            if kind in _TYPES_WITHOUT_KEYS or (kind == TypeRef.TEXT and self._is_restricted):
                raise _not_allowed("entries in an array or a text")
            return
        if kind == TypeRef.MAP:
            if content == "string":
                raise _malformed("text outside a text")
            raise _not_allowed("list items in a map")
        if kind == TypeRef.TEXT and self._is_restricted and content not in ("string", "deleted"):
            raise _not_allowed("values in a text")
        if kind is not None and content not in _LIST_CONTENTS[kind]:
            raise _malformed(f"content of kind {content} in the list of another type")


def _malformed(reason: str) -> InvalidUpdate:
    return InvalidUpdate("update_malformed", f"the update is malformed: {reason}")


def _not_allowed(what: str) -> InvalidUpdate:
    return InvalidUpdate("update_type_not_allowed", f"{what} are not allowed in this room")
