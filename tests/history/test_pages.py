"""Pages of the history: groups that are the same from wherever they are read."""

from __future__ import annotations

from typing import Any

import pytest

from collab.history.pages import Group, Question, describe, end_of_block, read_leaf
from collab.ids import Epoch, RevisionNo, RoomId, TenantId, UserId
from collab.limits import (
    HISTORY_GROUP_PAUSE_MS,
    HISTORY_GROUP_REVISIONS_MAX,
    HISTORY_GROUPS_MAX,
    HISTORY_WORDS_REVISIONS_MAX,
)
from collab.revision import ChangeKind, Revision
from collab.stores.memory import MemoryStore
from collab.values import SharedMap
from tests.model.models import REGISTRY

pytestmark = pytest.mark.asyncio

_ROOM = RoomId.application(TenantId("zürich"), "plan")
_BEGINNING = RevisionNo(0)
_BLOCK = HISTORY_GROUP_REVISIONS_MAX


def _revision(number: int, author: str, time_ms: int, op: list[Any] | None = None) -> Revision:
    return Revision(
        number=RevisionNo(number),
        epoch=Epoch(1),
        kind=ChangeKind.OP,
        change=op or [{"p": ["application", f"k{number}"], "oi": number}],
        update=b"",
        author=UserId(author),
        time_ms=time_ms,
        author_name=f"{author} é",
    )


async def _store(revisions: list[Revision]) -> MemoryStore:
    store = MemoryStore()
    await store.open()
    await store.create_room(_ROOM, title="", created_by=UserId("zoë"), time_ms=0)
    claim = await store.claim(_ROOM)
    await store.append(_ROOM, claim.token, revisions)
    return store


async def _page(
    store: MemoryStore, before: int, groups_max: int = HISTORY_GROUPS_MAX, **more: Any
) -> tuple[list[Group], RevisionNo | None]:
    asked = Question(RevisionNo(before), groups_max, **more)
    leaf = await read_leaf(store, _ROOM, _BEGINNING, asked)
    return describe(leaf, asked, REGISTRY), leaf.next


def _spans(groups: list[Group]) -> list[tuple[int, int, str]]:
    return [(group.first, group.last, group.author) for group in groups]


async def test_groups_by_person_and_time() -> None:
    """[HI1] another person, or a pause, begins a new group; just within the pause does not."""
    late = 2 * HISTORY_GROUP_PAUSE_MS
    store = await _store(
        [
            _revision(1, "zoë", 0),
            _revision(2, "zoë", HISTORY_GROUP_PAUSE_MS),
            _revision(3, "ömer", HISTORY_GROUP_PAUSE_MS + 1),
            _revision(4, "zoë", late),
            _revision(5, "zoë", late + HISTORY_GROUP_PAUSE_MS + 1),
        ]
    )
    groups, rest = await _page(store, 6)
    assert rest is None
    assert _spans(groups) == [(5, 5, "zoë"), (4, 4, "zoë"), (3, 3, "ömer"), (1, 2, "zoë")]
    assert [entry.last for entry in groups[-1].entries] == [2, 1]
    assert groups[-1].author_name == "zoë é"
    assert (groups[-1].begin_ms, groups[-1].end_ms) == (0, HISTORY_GROUP_PAUSE_MS)
    assert groups[-1].words == "2 changes to the app"


