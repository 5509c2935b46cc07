"""Order keys: strings that sort between any two others, as npm ``fractional-indexing`` makes them.

Browsers place nodes with the npm package and the server with this port, so both have to generate
and accept exactly the same keys. A key has an *integer part*, whose first character tells its
length (``a`` is followed by one digit, ``b`` by two; ``Z``, ``Y``, … count downwards), and a
*fraction* that never ends in the digit ``0``. All keys are ASCII, so Python's order of strings is
JavaScript's order of code units. SPEC: section MD. Called by ``reader``, ``diff`` and ``checks``.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["is_order_key", "key_between", "keys_between"]

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_HEADS: Final = _DIGITS[10:]
_VALUES: Final = {digit: value for value, digit in enumerate(_DIGITS)}
_HALF: Final = len(_HEADS) // 2
# npm reserves this one key, because no key could be generated before it.
_SMALLEST: Final = _HEADS[0] + _DIGITS[0] * _HALF
_KEY_CHARACTERS: Final = re.compile(r"[A-Za-z][0-9A-Za-z]+")
# A key grows by one character per insertion at one and the same spot, at worst. Longer than this
# is a client that never rebalances; everybody would carry its keys for ever.
_KEY_LENGTH_MAX: Final = 256


def is_order_key(key: object) -> bool:
    """Tell whether *key* is an order key that npm ``fractional-indexing`` accepts as a bound.

    Source: [MD2].
    """
    if type(key) is not str or not 2 <= len(key) <= _KEY_LENGTH_MAX:
        return False
    if not _KEY_CHARACTERS.fullmatch(key) or key == _SMALLEST:
        return False
    length = _integer_length(key[0])
    return len(key) == length or (len(key) > length and key[-1] != _DIGITS[0])


def key_between(lower: str | None, upper: str | None) -> str:
    """Return npm's ``generateKeyBetween(lower, upper)``; ``None`` stands for an open end.

    Bounds in the wrong order are swapped. Raises ``ValueError`` for equal bounds, for what is no
    order key, and where the integers are exhausted. Source: [MD2], npm fractional-indexing 3.
    """
    for bound in (lower, upper):
        if bound is not None and not is_order_key(bound):
            raise ValueError(f"{bound!r} is no order key")
    if lower is not None and upper is not None and lower > upper:
        lower, upper = upper, lower
    if lower is None:
        return _HEADS[_HALF] + _DIGITS[0] if upper is None else _key_before(upper)
    integer, fraction = _split(lower)
    following = _increment(integer)
    if upper is None:
        return integer + _midpoint(fraction, None) if following is None else following
    upper_integer, upper_fraction = _split(upper)
    if integer == upper_integer:
        return integer + _midpoint(fraction, upper_fraction)
    if following is None:
        raise ValueError("cannot increment any more")
    return following if following < upper else integer + _midpoint(fraction, None)


def keys_between(lower: str | None, upper: str | None, count: int) -> list[str]:
    """Return npm's ``generateNKeysBetween(lower, upper, count)``: *count* ascending keys."""
    if count <= 0:
        return []
    keys: list[str] = []
    if upper is None:
        for _ in range(count):
            lower = key_between(lower, None)
            keys.append(lower)
        return keys
    if lower is None:
        for _ in range(count):
            upper = key_between(None, upper)
            keys.append(upper)
        return keys[::-1]
    half = count // 2
    middle = key_between(lower, upper)
    return [
        *keys_between(lower, middle, half),
        middle,
        *keys_between(middle, upper, count - half - 1),
    ]


def _key_before(upper: str) -> str:
    integer, fraction = _split(upper)
    if integer == _SMALLEST:
        return integer + _midpoint("", fraction)
    if fraction:
        return integer
    preceding = _decrement(integer)
    if preceding is None:
        raise ValueError("cannot decrement any more")
    return preceding


def _midpoint(lower: str, upper: str | None) -> str:
    """Return a fraction between two; *lower* may be empty, ``None`` is one beyond all."""
    if upper is not None and lower >= upper:
        raise ValueError(f"{lower!r} is not below {upper!r}")
    if upper is not None:
        shared = 0
        # The lower bound counts as padded with zeros; the upper one cannot end inside the prefix.
        while (lower[shared] if shared < len(lower) else _DIGITS[0]) == upper[shared]:
            shared += 1
        if shared:
            return upper[:shared] + _midpoint(lower[shared:], upper[shared:])
    low = _VALUES[lower[0]] if lower else 0
    high = len(_DIGITS) if upper is None else _VALUES[upper[0]]
    if high - low > 1:
        # JavaScript rounds halves up, Python rounds them to even.
        return _DIGITS[(low + high + 1) // 2]
    if upper is not None and len(upper) > 1:
        return upper[0]
    return _DIGITS[low] + _midpoint(lower[1:], None)


def _integer_length(head: str) -> int:
    index = _HEADS.index(head)
    return _HALF - index + 1 if index < _HALF else index - _HALF + 2


def _split(key: str) -> tuple[str, str]:
    length = _integer_length(key[0])
    return key[:length], key[length:]


def _increment(integer: str) -> str | None:
    digits = list(integer[1:])
    for position in reversed(range(len(digits))):
        value = _VALUES[digits[position]] + 1
        if value < len(_DIGITS):
            digits[position] = _DIGITS[value]
            return integer[0] + "".join(digits)
        digits[position] = _DIGITS[0]
    if integer[0] == _HEADS[-1]:
        return None
    head = _HEADS[_HEADS.index(integer[0]) + 1]
    return _filled(head, _DIGITS[0])


def _decrement(integer: str) -> str | None:
    digits = list(integer[1:])
    for position in reversed(range(len(digits))):
        value = _VALUES[digits[position]] - 1
        if value >= 0:
            digits[position] = _DIGITS[value]
            return integer[0] + "".join(digits)
        digits[position] = _DIGITS[-1]
    if integer[0] == _HEADS[0]:
        return None
    head = _HEADS[_HEADS.index(integer[0]) - 1]
    return _filled(head, _DIGITS[-1])


def _filled(head: str, digit: str) -> str:
    """Return the integer part with the neighbouring *head*, all of its digits being *digit*."""
    return head + digit * (_integer_length(head) - 1)
