"""Queries on documents, without any of them stored anywhere. SPEC: section SQ."""

from __future__ import annotations

from typing import Any

import pytest

from collab.errors import LimitExceeded, Refused
from collab.limits import QUERY_TERMS_MAX, QUERY_WORK_MAX
from collab.model.query import read_query


def _nested(depth: int) -> Any:
    value: Any = "é"
    for level in range(depth):
        value = [value] if level % 2 else {"x": value}
    return value


_DOCUMENT = {
    "title": "Größe 😀",
    "count": 5,
    "price": 2.5,
    "done": False,
    "nothing": None,
    "tags": ["rot", "grün", 7],
    "owner": {"name": "Zoë", "age": 40},
    "lines": [{"sku": "é-1"}, {"sku": "é-2"}],
}

_HOLDS: list[dict[str, Any]] = [
    {},
    {"title": "Größe 😀"},
    {"title": "Größe 😀", "count": 5},
    {"count": 5.0},
    {"done": False},
    {"nothing": None},
    {"missing": None},
    {"owner.name": "Zoë"},
    {"owner": {"name": "Zoë", "age": 40}},
    {"lines.1.sku": "é-2"},
    {"tags": "grün"},
    {"tags": 7},
    {"tags": ["rot", "grün", 7]},
    {"tags.0": "rot"},
    {"_id": "näme"},
    {"_id": {"$in": ["andere", "näme"]}},
    {"count": {"$eq": 5}},
    {"count": {"$ne": 6}},
    {"missing": {"$ne": 6}},
    {"count": {"$gt": 4, "$lt": 6}},
    {"count": {"$gte": 5, "$lte": 5}},
    {"price": {"$gt": 2}},
    {"title": {"$gt": "Größe"}},
    {"title": {"$lt": "h"}},
    {"tags": {"$gt": 6}},
    {"count": {"$in": [1, 5]}},
    {"missing": {"$in": [None]}},
    {"tags": {"$in": ["blau", "rot"]}},
    {"count": {"$nin": [1, 2]}},
    {"missing": {"$nin": [1]}},
    {"owner.age": {"$exists": True}},
    {"nothing": {"$exists": True}},
    {"missing": {"$exists": False}},
    {"owner.name.first": {"$exists": False}},
]

_FAILS: list[dict[str, Any]] = [
    {"title": "größe 😀"},
    {"count": "5"},
    {"count": True},
    {"done": 0},
    {"done": None},
    {"title": "Größe 😀", "count": 6},
    {"owner": {"name": "Zoë"}},
    {"lines.2.sku": "é-2"},
    {"lines.sku": "é-2"},
    {"lines.-1.sku": "é-2"},
    {"tags": "blau"},
    {"_id": "Näme"},
    {"count": {"$ne": 5}},
    {"tags": {"$ne": "rot"}},
    {"count": {"$gt": 5}},
    {"count": {"$gt": "4"}},
    {"title": {"$gt": 1}},
    {"nothing": {"$lt": 1}},
    {"done": {"$lt": 1}},
    {"missing": {"$gte": 0}},
    {"count": {"$in": []}},
    {"count": {"$nin": [5]}},
    {"tags": {"$nin": ["rot"]}},
    {"nothing": {"$exists": False}},
    {"missing": {"$exists": True}},
]


@pytest.mark.parametrize("query", _HOLDS)
def test_what_holds(query: dict[str, Any]) -> None:
    """[SQ1] [SQ2] conditions that hold of a document find it."""
    assert read_query(query).matches("näme", _DOCUMENT)


@pytest.mark.parametrize("query", _FAILS)
def test_what_does_not_hold(query: dict[str, Any]) -> None:
    """[SQ1] [SQ2] one condition that does not hold is enough to leave a document out."""
    assert not read_query(query).matches("näme", _DOCUMENT)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"$or": [{"a": 1}]}, "$or"),
        ({"a": {"$regex": "é"}}, "$regex"),
        ({"a": {"$eq": 1, "$size": 2}}, "$size"),
        ({"a": {"$eq": 1, "plain": 2}}, "plain"),
        ({"$where": "true"}, "$where"),
        ({"$distinct": {"field": "a"}}, "$distinct"),
        ({"$sort": {"$natural": 1}}, "$natural"),
    ],
)
def test_what_is_not_understood_is_named(query: dict[str, Any], name: str) -> None:
    """[SQ3] an operator that is not understood is refused by name, never passed over."""
    with pytest.raises(Refused) as caught:
        read_query(query)
    assert caught.value.code == "query_unsupported"
    assert name in caught.value.message