def _long(count: int) -> list[Revision]:
    """Return a history in which two people alternate now and then."""
    return [
        _revision(number, "zoë" if number // 7 % 3 else "ömer", number * 1000)
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("size", [1, 3, 50])
async def test_page_after_page(size: int) -> None:
    """[HI2] every revision comes once, in the groups that one large page has; each is whole."""
    count = 3 * _BLOCK + 5
    store = await _store(_long(count))
    whole, _ = await _page(store, count + 1)
    paged: list[Group] = []
    before: RevisionNo | None = RevisionNo(count + 1)
    while before is not None:
        groups, before = await _page(store, before, size)
        assert len(groups) <= size
        paged += groups
    assert paged[: len(whole)] == whole
    numbers = [number for group in reversed(paged) for number in range(group.first, group.last + 1)]
    assert numbers == list(range(1, count + 1))
    assert all(group.last - group.first < _BLOCK for group in paged)
    # Groups do not reach across blocks.
    assert {_BLOCK, 2 * _BLOCK, 3 * _BLOCK} <= {group.last for group in paged}


async def test_a_page_reads_so_much_and_no_more() -> None:
    """[HI7] one person's long work ends a page before there are groups enough."""
    count = HISTORY_WORDS_REVISIONS_MAX + 3 * _BLOCK
    store = await _store([_revision(number, "zoë", number) for number in range(1, count + 1)])
    groups, rest = await _page(store, count + 1)
    assert len(groups) == HISTORY_WORDS_REVISIONS_MAX // _BLOCK
    assert rest == count - HISTORY_WORDS_REVISIONS_MAX + 1


async def test_one_person_and_one_element() -> None:
    """[HI13] groups are those of the whole history, without what was not asked for."""
    ops = [
        [{"p": ["nodes", "é"], "oi": SharedMap(type="Text@1", place=None, props=SharedMap())}],
        [{"p": ["application", "name"], "oi": "α"}],
        [{"p": ["nodes", "é", "props", "text"], "oi": "日"}],
    ]
    authors = ["zoë", "zoë", "ömer"]
    store = await _store(
        [
            _revision(number, author, number, op)
            for number, (author, op) in enumerate(zip(authors, ops, strict=True), 1)
        ]
    )
    assert _spans((await _page(store, 4, author=UserId("ömer")))[0]) == [(3, 3, "ömer")]
    groups, _ = await _page(store, 4, node="é")
    assert _spans(groups) == [(3, 3, "ömer"), (1, 2, "zoë")]
    assert [entry.first for group in groups for entry in group.entries] == [3, 1]
    assert (await _page(store, 4, node="nie"))[0] == []


async def test_an_empty_history() -> None:
    """[HI2] has no groups and no further page."""
    store = await _store([])
    assert await _page(store, 1) == ([], None)


async def test_a_log_that_forgot_its_beginning() -> None:
    """[HI2] the last page ends where the kept history begins."""
    store = await _store(_long(_BLOCK))
    asked = Question(RevisionNo(_BLOCK + 1), HISTORY_GROUPS_MAX)
    leaf = await read_leaf(store, _ROOM, RevisionNo(10), asked)
    assert (leaf.revisions[0].number, leaf.next) == (11, None)


@pytest.mark.parametrize("size", [1, 3])
async def test_the_page_that_a_revision_is_on(size: int) -> None:
    """[HI15] down to its group, however many; page after page up gives every group once."""
    count = 2 * _BLOCK + 5
    store = await _store(_long(count))
    whole, _ = await _page(store, count + 1)
    for wanted in (1, 7, _BLOCK - 1, _BLOCK, _BLOCK + 1, count):
        end = end_of_block(RevisionNo(wanted), RevisionNo(count))
        groups, _ = await _page(store, end + 1, size, through=RevisionNo(wanted))
        assert groups[-1].first <= wanted or len(groups) == size
        assert any(group.first <= wanted <= group.last for group in groups), wanted
        assert [group for group in groups if group not in whole] == []
        assert groups[0].last == end
    spans: list[tuple[int, int, str]] = []
    newer = 1
    while newer <= count:
        end = end_of_block(RevisionNo(newer), RevisionNo(count))
        groups, _ = await _page(store, end + 1, size, through=RevisionNo(newer))
        spans[:0] = _spans([group for group in groups if group.first >= newer])
        newer = end + 1
    assert spans == _spans(whole)


async def test_a_page_around_of_one_person() -> None:
    """[HI15] a filter leaves groups out, and the page reaches down to the revision all the same."""
    store = await _store(_long(_BLOCK))
    asked = {"author": UserId("zoë"), "through": RevisionNo(3)}
    groups, _ = await _page(store, _BLOCK + 1, 1, **asked)
    every, _ = await _page(store, _BLOCK + 1, author=UserId("zoë"))
    assert {group.author for group in groups} == {"zoë"}
    assert groups == every[: len(groups)]
    assert groups[-1].first <= 14


async def test_a_block_ends_at_the_head() -> None:
    """[HI15] the newest block is as long as it is by now, and a revision to come is in none."""
    assert end_of_block(RevisionNo(1), RevisionNo(7)) == 7
    assert end_of_block(RevisionNo(_BLOCK), RevisionNo(3 * _BLOCK)) == _BLOCK
    assert end_of_block(RevisionNo(_BLOCK + 1), RevisionNo(3 * _BLOCK)) == 2 * _BLOCK
