"""The page, its policy and what it knows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runtime.errors import PreviewBusy, PreviewDenied, PreviewNotFound
from runtime.identity import Identity, RoomRole
from runtime.page import PlayerPage, content_policy, error_page, origin_of

TEMPLATE = "<html><head><!--preview-head--><title>é😀</title></head></html>"


def person(room: str, token: str, name: str) -> Identity:
    return Identity("local", room, "ada", name, "#336699", RoomRole.EDITOR, token)


@pytest.mark.parametrize(
    ("scheme", "host", "origin"),
    [
        ("http", "127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https", "design.example", "https://design.example"),
        ("http", "[::1]:8000", "http://[::1]:8000"),
        ("http", "x.example; script-src *", ""),
        ("http", "x.example 'unsafe-inline'", ""),
        ("http", "", ""),
        ("http", "é.example", ""),
        ("javascript", "x.example", ""),
    ],
)
def test_origin(scheme: str, host: str, origin: str) -> None:
    """[PV8] A header can put an origin into the policy and nothing else."""
    assert origin_of(scheme, host) == origin


def test_policy() -> None:
    """[PV8] The policy sandboxes the player and names the server for each thing that it loads."""
    rules = dict(rule.split(" ", 1) for rule in content_policy("http://h:1", "o.1").split("; "))
    assert rules["sandbox"].split() == [
        "allow-scripts",
        "allow-forms",
        "allow-popups",
        "allow-popups-to-escape-sandbox",
    ]
    assert rules["frame-src"] == "https:"
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "http://h:1/assets/"
    assert rules["connect-src"] == "http://h:1/preview/o.1/"
    assert rules["frame-ancestors"] == "http://h:1"
    assert rules["form-action"] == rules["base-uri"] == "'none'"


def test_head_of_the_page(tmp_path: Path) -> None:
    """[PV8] Room, token, role and user stand in the page's head, escaped."""
    (tmp_path / "preview.html").write_text(TEMPLATE, encoding="utf-8")
    text = PlayerPage(tmp_path).render(person('a"><script>é', "t&k", "<b>Ada 😀"))
    assert '<meta name="preview-room" content="a&quot;&gt;&lt;script&gt;é">' in text
    assert '<meta name="preview-token" content="t&amp;k">' in text
    assert '<meta name="preview-role" content="editor">' in text
    assert '<meta name="preview-user" content="&lt;b&gt;Ada 😀">' in text
    assert '<meta name="preview-user-id" content="ada">' in text
    assert "<title>é😀</title>" in text


def test_page_follows_the_build(tmp_path: Path) -> None:
    """[PV8] Without a build the page says so; a new build is served at once."""
    page = PlayerPage(tmp_path)
    with pytest.raises(PreviewBusy) as caught:
        page.render(person("r", "t", "ä"))
    assert caught.value.code == "preview_not_built"
    path = tmp_path / "preview.html"
    path.write_text("one")
    assert page.render(person("r", "t", "ä")) == "one"
    path.write_text("two")
    os.utime(path, ns=(1, 1))
    assert page.render(person("r", "t", "ä")) == "two"


def test_error_page() -> None:
    """[PV5] What is wrong is said on a page that runs nothing, and as text."""
    text, policy = error_page(PreviewNotFound("no <b>room</b> 'é'"))
    assert "no &lt;b&gt;room&lt;/b&gt;" in text
    assert "There is no such room" in text
    assert "This preview is not for you" in error_page(PreviewDenied("é"))[0]
    assert policy.startswith("sandbox; default-src 'none'")
