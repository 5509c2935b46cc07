"""The rules of SPEC.md and the tests are held against each other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_RULE = re.compile(r"^- \[([A-Z]{2}\d+)\] ", re.MULTILINE)
_CITED = re.compile(r"\[([A-Z]{2}\d+)\]")


def _rules() -> list[str]:
    specs = [ROOT / "collab" / "SPEC.md", ROOT / "runtime" / "SPEC.md"]
    return [rule for spec in specs for rule in _RULE.findall(spec.read_text())]


def _docstrings() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                text = ast.get_docstring(node)
                if node.name.startswith("test_") and text:
                    yield f"{path.relative_to(ROOT)}::{node.name}", text


def test_every_rule_has_a_test() -> None:
    """[SP1] a rule that no test cites is only a wish."""
    cited = {rule for _, text in _docstrings() for rule in _CITED.findall(text)}
    untested = sorted(set(_rules()) - cited)
    assert not untested, f"rules without a test: {', '.join(untested)}"


def test_no_test_cites_an_unknown_rule() -> None:
    """[SP2] a test that cites a rule which is not written down is a typing error or a secret."""
    rules = set(_rules())
    unknown = {
        name: sorted(missing)
        for name, text in _docstrings()
        if (missing := set(_CITED.findall(text)) - rules)
    }
    assert not unknown, unknown


def test_rules_are_numbered_once() -> None:
    """[SP3] a number names one rule."""
    rules = _rules()
    twice = sorted({rule for rule in rules if rules.count(rule) > 1})
    assert len(rules) > 100
    assert not twice, f"numbered twice: {', '.join(twice)}"


def test_modules_name_sections_that_exist() -> None:
    """[SP4] a section that a module's docstring refers to has rules."""
    sections = {rule.rstrip("0123456789") for rule in _rules()}
    pattern = re.compile(r"SPEC: sections? ((?:[A-Z]{2}(?:, | and )?)+)")
    unknown = {}
    for path in [*(ROOT / "collab").rglob("*.py"), *(ROOT / "runtime").rglob("*.py")]:
        for match in pattern.finditer(path.read_text()):
            missing = set(re.findall(r"[A-Z]{2}", match[1])) - sections
            if missing:
                unknown[str(path.relative_to(ROOT))] = sorted(missing)
    assert not unknown, unknown
