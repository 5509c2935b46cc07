"""Texts that match a pattern. SPEC: section DA. Called by ``sample_values``.

The patterns that people write for numbers and codes are sequences of characters, classes, groups
and counts: those are understood. Whoever asks tries the text against the pattern itself, so what is
not understood gives no wrong sample, only none.
"""

from __future__ import annotations

import string
from random import Random

__all__ = ["text_for"]

_DIGITS = string.digits
_WORDS = string.ascii_letters + string.digits + "_"
_ANY = string.ascii_uppercase + string.digits
_ESCAPES = {"d": _DIGITS, "w": _WORDS, "s": " "}
# How often at most an open count is repeated beyond its least.
_MORE = 6
_DEPTH_MAX = 20


class _NotUnderstood(Exception):
    """The pattern says something that no sample is made for."""


def text_for(pattern: str, chance: Random) -> str | None:
    """Return a text that probably matches *pattern*, or None if it is not understood."""
    try:
        return _Maker(pattern, chance).whole()
    except (_NotUnderstood, IndexError):
        return None


class _Maker:
    def __init__(self, pattern: str, chance: Random) -> None:
        self._pattern = pattern
        self._chance = chance
        self._at = 0

    def whole(self) -> str:
        made = self._alternatives(0)
        if self._at < len(self._pattern):
            raise _NotUnderstood
        return made

    def _peek(self) -> str:
        return self._pattern[self._at] if self._at < len(self._pattern) else ""

    def _next(self) -> str:
        letter = self._pattern[self._at]
        self._at += 1
        return letter

    def _alternatives(self, depth: int) -> str:
        if depth > _DEPTH_MAX:
            raise _NotUnderstood
        made = [self._sequence(depth)]
        while self._peek() == "|":
            self._next()
            made.append(self._sequence(depth))
        return self._chance.choice(made)

    def _sequence(self, depth: int) -> str:
        made: list[str] = []
        while self._peek() not in ("", "|", ")"):
            start = self._at
            one = self._one(depth)
            least, most = self._count()
            made.append(one if least else "")
            end = self._at
            for repeat in range(1, self._chance.randint(least, most) if most else 0):
                # The same piece again, with other choices.
                self._at = start
                made.append(self._one(depth) if repeat else "")
            self._at = end
        return "".join(made)

    def _one(self, depth: int) -> str:
        letter = self._next()
        if letter in "^$":
            return ""
        if letter == "(":
            if self._peek() == "?":
                self._next()
                if self._next() != ":":
                    raise _NotUnderstood
            made = self._alternatives(depth + 1)
            if self._next() != ")":
                raise _NotUnderstood
            return made
        if letter == "[":
            return self._chance.choice(self._class())
        if letter == ".":
            return self._chance.choice(_ANY)
        if letter == "\\":
            return self._chance.choice(self._escape())
        if letter in "*+?{":
            raise _NotUnderstood
        return letter

    def _escape(self) -> str:
        letter = self._next()
        if letter in _ESCAPES:
            return _ESCAPES[letter]
        if letter.isalnum():
            raise _NotUnderstood
        return letter

    def _class(self) -> str:
        if self._peek() == "^":
            raise _NotUnderstood
        found = ""
        while (letter := self._next()) != "]":
            if letter == "\\":
                found += self._escape()
            elif self._peek() == "-" and self._pattern[self._at + 1] != "]":
                self._next()
                last = self._next()
                if not letter <= last <= "\uffff":
                    raise _NotUnderstood
                found += "".join(map(chr, range(ord(letter), min(ord(last), ord(letter) + 99) + 1)))
            else:
                found += letter
        return found

    def _count(self) -> tuple[int, int]:
        """Return how often the piece before stands, least and most."""
        match self._peek():
            case "?":
                found = (0, 1)
            case "*":
                found = (0, _MORE)
            case "+":
                found = (1, _MORE)
            case "{":
                return self._braces()
            case _:
                return (1, 1)
        self._next()
        return found

    def _braces(self) -> tuple[int, int]:
        end = self._pattern.index("}", self._at) if "}" in self._pattern[self._at :] else -1
        least, comma, most = self._pattern[self._at + 1 : end].partition(",")
        if end < 0 or not least.isdecimal() or len(least + most) > 6:
            raise _NotUnderstood
        self._at = end + 1
        low = int(least)
        if not comma:
            return low, low
        return low, int(most) if most.isdecimal() else low + _MORE
