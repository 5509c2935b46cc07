"""Random texts, rich texts and ops that apply to them, from a given ``Random``.

Texts are short, so that the ops of two authors meet, and hold ``é``, combining marks, emoji, joined
emoji and scripts that are written from right to left. Cuts lie between code points.
"""

from __future__ import annotations

from random import Random
from typing import Any

from collab.ot.delta_parts import Delta
from collab.ot.text_unicode import TextOp
from collab.values import utf16_length

__all__ = [
    "random_delta",
    "random_rich_text",
    "random_text",
    "random_text_op",
]

PIECES = ("a", "bc", "def\n", "é", "e\u0301", "😀", "👩\u200d👧", "שלום", "مرحبا", "日本", "x😀y")
FORMATS: tuple[dict[str, Any] | None, ...] = (
    None,
    None,
    {"bold": True},
    {"bold": True, "colour": "é"},
    {"link": {"href": "https://example.org/😀"}},
    {"size": 1},
    {"size": 2.5, "colour": "rot"},
)
UNFORMATS: tuple[dict[str, Any], ...] = ({"bold": None}, {"size": None, "bold": True}, {"x": None})
EMBEDS: tuple[dict[str, Any], ...] = ({"image": "é.png"}, {"formula": "x²"}, {"image": {"w": 1}})


def random_text(random: Random, pieces_max: int = 6) -> str:
    """Return a text of up to *pieces_max* pieces."""
    return "".join(random.choices(PIECES, k=random.randint(0, pieces_max)))


def random_text_op(random: Random, text: str, *, is_normal: bool = True) -> TextOp:
    """Return an op on *text*; unless *is_normal*, with empty and divided components."""
    op: TextOp = []
    position = 0
    while True:
        choice = random.random()
        if choice > 0.7:
            op.append(random.choice(PIECES))
        elif not is_normal and choice > 0.6:
            op.append(random.choice((0, "", {"d": 0}, {"d": ""})))
        elif position == len(text) or choice < 0.05:
            return _joined(op) if is_normal else op
        else:
            end = min(len(text), position + random.randint(1, 4))
            if choice < 0.35:
                op.append(end - position)
            elif choice < 0.5:
                op.append({"d": end - position})
            else:
                op.append({"d": text[position:end]})
            position = end


def random_rich_text(random: Random, pieces_max: int = 3) -> Delta:
    """Return a document of a few runs of up to *pieces_max* pieces, none of them joined."""
    formats = (*FORMATS, {"gone": None})
    return [_insert(random, formats, pieces_max) for _ in range(random.randint(0, 5))]


def random_delta(random: Random, document: Delta, *, inserts: bool = True) -> Delta:
    """Return an op on *document*, its inserts and deletes in any order, perhaps no *inserts*."""
    # The lengths of the characters and embeds: an op is cut between them.
    characters = [
        utf16_length(character)
        for component in document
        for character in (component["insert"] if isinstance(component["insert"], str) else "x")
    ]
    op: Delta = []
    position = 0
    while True:
        choice = random.random()
        if choice > 0.7:
            if inserts:
                op.append(_insert(random, FORMATS))
            continue
        if position == len(characters) or choice < 0.03:
            return op
        end = min(len(characters), position + random.randint(1, 5))
        units = sum(characters[position:end])
        position = end
        if choice < 0.35:
            op.append({"delete": units})
            continue
        retain: dict[str, Any] = {"retain": units}
        formats = random.choice((*FORMATS, *UNFORMATS))
        op.append({**retain, "attributes": formats} if formats else retain)


def _insert(
    random: Random, formats: tuple[dict[str, Any] | None, ...], pieces_max: int = 3
) -> dict[str, Any]:
    is_embed = random.random() < 0.2
    content = random.choice(EMBEDS) if is_embed else random_text(random, pieces_max) or "é"
    attributes = random.choice(formats)
    return {"insert": content, "attributes": attributes} if attributes else {"insert": content}


def _joined(op: TextOp) -> TextOp:
    """Return *op* with neighbours of one kind joined, by the plainest means."""
    result: TextOp = []
    for component in op:
        last = result[-1] if result else None
        if type(component) is not type(last):
            result.append(component)
        elif not isinstance(component, dict):
            result[-1] = last + component
        else:
            one, two = last["d"], component["d"]
            if not (isinstance(one, str) and isinstance(two, str)):
                one = len(one) if isinstance(one, str) else one
                two = len(two) if isinstance(two, str) else two
            result[-1] = {"d": one + two}
    if result and isinstance(result[-1], int):
        result.pop()
    return result
