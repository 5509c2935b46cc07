"""Any bytes: cut, flipped and forged updates are read or refused, never anything else."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator
from random import Random

import pytest

from collab.crdt.lib0 import Encoder
from collab.crdt.update import Rules, decode, decode_state_vector, inspect, lost_ranges
from collab.errors import InvalidUpdate, LimitExceeded
from tests.crdt.forge import any_content, forge_update, gc, item
from tests.crdt.oracle import YjsOracle

FUZZ_SCALE = int(os.environ.get("FUZZ_SCALE", "1"))
FEATURES = ("formats", "embeds", "xml", "docs", "bytes", "splits")
RULES = (
    Rules(frozenset({"model"}), frozenset({"model"}), restricts_types=True),
    Rules(None, frozenset(), restricts_types=False),
)


@pytest.fixture(scope="module")
def updates() -> Iterator[list[bytes]]:
    """States and live updates of a few random documents that hold everything Yjs has."""
    collected: list[bytes] = []
    with YjsOracle() as oracle:
        for seed in range(4):
            oracle.create("left", 5 + seed)
            oracle.create("right", 2**32 + seed)
            oracle.random("left", seed, 12, features=FEATURES[: 2 * seed])
            oracle.apply("right", oracle.update("left"))
            oracle.random("right", seed + 50, 12, features=FEATURES[: 2 * seed])
            collected.append(oracle.update("right"))
            collected += [live.update for live in oracle.live("right")[-3:]]
    yield collected


def read(update: bytes, random: Random) -> bool:
    """Inspect as the room does; False if it was refused in one of the two permitted ways."""
    known = {5 + i: random.randint(0, 40) for i in range(4)}
    try:
        inspection = inspect(
            update,
            state_vector=known,
            owner_of={5: "bob", 6: "änne"}.get,
            principal="änne",
            rules=random.choice(RULES),
        )
    except (InvalidUpdate, LimitExceeded) as error:
        assert error.code.startswith("update_")
        return False
    assert sum(lost.length for lost in inspection.lost_candidates) >= 0
    lost_ranges(inspection, update)
    return True


def test_every_truncation_is_malformed(updates: list[bytes]) -> None:
    """[CR8] an update that is cut anywhere is malformed: no prefix of one is another."""
    for update in updates:
        decode(update)
        for length in range(len(update)):
            with pytest.raises(InvalidUpdate) as caught:
                decode(update[:length])
            assert caught.value.code in {"update_malformed", "update_type_not_allowed"}


def test_flipped_bytes(updates: list[bytes]) -> None:
    """[CR8] an update with wrong bytes in it is read as something else or refused."""
    random = Random(20_240_117)
    survivors = 0
    for _ in range(6_000 * FUZZ_SCALE):
        forged = bytearray(random.choice(updates))
        for _ in range(random.randint(1, 4)):
            position = random.randrange(len(forged))
            match random.randrange(4):
                case 0:
                    forged[position] ^= 1 << random.randrange(8)
                case 1:
                    forged[position] = random.choice((0, 1, 0x7F, 0x80, 0xFF))
                case 2:
                    del forged[position : position + random.randint(1, 3)]
                    forged += b"\0"
                case _:
                    forged[position:position] = random.randbytes(random.randint(1, 3))
        survivors += read(bytes(forged), random)
    assert survivors > 20 * FUZZ_SCALE


def test_random_bytes() -> None:
    """[CR8] noise is refused or read, as updates and as state vectors."""
    random = Random(7)
    for _ in range(4_000 * FUZZ_SCALE):
        noise = random.randbytes(random.randint(0, 40))
        read(noise, random)
        try:
            assert all(clock >= 0 for clock in decode_state_vector(noise).values())
        except InvalidUpdate as error:
            assert error.code == "update_malformed"


def numbers(*values: int) -> bytes:
    encoder = Encoder()
    for value in values:
        encoder.write_var_uint(value)
    return encoder.to_bytes()


BOMBS = {
    "clients": numbers(2**50, 1),
    "structs": numbers(1, 2**50, 1, 0),
    "many structs": numbers(1, 900_000, 1, 0),
    "gc length": numbers(1, 1, 1, 0, 0, 2**50, 0),
    "values": numbers(1, 1, 1, 0, 8, 1, 1) + b"r" + numbers(2**50),
    "nested values": numbers(1, 1, 1, 0, 8, 1, 1) + b"r" + numbers(1) + b"\x75\x7f" * 5_000,
    "string": numbers(1, 1, 1, 0, 4, 1, 1) + b"r" + numbers(2**50),
    "delete clients": numbers(0, 2**50),
    "deletes": numbers(0, 1, 1, 2**50),
    "delete length": numbers(0, 1, 1, 1, 0, 2**50),
    "legacy values": numbers(1, 1, 1, 0, 2, 1, 1) + b"r" + numbers(2**50),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_forged_lengths(bomb: bytes) -> None:
    """[CR8] lengths and counts of 2^50 are refused without room being made for them."""
    tracemalloc.start()
    try:
        with pytest.raises((InvalidUpdate, LimitExceeded)):
            decode(bomb)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_many_deletes_inside_one_struct() -> None:
    """[CR8] a thousand cuts of each of many structs take time by their number, not its square."""
    count = 20_000
    structs = [item(any_content("é", "ü", "日"), root="elsewhere") for _ in range(count)]
    deletes = [(3 * index, 1) for index in range(count)]
    update = forge_update([(6, 0, structs)], [(6, deletes)])
    inspection = inspect(
        update, state_vector={}, owner_of=lambda _: None, principal="änne", rules=RULES[1]
    )
    assert len(inspection.lost_candidates) == count
    collected = forge_update([(6, 0, [gc(1)] * (3 * count))])
    assert len(lost_ranges(inspection, collected)) == 2 * count
