"""How deep the shared types of one update lie in each other.

Any depth can be written in a few bytes a level, and yrs walks down when it deletes: some hundred
thousand levels overflow its stack, and the process is gone with every room in it. So an update
that nests deeper than a document may is refused on its bytes. What nests deeper only together with
what the Doc holds already is found when it is read (``view``).

SPEC: section CR (rule CR23). Called by ``crdt.update`` once nothing is missing, so that no item is
above itself.
"""

from __future__ import annotations

from collections.abc import Callable

from collab.crdt.structs import DecodedUpdate, Id, Struct
from collab.errors import LimitExceeded
from collab.limits import NESTING_MAX

__all__ = ["check_nesting"]

_Find = Callable[[DecodedUpdate, Id], Struct | None]


def check_nesting(decoded: DecodedUpdate, find: _Find) -> None:
    """Raise ``LimitExceeded`` (``update_limit``) if types nest deeper than ``NESTING_MAX``.

    *find* returns the struct of an update that covers a clock. Source: [CR23].
    """
    if sum(map(len, decoded.structs.values())) <= NESTING_MAX:
        return
    types = [item for block in decoded.structs.values() for item in block if item.content == "type"]
    if len(types) <= NESTING_MAX:
        return
    depths: dict[tuple[int, int], int] = {}
    for item in types:
        _measure(item, decoded, find, depths)
    if max(depths.values()) > NESTING_MAX:
        raise LimitExceeded(
            f"an update nests deeper than {NESTING_MAX} levels", code="update_limit"
        )


def _measure(
    item: Struct, decoded: DecodedUpdate, find: _Find, depths: dict[tuple[int, int], int]
) -> None:
    """Enter the depth of *item* and of everything above and before it, without recursion."""
    waiting = [item]
    while waiting:
        struct = waiting[-1]
        key = (struct.client, struct.clock)
        anchor = struct.parent_id or struct.origin or struct.right_origin
        above = None if anchor is None else find(decoded, anchor)
        if key in depths:
            waiting.pop()
        elif above is None:
            depths[key] = 1
        elif (above.client, above.clock) not in depths:
            waiting.append(above)
        else:
            # An item with an origin stands in the same container as that.
            step = 1 if struct.parent_id is not None else 0
            depths[key] = depths[above.client, above.clock] + step
