"""How deliveries are counted when our server is held beside others."""

from __future__ import annotations

import random

from loadtests.peers.marks import MARK_BYTES, Counter, mark


def test_every_mark_counts_once_however_it_is_cut() -> None:
    """[LT4] the bytes come in pieces of any size, and each delivery counts once."""
    for seed in range(200):
        chance = random.Random(seed)
        marks = [mark(chance.randrange(4), number) for number in range(1, 30)]
        stream = b"".join(chance.randbytes(chance.randrange(9)) + m.encode() for m in marks)
        plain, probe = Counter(is_probe=False), Counter(is_probe=True)
        place = 0
        while place < len(stream):
            size = chance.randrange(1, 2 * MARK_BYTES)
            plain.take(stream[place : place + size])
            probe.take(stream[place : place + size])
            place += size
        assert plain.marks == probe.marks == len(probe.delays_us) == 29, f"seed {seed}"
        assert plain.bytes == len(stream)


def test_a_probe_counts_an_edit_once_and_none_of_its_own() -> None:
    """[LT4] what is sent once more is no delivery, nor is one's own edit where it counts not."""
    own, other = mark(7, 1).encode(), mark(8, 1).encode()
    probe = Counter(is_probe=True, before=b'"oi":"', own=7)
    for text in (own, other, other):
        probe.take(b'{"oi":"' + text + b'","od":"' + text + b'"}')
    assert probe.marks == 1
