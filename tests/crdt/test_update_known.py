"""Updates are judged by whose they are and what is new in them; bounds hold for all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from collab.crdt.structs import TypeRef
from collab.limits import (
    CLIENT_IDS_PER_UPDATE_MAX,
    KEY_UTF16_MAX,
    STEP2_BYTES_MAX,
    UPDATE_WORK_MAX,
)
from tests.crdt.forge import any_content, forge_update, gc, item, skip, string_content, type_content
from tests.crdt.judging import CLIENT, FREE, judge, refused
from tests.crdt.oracle import YjsOracle


@pytest.fixture(scope="module")
def oracle() -> Iterator[YjsOracle]:
    with YjsOracle() as running:
        yield running


def made_by_yjs(oracle: YjsOracle, *edits: Mapping[str, Any]) -> bytes:
    oracle.create("one", CLIENT)
    oracle.edit("one", *edits)
    return oracle.update("one")


def test_only_new_structs_are_judged() -> None:
    """[CR10] a foreign client's, unknown root's or refused content that is known is no offence."""
    structs = [item((3, b"\x01\xff"), root="elsewhere", key="ä"), item(any_content(1, 2), root="r")]
    update = forge_update([(CLIENT, 4, structs)])
    owners = {CLIENT: "bob"}
    assert judge(update, known={CLIENT: 7}, owners=owners).is_known
    refused("update_foreign_client", update, known={CLIENT: 6}, owners=owners)
    inspection = judge(update, known={CLIENT: 5}, rules=FREE)
    assert [struct.clock for struct in inspection.new_structs] == [5]
    assert inspection.missing == ()


def test_known_half_of_a_struct_is_not_judged() -> None:
    """[CR10] of a struct that is known in part only the new values are judged."""
    values = [item(any_content(float("nan"), "ü"), origin=(9, 0))]
    update = forge_update([(CLIENT, 4, values)])
    assert judge(update, known={CLIENT: 5, 9: 1}).new_struct_count == 1
    refused("update_value", update, known={CLIENT: 4, 9: 1})


def test_foreign_client(oracle: YjsOracle) -> None:
    """[CR11] an id that somebody else used first is refused, one's own and a new one are not."""
    edit = {"path": ["nodes"], "do": "map-set", "key": "größe", "value": "名前"}
    update = made_by_yjs(oracle, edit)
    refused("update_foreign_client", update, owners={CLIENT: "bob"})
    refused("update_foreign_client", update, owners={CLIENT: ""})
    assert judge(update, owners={CLIENT: "änne"}).new_clients == ()
    assert judge(update).new_clients == (CLIENT,)


def test_is_known(oracle: YjsOracle) -> None:
    """[CR22] nothing new is known; a delete is not, nor is half a struct."""
    text = {"path": ["nodes"], "do": "map-set", "key": "é", "value": {"$text": "日本"}}
    update = made_by_yjs(oracle, text)
    assert not judge(update).is_known
    assert not judge(update, known={CLIENT: 2}).is_known
    known = judge(update, known={CLIENT: 3})
    assert known.is_known and known.new_clients == () and known.new_struct_count == 0
    assert judge(forge_update()).is_known
    assert not judge(forge_update(deletes=[(CLIENT, [(0, 1)])]), known={CLIENT: 3}).is_known
    assert judge(forge_update(deletes=[(CLIENT, [(9, 0)])]), known={CLIENT: 3}).is_known
    assert judge(forge_update([(CLIENT, 3, [skip(5)])]), known={CLIENT: 3}).is_known


def test_limits() -> None:
    """[CR21] the bounds hold: at the bound it passes, one beyond is refused."""

    def clients(count: int) -> bytes:
        return forge_update([(client, 0, [gc(1)]) for client in range(count)])

    assert len(judge(clients(CLIENT_IDS_PER_UPDATE_MAX)).new_clients) == CLIENT_IDS_PER_UPDATE_MAX
    beyond = clients(CLIENT_IDS_PER_UPDATE_MAX + 1)
    refused("update_limit", beyond)
    assert judge(beyond, known={0: 1}).new_struct_count == CLIENT_IDS_PER_UPDATE_MAX

    def keyed(key: str) -> bytes:
        return forge_update([(1, 0, [item(any_content(1), root="nodes", key=key)])])

    assert judge(keyed("😀" * (KEY_UTF16_MAX // 2))).new_struct_count == 1
    refused("update_limit", keyed("😀" * (KEY_UTF16_MAX // 2) + "x"))
    root = forge_update([(1, 0, [item(any_content(1), root="ü" * (KEY_UTF16_MAX + 1))])])
    refused("update_limit", root, rules=FREE)


def test_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """[CR21] structs, values and deletes are counted before they are read, whatever their size."""
    work_max = UPDATE_WORK_MAX // 100
    monkeypatch.setattr("collab.crdt.structs.UPDATE_WORK_MAX", work_max)
    structs = work_max // 6 - 1
    assert judge(forge_update([(1, 0, [gc(1)] * structs)])).new_struct_count == structs
    refused("update_limit", forge_update([(1, 0, [gc(1)] * (structs + 1))]))
    refused("update_limit", forge_update([(client, 0, []) for client in range(work_max)]))

    def value(json: Any) -> bytes:
        return forge_update([(1, 0, [item(any_content(json), root="nodes", key="é")])])

    # Six for the block, six for the struct, one for its value and two for the list.
    judge(value([None] * (work_max - 15)))
    refused("update_limit", value([None] * (work_max - 14)))
    refused("update_limit", value([[]] * (work_max // 3)))
    values = item(any_content(*["é"] * work_max), root="r")
    refused("update_limit", forge_update([(1, 0, [values])]), rules=FREE)
    text = f"[{'[],' * (work_max // 4)}[]]".encode()
    length = len(text)
    prefix = bytes([length & 0x7F | 0x80, length >> 7])
    embed = forge_update([(1, 0, [item((5, prefix + text), root="t")])])
    refused("update_limit", embed, rules=FREE)

    deletes = [(0, 1)] * (work_max - 1)
    judge(forge_update(deletes=[(1, deletes)]), known={1: 1})
    refused("update_limit", forge_update(deletes=[(1, [*deletes, (0, 1)])]), known={1: 1})
    nothing: list[tuple[int, int]] = []
    beyond = forge_update(deletes=[(client, nothing) for client in range(work_max + 1)])
    refused("update_limit", beyond)


def test_a_large_step_2_of_large_contents() -> None:
    """[CR21] sixteen megabytes of texts are no more work than their number."""
    text = "größe" * 2_000
    count = STEP2_BYTES_MAX // len(text.encode()) - 1
    structs = [item(type_content(TypeRef.TEXT), root="nodes", key="名前")]
    structs += [item(string_content(text), parent=(1, 0)) for _ in range(count)]
    update = forge_update([(1, 0, structs)])
    assert 0.99 * STEP2_BYTES_MAX < len(update) <= STEP2_BYTES_MAX
    assert judge(update).new_struct_count == count + 1
