"""Values: what JSON the core accepts, and how it compares."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest

from collab.errors import InvalidValue
from collab.limits import INTEGER_MAX, KEY_UTF16_MAX, NESTING_MAX
from collab.values import (
    FORBIDDEN_KEYS,
    SharedList,
    SharedMap,
    SharedText,
    check_key,
    copy_json,
    json_equal,
    marked_equal,
    normalize,
    plain,
    utf16_length,
)


def _nested(levels: int) -> Any:
    value: Any = "é"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (1.0, 1),
        (-0.0, 0),
        (2.5, 2.5),
        (True, True),
        (float(INTEGER_MAX), INTEGER_MAX),
        (-INTEGER_MAX, -INTEGER_MAX),
        (("é", 1.0), ["é", 1]),
        ({"😀": [None, 3.0]}, {"😀": [None, 3]}),
        (_nested(NESTING_MAX + 1), _nested(NESTING_MAX + 1)),
    ],
)
def test_accepted(value: Any, kept: Any) -> None:
    """[VL1] what is JSON is kept, integral floats as integers."""
    result = normalize(value)
    assert result == kept and type(result) is type(kept)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (math.nan, "value_number"),
        (-math.inf, "value_number"),
        (INTEGER_MAX + 1, "value_number"),
        (float(INTEGER_MAX) * 2, "value_number"),
        (b"bytes", "value_type"),
        (bytearray(b"bytes"), "value_type"),
        (date(2026, 1, 2), "value_type"),
        ("\ud83d", "value_text"),
        ({"\udc00": 1}, "value_text"),
        ({1: 2}, "value_key"),
        ({"__proto__": 1}, "value_key"),
        (_nested(NESTING_MAX + 2), "value_nesting"),
    ],
)
def test_refused(value: Any, code: str) -> None:
    """[VL1] what is no JSON is refused with its code and the path at which it stands."""
    with pytest.raises(InvalidValue) as caught:
        normalize({"ä": [0, value]} if code != "value_nesting" else value)
    assert caught.value.code == code
    assert code == "value_nesting" or caught.value.path[:2] == ("ä", 1)


def test_nothing_is_shared() -> None:
    """[VL1] the result shares no container with the value, and keeps its marks."""
    value = SharedMap(a=SharedList([{"é": [1]}]))
    result = normalize(value)
    value["a"][0]["é"].append(2)
    assert result == {"a": [{"é": [1]}]} and marked_equal(
        result, SharedMap(a=SharedList([{"é": [1]}]))
    )


@pytest.mark.parametrize(
    ("left", "right", "is_equal"),
    [
        (1, 1.0, True),
        (True, 1, False),
        (0, False, False),
        ({"a": [1, True]}, {"a": [1.0, True]}, True),
        ({"a": [1]}, {"a": [True]}, False),
        ([1], [1, 2], False),
        ({"a": 1}, {"b": 1}, False),
        ("é", "e\u0301", False),
        (None, False, False),
        ([], {}, False),
    ],
)
def test_json_equality(left: Any, right: Any, is_equal: bool) -> None:
    """[VL2] values compare as JSON does."""
    assert json_equal(left, right) is is_equal
    assert marked_equal(left, right) is is_equal


@pytest.mark.parametrize(
    ("marked", "other"),
    [
        (SharedMap(a=1), {"a": 1}),
        (SharedList(["é"]), ["é"]),
        (SharedText("😀"), "😀"),
        ({"a": SharedText("é")}, {"a": "é"}),
    ],
)
def test_marks(marked: Any, other: Any) -> None:
    """[VL2] marks count only where they are asked for; [VL4] copies keep them, `plain` does not."""
    assert json_equal(marked, other) and not marked_equal(marked, other)
    assert marked_equal(copy_json(marked), marked)
    assert marked_equal(plain(marked), other)


def test_copies_are_deep() -> None:
    """[VL4] a copy shares no container."""
    value = SharedMap(a=SharedList([{}]))
    copied = copy_json(value)
    copied["a"][0]["é"] = 1
    assert value == {"a": [{}]}


@pytest.mark.parametrize("key", sorted(FORBIDDEN_KEYS))
def test_forbidden_keys(key: str) -> None:
    """[VL3] members of Object.prototype are no keys."""
    with pytest.raises(InvalidValue, match=r"Object\.prototype"):
        check_key(key)


def test_key_length() -> None:
    """[VL3] a key's length counts UTF-16 units."""
    assert check_key("😀" * (KEY_UTF16_MAX // 2)) == "😀" * (KEY_UTF16_MAX // 2)
    with pytest.raises(InvalidValue):
        check_key("😀" * (KEY_UTF16_MAX // 2) + "é")


@pytest.mark.parametrize(("text", "length"), [("", 0), ("abc", 3), ("é日", 2), ("😀é", 3)])
def test_utf16_length(text: str, length: int) -> None:
    """[VL5] an emoji counts two, every other character here one."""
    assert utf16_length(text) == length


def test_half_of_a_pair_has_a_length() -> None:
    """[VL5] half a surrogate pair counts one: it is measured before it is refused."""
    assert utf16_length("a\ud83d") == 2
