"""Checks of an application's expressions, kept for as long as its data models are the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from runtime.application import Application
from runtime.expressions.checking import Checking, Checks
from runtime.expressions.engine import Engine
from runtime.expressions.errors import ExpressionError
from runtime.expressions.types import BOOL, DYN, INT, STRING, Type
from runtime.parts import DataModel, Field, FieldType, Workflow

NOTE = DataModel(
    "m1", "Note", (Field("f1", "größe", FieldType.INTEGER), Field("f2", "title", FieldType.TEXT))
)
APPLICATION = Application(models=(NOTE,))


class Counting:
    """The engine, with the sources that it was asked to check; *failing* ones end by a bound."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.asked: list[str] = []
        self.failing: set[str] = set()

    def check(self, source: str, *rest: Any) -> Type:
        self.asked.append(source)
        if source in self.failing:
            raise ExpressionError("expression_limit", "too busy")
        return self._engine.check(source, *rest)


@pytest.fixture
def counting(engine: Engine) -> Counting:
    return Counting(engine)


@pytest.fixture
def checking(counting: Counting) -> Checking:
    return Checking(counting)  # type: ignore[arg-type]


def scope(checks: Checks) -> dict[str, Type]:
    return {"record": checks.record("m1")}


def test_once_for_all_revisions(checking: Checking, counting: Counting) -> None:
    """[EX21] Revisions with the same data models ask once, also where they were compiled anew."""
    again = replace(APPLICATION, models=(replace(NOTE),), workflows=(Workflow("w", "größer"),))
    for application in (APPLICATION, replace(APPLICATION, name="Ä"), again):
        checks = checking.of(application)
        assert checks.check("record.title == 'ä'", scope(checks)) == BOOL
    assert counting.asked == ["record.title == 'ä'"]


def test_other_models(checking: Checking, counting: Counting) -> None:
    """[EX21] A change of a data model asks again."""
    smaller = replace(APPLICATION, models=(replace(NOTE, fields=NOTE.fields[:1]),))
    found = [
        isinstance(checks.check("record.title", scope(checks)), ExpressionError)
        for checks in map(checking.of, (APPLICATION, smaller, APPLICATION))
    ]
    assert found == [False, True, False]
    assert len(counting.asked) == 2


def test_other_scopes(checking: Checking) -> None:
    """[EX21] One source may be right at one place and wrong at another."""
    checks = checking.of(APPLICATION)
    inner = {"vars": Type.object({"x": INT})}
    other = {"vars": Type.object({"y": INT})}
    assert checks.check("vars.x", inner) == INT
    assert isinstance(checks.check("vars.x", other), ExpressionError)
    assert checks.check("vars.x", {"vars": DYN}) == DYN
    assert isinstance(checks.check("models.Note.size()", {}), ExpressionError)
    assert checks.check("models.Note.size()", {}, sees_models=True) == INT


def test_what_is_wrong_is_raised_anew(checking: Checking) -> None:
    """[EX7] The error says the code, the place and the source, to everybody who asks."""
    checks = checking.of(APPLICATION)
    raised = []
    for _ in range(2):
        with pytest.raises(ExpressionError) as caught:
            checks.require("'ä' + record.titl", scope(checks))
        raised.append(caught.value)
    assert raised[0] is not raised[1]
    assert raised[0].code == "expression_name"
    assert "'title'" in raised[0].message
    assert raised[0].source[raised[0].start : raised[0].end] == "titl"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("record.title == 'ä'", ""),
        ("null", ""),
        ("record.title", "expression_type"),
        ("record.titl == 'ä'", "expression_name"),
        ("1 +", "expression_syntax"),
    ],
)
def test_a_condition_is_true_or_false(checking: Checking, source: str, code: str) -> None:
    """[EX7] As a condition an expression of another type is wrong as a whole."""
    checks = checking.of(APPLICATION)
    found = checks.check(source, scope(checks), is_condition=True)
    assert (found.code if isinstance(found, ExpressionError) else "") == code


def test_what_is_not_settled(checking: Checking, counting: Counting) -> None:
    """[EX21] A check that a bound has ended says nothing of the expression: it is asked again."""
    checks = checking.of(APPLICATION)
    counting.failing.add("record.title")
    with pytest.raises(ExpressionError) as caught:
        checks.check("record.title", scope(checks))
    assert caught.value.code == "expression_limit"
    counting.failing.clear()
    assert checks.check("record.title", scope(checks)) == STRING
