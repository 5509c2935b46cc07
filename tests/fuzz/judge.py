"""The judge: whether what the log holds is what the clients were told, each edit exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from collab.ids import RevisionNo, RoomId
from collab.revision import ChangeKind, Revision
from collab.room.fold import fold
from collab.stores.sqlite import SqliteStore
from collab.values import Json, SharedMap, plain
from tests.fuzz.clients import Ledger
from tests.fuzz.edits import TOKEN, Edit

__all__ = ["History", "difference", "judge", "read_history"]

_PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class History:
    """A room's log, folded: ``document`` from its beginning, ``resumed`` from its last snapshot."""

    revisions: list[Revision]
    document: Json
    resumed: Json


async def read_history(folder: Path, room: RoomId) -> History:
    """Read *room* from the store in *folder*, which no server has open."""
    store = SqliteStore(folder / "rooms.db")
    await store.open()
    try:
        revisions: list[Revision] = []
        while page := await store.revisions(room, RevisionNo(len(revisions)), _PAGE):
            revisions += page
        snapshot = await store.snapshot(room)
    finally:
        await store.close()
    start: Json = (
        SharedMap(application=SharedMap(), nodes=SharedMap())
        if room.is_application
        else SharedMap()
    )
    document = _folded(start, revisions)
    resumed = document
    if snapshot is not None:
        resumed = _folded(snapshot.document, revisions[snapshot.revision :])
    return History(revisions, plain(document), plain(resumed))


def _folded(document: Json, revisions: Iterable[Revision]) -> Json:
    for revision in revisions:
        document = fold(document, revision)
    return document


def judge(ledger: Ledger, revisions: list[Revision]) -> list[str]:
    """Return everything that is wrong with the log, given what the authors did and were told."""
    wrong = _misnumbered(revisions)
    inserted, removed = _tokens(revisions)
    winners: dict[tuple[str, ...], set[str]] = {}
    for edit in ledger.edits.values():
        if edit.slot is not None and inserted[edit.token]:
            winners.setdefault(edit.slot, set()).add(edit.token)
    for token, edit in ledger.edits.items():
        times = inserted[token]
        if times > 1:
            wrong.append(f"{token} was committed {times} times")
        elif times and edit.is_bad:
            wrong.append(f"{token} should have been refused, and is in the log")
        elif times and token in ledger.refused:
            wrong.append(f"{token} is in the log, but was refused: {ledger.refused[token]}")
        elif not times and not _may_be_missing(edit, ledger, winners, removed):
            told = "was acknowledged" if token in ledger.acked else "was made"
            wrong.append(f"{token} {told} and is not in the log: {edit.steps}")
    return wrong


def _may_be_missing(
    edit: Edit, ledger: Ledger, winners: dict[tuple[str, ...], set[str]], removed: set[str]
) -> bool:
    if edit.is_bad or edit.token in ledger.refused or edit.token in ledger.unknown:
        return True
    # Of two who set one key at once Yjs keeps one, and leaves no trace of the other's value.
    if edit.slot is not None and winners.get(edit.slot):
        return True
    return edit.inside is not None and edit.inside in removed


def _misnumbered(revisions: list[Revision]) -> list[str]:
    wrong = []
    if [revision.number for revision in revisions] != list(range(1, len(revisions) + 1)):
        wrong.append("the revisions are not numbered without a gap")
    names = Counter(
        (revision.source, revision.seq) for revision in revisions if revision.source is not None
    )
    wrong += [f"{name} was committed {times} times" for name, times in names.items() if times > 1]
    return wrong


def _tokens(revisions: list[Revision]) -> tuple[Counter[str], set[str]]:
    """Return how often each token was put in, and those that were ever taken out."""
    inserted: Counter[str] = Counter()
    removed: set[str] = set()
    for revision in revisions:
        if revision.kind is ChangeKind.CREATE:
            inserted.update(_in(revision.change))
        elif revision.kind is ChangeKind.OP:
            for component in revision.change:
                came, went = Counter(_parts(component, "i")), Counter(_parts(component, "d"))
                # What a component replaces by something like it was put in by another.
                inserted.update(came - went)
                removed.update(went - came)
    return inserted, removed


def _parts(component: dict[str, Any], way: str) -> list[str]:
    return [
        token
        for name in (f"o{way}", f"l{way}", f"s{way}")
        if name in component
        for token in _in(component[name])
    ]


def _in(value: Json) -> list[str]:
    return TOKEN.findall(orjson.dumps(plain(value)).decode())


def difference(one: Json, other: Json, path: str = "") -> str | None:
    """Return where two JSON documents differ first, None if they are equal."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            if key not in one or key not in other:
                return f"{path}/{key}: only on one side"
            if (found := difference(one[key], other[key], f"{path}/{key}")) is not None:
                return found
        return None
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (item, its) in enumerate(zip(one, other, strict=True)):
            if (found := difference(item, its, f"{path}/{index}")) is not None:
                return found
        return None
    if type(one) is type(other) and one == other:
        return None
    if {type(one), type(other)} == {int, float} and one == other:
        return None
    return f"{path}: {str(one)[:400]!r} and {str(other)[:400]!r}"
