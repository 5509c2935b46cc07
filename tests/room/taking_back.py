"""A room with reverts, undos and redos under a test's hand, and random edits told apart by author.

What each author writes consists of characters that nobody else writes and nobody writes twice, so
that a test can tell whose work is in a document.
"""

from __future__ import annotations

import random
from typing import Any

import orjson

from collab.ids import RevisionNo, SessionId, SourceId
from collab.messages import Ack, Dialect, Refusal, Revert, SessionCommand, Undo
from collab.revision import ChangeKind, Revision
from collab.values import plain
from tests.room.driver import Driver
from tests.room.edits import random_op

__all__ = ["Rewriter", "Workshop"]

# One block of Unicode for each author.
_FIRST_CHARACTERS = {"ann": 0xAC00, "bob": 0x4E00}


class Workshop(Driver):
    """A driver that counts each session's ``seq`` and performs appends at once."""

    def __init__(self, *, is_application: bool = False, **options: Any) -> None:
        super().__init__(is_application=is_application, **options)
        self.seqs: dict[str, int] = {}

    def enter(self, *names: str) -> None:
        """Let native sessions in."""
        for name in names:
            self.join(name, Dialect.NATIVE)

    def create(self, name: str, data: Any) -> None:
        self.submit(name, data, seq=self.next_seq(name), kind=ChangeKind.CREATE)
        self.store()

    def edit(self, name: str, *op: dict[str, Any]) -> Revision:
        """Commit an op of the session *name* at the head."""
        effects = self.submit(name, list(op), seq=self.next_seq(name))
        self.effects = [*effects, *self.store()]
        assert not self.told(Refusal), self.told(Refusal)
        return self.log[-1]

    def revert(self, name: str, revision: int) -> Ack | Refusal:
        seq = self.next_seq(name)
        source = SourceId(f"source of {name}")
        return self.ask(Revert(SessionId(name), source, seq, RevisionNo(revision)))

    def undo(self, name: str, *, of: str = "", is_redo: bool = False) -> Ack | Refusal:
        source = SourceId(f"source of {name}")
        of_source = SourceId(f"source of {of or name}")
        return self.ask(Undo(SessionId(name), source, self.next_seq(name), of_source, is_redo))

    def redo(self, name: str) -> Ack | Refusal:
        return self.undo(name, is_redo=True)

    def ask(self, command: SessionCommand) -> Ack | Refusal:
        """Feed *command*, store what comes of it, and return the one answer."""
        self.effects = [*self.feed(command), *self.store()]
        answers = [*self.told(Ack), *self.told(Refusal)]
        assert len(answers) == 1, self.effects
        return answers[0]

    def next_seq(self, name: str) -> int:
        self.seqs[name] = self.seqs.get(name, 0) + 1
        return self.seqs[name]


class Rewriter:
    """Makes random ops whose every written character says who wrote it."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self._written = dict.fromkeys(_FIRST_CHARACTERS, 0)

    def op(self, name: str, document: Any) -> list[dict[str, Any]]:
        """Return an op that applies to *document*."""
        names = {"oi": self.value, "li": self.value, "si": self.value}
        return [
            {key: names[key](name, item) if key in names else item for key, item in part.items()}
            for part in random_op(self.rng, plain(document))
        ]

    def value(self, name: str, value: Any) -> Any:
        """Return *value* with every scalar replaced by a text of *name*'s."""
        if isinstance(value, dict):
            return {key: self.value(name, item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(name, item) for item in value]
        self._written[name] += 2
        last = _FIRST_CHARACTERS[name] + self._written[name]
        return chr(last - 1) + chr(last)

    def written_by(self, name: str, document: Any) -> set[str]:
        """Return which of *name*'s characters are in *document*."""
        first = _FIRST_CHARACTERS[name]
        last = first + self._written[name]
        text = orjson.dumps(plain(document)).decode()
        return {character for character in text if first <= ord(character) <= last}
