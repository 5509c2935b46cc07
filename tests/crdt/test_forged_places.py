"""Forged placements: refused before the Doc sees them, and the room goes on.

Each test runs what could hang in a process of its own, which is given up after a while.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from collab.crdt.places import PlaceIndex
from collab.crdt.structs import TypeRef
from collab.crdt.update import Rules, inspect
from collab.errors import InvalidUpdate
from collab.messages import Ack, Refusal
from tests.crdt.forge import any_content, forge_update, gc, item, string_content, type_content
from tests.crdt.forged_room import AUTHOR, BASE, FORGER, FORGERIES, TEXT, UNREADABLE
from tests.room.driver import Driver

FUZZ_SCALE = int(os.environ.get("FUZZ_SCALE", "1"))
CHILD_TIMEOUT_S = 60
ROOTS = frozenset({"model"})
FREE = Rules(None, ROOTS, restricts_types=False)
JSON_ONLY = Rules(ROOTS, ROOTS, restricts_types=True)


def child(module: str, *arguments: object, timeout_s: int = CHILD_TIMEOUT_S) -> Any:
    """Return what a module prints; a process that hangs is killed, and the test fails."""
    result = subprocess.run(
        [sys.executable, "-m", f"tests.crdt.{module}", *map(str, arguments)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        timeout=timeout_s,
        check=False,
    )
    assert result.returncode == 0, result.stderr.decode()
    return json.loads(result.stdout)


def judge(
    update: bytes, *, state: bytes = BASE, clock: int = 11, known: int = 0, rules: Rules = FREE
) -> None:
    inspection = inspect(
        update,
        state_vector={AUTHOR: clock, FORGER: known},
        owner_of=lambda _: None,
        principal="mallory",
        rules=rules,
        places=PlaceIndex(lambda: state),
    )
    assert inspection.missing == ()


def test_every_forgery_is_refused_and_the_room_goes_on() -> None:
    """[CR26] what does not fit where it stands is refused by its code, and nothing hangs."""
    expected = {name: code for name, (code, _) in FORGERIES.items()}
    assert child("forged_room") == expected


def test_what_yrs_refuses_costs_only_its_sender() -> None:
    """[BR7] a forgery that reaches the twin makes yrs raise; only the sender is refused."""
    assert child("forged_room", "blind") == dict.fromkeys(UNREADABLE, "update_unreadable")


def test_a_reopened_room_need_not_read_its_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """[CR25] a snapshot carries the index, and what the next owner commits is added to it."""
    first = Driver()
    author = first.join("änne")
    first.update(author, BASE)
    first.update(author, forge_update([(AUTHOR, 11, [item(any_content("é"), origin=(AUTHOR, 2))])]))
    first.store()
    assert first.told(Ack, author)

    def read_state(_: PlaceIndex) -> None:
        raise AssertionError("the state was read")

    monkeypatch.setattr(PlaceIndex, "_lay_out", read_state)
    second = first.reopen(2, with_snapshot=True)
    author, forger = second.join("änne"), second.join("mallory")
    for clock in (12, 13):
        honest = item(any_content("名前"), origin=(AUTHOR, clock - 1))
        second.update(author, forge_update([(AUTHOR, clock, [honest])]))
        second.update(forger, forge_update([(FORGER, 0, [item(TEXT, origin=(AUTHOR, clock))])]))
        # What is said of a change waits until the revision before it is durable.
        second.store()
        assert second.told(Refusal, forger)[0].code == "update_malformed"
    assert second.document["list"] == [1, "é", "é", "名前", "名前"]


@pytest.mark.parametrize("seed", range(FUZZ_SCALE))
def test_what_is_let_through_is_read_alike(seed: int) -> None:
    """[CR28] after random placements that are let through, pycrdt and Yjs show the same."""
    result = child("forged_places", seed, 4_000)
    assert result["passed"] > 200
    assert result["differing"] == []


@pytest.mark.parametrize("name", FORGERIES)
def test_forgeries_where_types_are_restricted(name: str) -> None:
    """[CR26] the same holds where types are restricted, whichever of the codes it is."""
    update = forge_update([(FORGER, 0, FORGERIES[name][1])])
    with pytest.raises(InvalidUpdate) as caught:
        judge(update, rules=JSON_ONLY)
    assert caught.value.code in ("update_malformed", "update_type_not_allowed")


@pytest.mark.parametrize(
    "structs",
    [
        [item(any_content("é"), parent=(AUTHOR, 5), key="é")],
        [item((5, b"\x011"), origin=(AUTHOR, 6))],
        [item((6, b"\x01b\x011"), origin=(AUTHOR, 6), right_origin=(AUTHOR, 7))],
        [item(type_content(TypeRef.MAP), right_origin=(AUTHOR, 6))],
    ],
    ids=["attribute", "embed", "format", "type"],
)
def test_rich_texts(structs: list[bytes]) -> None:
    """[CR26] attributes, embeds, formats and types stand in a text unless types are restricted."""
    update = forge_update([(FORGER, 0, structs)])
    judge(update)
    with pytest.raises(InvalidUpdate) as caught:
        judge(update, rules=JSON_ONLY)
    assert caught.value.code == "update_type_not_allowed"


def test_a_known_struct_is_not_believed_twice() -> None:
    """[CR26] what an update says of clocks that the Doc has does not decide where others stand."""
    retold = [
        item(type_content(TypeRef.TEXT), root="model", key="list"),
        item(any_content(1, "é"), parent=(AUTHOR, 0)),
    ]
    text = item(string_content("é"), origin=(AUTHOR, 0))
    child_text = item(string_content("é"), parent=(AUTHOR, 0))
    for forged in (text, child_text):
        update = forge_update([(AUTHOR, 0, retold), (FORGER, 0, [forged])])
        with pytest.raises(InvalidUpdate) as caught:
            judge(update)
        assert caught.value.code == "update_malformed"


def test_the_new_half_of_a_struct() -> None:
    """[CR26] the new half of a struct that is known in part stands behind the known one."""
    half = forge_update([(AUTHOR, 10, [item(any_content(2, "é"), parent=(AUTHOR, 9))])])
    judge(half)
    elsewhere = forge_update([(AUTHOR, 10, [item(any_content(2, "é"), parent=(AUTHOR, 0))])])
    with pytest.raises(InvalidUpdate) as caught:
        judge(elsewhere)
    assert caught.value.code == "update_malformed"


# The author's clocks as before, but the list with all that is in it was deleted.
GARBAGE = forge_update(
    [
        (
            AUTHOR,
            0,
            [
                item((1, b"\x01"), root="model", key="list"),
                gc(2),
                item(type_content(TypeRef.ARRAY), root="model", key="other"),
                item(any_content("é", "ü"), parent=(AUTHOR, 3)),
            ],
        )
    ],
    [(AUTHOR, [(0, 3)])],
)


def test_beside_garbage() -> None:
    """[CR28] an item in or beside what is deleted is let through; half beside it, it is refused."""
    value = any_content("名前")
    for honest in (
        item(value, parent=(AUTHOR, 0)),
        item(value, origin=(AUTHOR, 1)),
        item(value, origin=(AUTHOR, 1), right_origin=(AUTHOR, 2)),
    ):
        judge(forge_update([(FORGER, 0, [honest])]), state=GARBAGE, clock=6)
    for left, right in ((1, 4), (4, 1)):
        forged = item(value, origin=(AUTHOR, left), right_origin=(AUTHOR, right))
        with pytest.raises(InvalidUpdate) as caught:
            judge(forge_update([(FORGER, 0, [forged])]), state=GARBAGE, clock=6)
        assert caught.value.code == "update_malformed"


def test_beside_garbage_that_was_known_alive() -> None:
    """[CR28] an index from before a delete lets through what stands half beside new garbage."""
    places = PlaceIndex(lambda: BASE)
    assert not places.is_dead(places.find(AUTHOR, 1).container)  # type: ignore[union-attr]
    places.note(forge_update(deletes=[(AUTHOR, [(0, 3)])]))
    # Bob's item came as garbage, since the list was gone; the author's own are known as items.
    places.note(forge_update([(70, 0, [gc(1)])]))
    late = item(any_content("é"), origin=(AUTHOR, 1), right_origin=(70, 0))
    inspect(
        forge_update([(FORGER, 0, [late])]),
        state_vector={AUTHOR: 11, 70: 1},
        owner_of=lambda _: None,
        principal="mallory",
        rules=JSON_ONLY,
        places=places,
    )
    alive = item(any_content("é"), origin=(AUTHOR, 10), right_origin=(70, 0))
    with pytest.raises(InvalidUpdate):
        inspect(
            forge_update([(FORGER, 0, [alive])]),
            state_vector={AUTHOR: 11, 70: 1},
            owner_of=lambda _: None,
            principal="mallory",
            rules=JSON_ONLY,
            places=places,
        )
