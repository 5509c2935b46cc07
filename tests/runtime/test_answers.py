"""Answers that are kept, and when they are not."""

from __future__ import annotations

import pytest

from runtime import answers as answers_module
from runtime.answers import Answers
from runtime.limits import ANSWER_BYTES_MAX


def test_kept_until_something_is_committed() -> None:
    """[PV22] An answer serves until the next commit."""
    answers = Answers()
    answers.keep("größe?", b"1", 1, answers.generation)
    assert answers.find("größe?") == b"1"
    assert answers.find("anders?") is None
    answers.forget()
    assert answers.find("größe?") is None


def test_late_answer_is_not_kept() -> None:
    """[PV22] What was found while something was committed may be old, and is not kept."""
    answers = Answers()
    generation = answers.generation
    answers.forget()
    answers.keep("?", b"old", 3, generation)
    assert answers.find("?") is None
    answers.keep("?", b"new", 3, answers.generation)
    assert answers.find("?") == b"new"


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """[PV22] What is kept is bounded; the answer that nobody asked for goes first."""
    monkeypatch.setattr(answers_module, "ANSWERS_BYTES_MAX", 10)
    answers = Answers()
    for question in "abc":
        answers.keep(question, question, 3, 0)
    assert answers.find("a") == "a"
    answers.keep("d", "d", 3, 0)
    assert [answers.find(question) for question in "abcd"] == ["a", None, "c", "d"]
    answers.keep("e", "e", ANSWER_BYTES_MAX + 1, 0)
    assert answers.find("e") is None