@pytest.mark.parametrize(
    "query",
    [
        None,
        "é",
        [],
        7,
        {"": 1},
        {"a..b": 1},
        {".a": 1},
        {".".join("a" * 65): 1},
        {"a": {"$in": 1}},
        {"a": _nested(65)},
        {"a": {"$in": [_nested(900)]}},
        {"a": {"$nin": "é"}},
        {"a": {"$exists": 1}},
        {"a": {"$gt": None}},
        {"a": {"$lt": [1]}},
        {"a": {"$gte": True}},
        {"$limit": -1},
        {"$limit": 1.5},
        {"$limit": True},
        {"$skip": "1"},
        {"$skip": 2**53 + 1},
        {"$count": False},
        {"$count": "é"},
        {"$sort": []},
        {"$sort": {"a": 0}},
        {"$sort": {"a": [1]}},
        {"$sort": {"a": True}},
        {"$sort": {"a": "asc"}},
    ],
)
def test_what_is_no_query(query: object) -> None:
    """[SQ3] what is no query is refused with what is wrong."""
    with pytest.raises(Refused) as caught:
        read_query(query)
    assert caught.value.code == "query_invalid"


def test_a_query_has_so_many_terms() -> None:
    """[SQ14] conditions and the values in them count; one more than may be is refused."""
    read_query({"a": {"$in": list(range(QUERY_TERMS_MAX - 2))}})
    for query in (
        {"a": {"$in": list(range(QUERY_TERMS_MAX - 1))}},
        {f"größe{index}": index for index in range(QUERY_TERMS_MAX)},
        {"a": {"deep": [{"x": list(range(QUERY_TERMS_MAX))}]}},
        {"$sort": {f"a{index}": 1 for index in range(QUERY_TERMS_MAX)}},
    ):
        with pytest.raises(LimitExceeded) as caught:
            read_query(query)
        assert caught.value.code == "limit_query"


def _order(query: dict[str, Any], documents: dict[str, Any]) -> list[str]:
    read = read_query(query)
    keys = sorted(read.sort_key(name, document) for name, document in documents.items())
    return [key[-1] for key in keys[read.window]]


def test_documents_are_ordered() -> None:
    """[SQ4] by the fields of $sort, their kinds first, and then by name."""
    values: dict[str, Any] = {
        "é": 2,
        "a": "b",
        "b": 10,
        "c": None,
        "d": "ä😀",
        "f": True,
        "g": False,
        "h": {"x": 1},
        "i": [9],
        "j": 2,
        "k": -1.5,
    }
    documents = {name: {"v": value} for name, value in values.items()} | {"z": {}}
    ascending = ["c", "z", "k", "j", "é", "b", "a", "d", "h", "i", "g", "f"]
    assert _order({"$sort": {"v": 1}}, documents) == ascending
    descending = ["f", "g", "h", "i", "d", "a", "b", "j", "é", "k", "c", "z"]
    assert _order({"$sort": {"v": -1}}, documents) == descending
    assert _order({}, documents) == sorted(documents)


def test_several_fields_order() -> None:
    """[SQ4] what is equal in one field is ordered by the next, each in its own direction."""
    documents = {"a": {"x": 1, "y": 1}, "b": {"x": 1, "y": 2}, "c": {"x": 0, "y": 9}}
    assert _order({"$sort": {"x": 1, "y": -1}}, documents) == ["c", "b", "a"]
    assert _order({"$sort": {"x": -1, "y": 1}}, documents) == ["a", "b", "c"]


def test_a_part_of_them() -> None:
    """[SQ4] $skip and $limit cut a part out; a limit of 0 is none."""
    documents: dict[str, Any] = {name: {} for name in "abcdé"}
    assert _order({"$limit": 2}, documents) == ["a", "b"]
    assert _order({"$skip": 3}, documents) == ["d", "é"]
    assert _order({"$skip": 1, "$limit": 2}, documents) == ["b", "c"]
    assert _order({"$skip": 9}, documents) == []
    assert _order({"$limit": 0}, documents) == list("abcdé")


def test_a_long_list_is_too_much_work() -> None:
    """[SQ14] each of its items may be compared with each value, which is bounded beforehand."""
    document = {"n": 1, "long": ["é"] * (QUERY_WORK_MAX // 10)}
    read_query({"long": {"$in": [1, 2, 3]}}).matches("ä", document)
    query = read_query({"long": {"$in": list(range(20))}})
    with pytest.raises(LimitExceeded) as caught:
        query.matches("ä", document)
    assert caught.value.code == "limit_query"
    assert not read_query({"n": 2, "long": {"$in": list(range(20))}}).matches("ä", document)


def test_a_name_may_rule_a_document_out() -> None:
    """[SQ1] before it is read; what is not about the name does not."""
    query = read_query({"_id": {"$in": ["ä", "b"]}, "n": 1})
    assert [query.may_match(name) for name in ("ä", "b", "c")] == [True, True, False]
    assert read_query({"n": 1}).may_match("c")
