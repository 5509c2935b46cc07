"""The quick way of reading a usual update beside the way that reads any."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text

from collab.crdt.items import DecodedUpdate
from collab.crdt.keystroke import Unusual, read_keystroke
from collab.crdt.lib0 import Encoder
from collab.crdt.structs import read_any_update
from collab.errors import InvalidUpdate, LimitExceeded
from tests.crdt.test_update_fuzz import FUZZ_SCALE

VALUES: tuple[Any, ...] = (
    "größer 😀",
    "",
    0,
    -1,
    63,
    -63,
    64,
    1e300,
    True,
    False,
    None,
    [1],
    {"a": 1},
)


def typed(seed: int) -> Iterator[bytes]:
    """Yield what a client sends that edits a text, a list and a map in a document of two."""
    random = Random(seed)
    other: Doc[Any] = Doc(client_id=random.choice((1, 127, 128, 2**14, 2**21, 2**31 + seed)))
    other["model"] = Map({"text": Text("grün"), "list": Array([1, 2]), "map": Map({"k": "v"})})
    doc: Doc[Any] = Doc(client_id=2**28 + seed)
    doc.apply_update(other.get_update())
    sent: list[bytes] = []
    subscription = doc.observe(lambda event: sent.append(event.update))
    model = doc.get("model", type=Map)
    for _ in range(12):
        match random.randrange(6):
            case 0:
                model["text"].insert(random.choice((0, len(model["text"]))), random.choice("aé😀"))
            case 1 if len(model["text"]):
                model["text"].clear()
            case 2:
                model["list"].append(random.choice(VALUES))
            case 3:
                model["list"].insert(0, random.choice(VALUES))
            case 4:
                model["map"][random.choice("kö")] = random.choice(VALUES)
            case _:
                model["map"]["deep"] = random.choice((Map({"x": "y"}), Array(), Text("t")))
    doc.unobserve(subscription)
    yield from sent


def read_or_none(update: bytes) -> DecodedUpdate | None:
    try:
        return read_keystroke(update)
    except (Unusual, IndexError, UnicodeDecodeError):
        return None


def check(update: bytes) -> bool:
    """Return whether the quick way took *update*, which the other one then reads to the same."""
    quick = read_or_none(update)
    if quick is not None:
        # As they are shown: NaN is no NaN, and an id is more than a pair of numbers.
        assert repr(quick) == repr(read_any_update(update, is_bounded=True)), update.hex()
    return quick is not None


@pytest.mark.parametrize("seed", range(20 * FUZZ_SCALE))
def test_what_clients_write_is_read_the_same_both_ways(seed: int) -> None:
    """[CR6] Typing, setting and inserting take the quick way, and it reads the same."""
    updates = list(typed(seed))
    taken = sum(check(update) for update in updates)
    assert taken >= len(updates) // 6


@pytest.mark.parametrize("seed", range(20 * FUZZ_SCALE))
def test_changed_bytes_are_read_the_same_or_left_alone(seed: int) -> None:
    """[CR8] Whatever a byte is turned into, the quick way never takes what the other refuses."""
    random = Random(seed)
    for update in typed(seed):
        for _ in range(40):
            forged = bytearray(update)
            for _ in range(random.randint(1, 3)):
                forged[random.randrange(len(forged))] = random.choice(
                    (0, 1, 2, 127, 128, 255, random.randrange(256))
                )
            cut = bytes(forged[: random.choice((len(forged), random.randrange(len(forged) + 1)))])
            check(cut + random.choice((b"", b"", b"\0")))


@pytest.mark.parametrize(
    ("number", "is_taken"),
    [(0, True), (127, True), (128, True), (2**14, True), (2**21, False), (2**28, True)],
)
def test_numbers_are_taken_in_their_shortest_form_only(number: int, is_taken: bool) -> None:
    """[CR1] A client id written longer than it needs is left to the way that refuses it."""
    encoder = Encoder()
    encoder.write_var_uint(number)
    shortest = encoder.to_bytes()
    longer = shortest[:-1] + bytes([shortest[-1] | 0x80, 0])
    rest = b"\0\x28\1\5model\1k\1\x77\1v\0"
    assert check(b"\1\1" + shortest + rest) is is_taken
    assert read_or_none(b"\1\1" + longer + rest) is None
    with pytest.raises((InvalidUpdate, LimitExceeded)):
        read_any_update(b"\1\1" + longer + rest, is_bounded=True)
