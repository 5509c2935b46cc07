"""The checks folder: which file is whose, and what keeps a server from starting."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from collab.host.checks_folder import read_folder
from collab.settings import SettingsError

_GOOD = json.dumps({"version": 1, "permissions": [{"path": "/é", "write": []}]})


def test_collections(tmp_path: Path) -> None:
    """[CC2] a file is named as its collection, percent-encoded; hidden ones are passed over."""
    for name in ("aufg%C3%A4ben.json", "a%2Fb.json", "rooms.json", "a.b.json", ".swp"):
        (tmp_path / name).write_text(_GOOD if name != ".swp" else "{", encoding="utf-8")
    assert read_folder(tmp_path).keys() == {"aufgäben", "a/b", "rooms", "a.b"}
    assert read_folder(tmp_path / "absent") == {}


@pytest.mark.parametrize(
    "name",
    ["aufgäben.json", "a b.json", "%61.json", "%c3%a4.json", "%FF.json", ".json~x", "x.yaml", "x"],
)
def test_names_that_are_none(tmp_path: Path, name: str) -> None:
    """[CC2] a file whose name is no collection's is refused, and would otherwise go unnoticed."""
    (tmp_path / name).write_text(_GOOD, encoding="utf-8")
    if name.startswith("."):
        assert read_folder(tmp_path) == {}
        return
    with pytest.raises(SettingsError) as caught:
        read_folder(tmp_path)
    assert name in caught.value.message and caught.value.code == "checks_invalid"
    if name == "aufgäben.json":
        assert "aufg%C3%A4ben.json" in caught.value.message


def test_broken_file(tmp_path: Path) -> None:
    """[CC1] the first fault is told with file, JSON pointer and reason."""
    content = {"version": 1, "schema": {"/é": {"type": "texte"}}}
    (tmp_path / "x.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_folder(tmp_path)
    assert f"{tmp_path / 'x.json'}: at /schema/~1é/type: 'texte' is not" in caught.value.message
