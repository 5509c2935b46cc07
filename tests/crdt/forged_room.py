"""A room with forged updates sent to it, in a process of its own: see ``forged_places``.

``python -m tests.crdt.forged_room [blind]`` prints, as JSON, with which code each forgery was
refused, and whether the room went on. With ``blind`` the inspection is told no places, so that
forgeries reach the twin Doc.
"""

from __future__ import annotations

import functools
import json
import sys
from typing import Any, Final

from collab.crdt import update
from collab.crdt.structs import TypeRef
from collab.messages import Ack, Refusal
from collab.room import commit
from collab.values import json_equal
from tests.crdt.forge import any_content, forge_update, item, string_content, type_content
from tests.room.driver import Driver

__all__ = ["AUTHOR", "BASE", "FORGER", "FORGERIES", "TEXT", "UNREADABLE"]

AUTHOR: Final = 50
FORGER: Final = 60

# Clocks of the author: 0 the list with 1 and 2, 3 the map with the entry 4, 5 the text with 6 to 8,
# 9 another list with 10.
BASE: Final = forge_update(
    [
        (
            AUTHOR,
            0,
            [
                item(type_content(TypeRef.ARRAY), root="model", key="list"),
                item(any_content(1, "é"), parent=(AUTHOR, 0)),
                item(type_content(TypeRef.MAP), root="model", key="map"),
                item(any_content("ü"), parent=(AUTHOR, 3), key="größe"),
                item(type_content(TypeRef.TEXT), root="model", key="text"),
                item(string_content("日本語"), parent=(AUTHOR, 5)),
                item(type_content(TypeRef.ARRAY), root="model", key="other"),
                item(any_content(2), parent=(AUTHOR, 9)),
            ],
        )
    ]
)
TEXT: Final = string_content("é")
VALUE: Final = any_content("é")

FORGERIES: Final[dict[str, tuple[str, list[bytes]]]] = {
    "text in a list, by origin": ("update_malformed", [item(TEXT, origin=(AUTHOR, 1))]),
    "text in a list, by right origin": ("update_malformed", [item(TEXT, right_origin=(AUTHOR, 1))]),
    "text in a list, between": (
        "update_malformed",
        [item(TEXT, origin=(AUTHOR, 1), right_origin=(AUTHOR, 2))],
    ),
    "text in a list, by its id": ("update_malformed", [item(TEXT, parent=(AUTHOR, 0))]),
    "text in a list, in two steps": (
        "update_malformed",
        [item(VALUE, origin=(AUTHOR, 2)), item(TEXT, origin=(FORGER, 0))],
    ),
    "format in a list": ("update_malformed", [item((6, b"\x01b\x011"), origin=(AUTHOR, 1))]),
    "text in a map": ("update_malformed", [item(TEXT, parent=(AUTHOR, 3))]),
    "text under a key": ("update_malformed", [item(TEXT, origin=(AUTHOR, 4))]),
    "embed under a key": ("update_malformed", [item((5, b"\x011"), origin=(AUTHOR, 3))]),
    "value in a list as parent": ("update_malformed", [item(VALUE, parent=(AUTHOR, 1))]),
    "entry as parent": ("update_malformed", [item(VALUE, parent=(AUTHOR, 4), key="é")]),
    "text as parent": ("update_malformed", [item(VALUE, parent=(AUTHOR, 6), key="é")]),
    "value in a text": ("update_malformed", [item(VALUE, origin=(AUTHOR, 6))]),
    "list item in a map": ("update_type_not_allowed", [item(VALUE, parent=(AUTHOR, 3))]),
    "entry in a list": ("update_type_not_allowed", [item(VALUE, parent=(AUTHOR, 0), key="é")]),
    "two lists": (
        "update_malformed",
        [item(VALUE, origin=(AUTHOR, 1), right_origin=(AUTHOR, 10))],
    ),
    "list and text": (
        "update_malformed",
        [item(VALUE, origin=(AUTHOR, 1), right_origin=(AUTHOR, 6))],
    ),
    "two keys": (
        "update_malformed",
        [item(VALUE, origin=(AUTHOR, 0), right_origin=(AUTHOR, 3))],
    ),
    "key and list": (
        "update_malformed",
        [item(VALUE, origin=(AUTHOR, 4), right_origin=(AUTHOR, 1))],
    ),
    "both sides of one": (
        "update_malformed",
        [item(VALUE, origin=(AUTHOR, 1), right_origin=(AUTHOR, 1))],
    ),
}
UNREADABLE: Final = ("value in a list as parent", "entry as parent", "text as parent")


def run(names: tuple[str, ...]) -> dict[str, Any]:
    """Return the code of each forgery's refusal; an assertion fails if the room does not go on."""
    driver = Driver()
    author, forger = driver.join("änne"), driver.join("mallory")
    driver.update(author, BASE)
    driver.store()
    codes: dict[str, str | None] = {}
    clock = 11
    for name in names:
        driver.update(forger, forge_update([(FORGER, 0, FORGERIES[name][1])]))
        refusals = driver.told(Refusal, forger)
        codes[name] = refusals[0].code if refusals else None
        # The list grows past what was forged into it.
        honest = item(any_content("名前"), origin=(AUTHOR, clock - 1 if clock > 11 else 2))
        driver.update(author, forge_update([(AUTHOR, clock, [honest])]))
        driver.store()
        assert driver.told(Ack, author), (name, driver.effects)
        clock += 1
    real, twin = driver.room.committer.bridge.views()
    assert json_equal(real, driver.document) and json_equal(twin, real)
    assert driver.document == {
        "list": [1, "é", *["名前"] * len(names)],
        "map": {"größe": "ü"},
        "text": "日本語",
        "other": [2],
    }
    return codes


if __name__ == "__main__":
    if "blind" in sys.argv:
        sighted = update.inspect

        @functools.wraps(sighted)
        def blind(sent: bytes, **options: Any) -> Any:
            return sighted(sent, **(options | {"places": None}))

        # The room holds the function under its own name.
        setattr(commit, sighted.__name__, blind)
        print(json.dumps(run(UNREADABLE)))
    else:
        print(json.dumps(run(tuple(FORGERIES))))
