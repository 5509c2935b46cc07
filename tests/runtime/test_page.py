"""The page, its policy and its token."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from itsdangerous import URLSafeTimedSerializer

from runtime import tokens
from runtime.errors import PreviewBusy, PreviewDenied, PreviewNotFound
from runtime.page import PlayerPage, content_policy, error_page, origin_of
from runtime.tokens import PageTokens

TEMPLATE = "<html><head><!--preview-head--><title>é😀</title></head></html>"


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
    assert rules["sandbox"] == "allow-scripts allow-forms"
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "http://h:1/assets/"
    assert rules["connect-src"] == "http://h:1/preview/o.1/"
    assert rules["frame-ancestors"] == "http://h:1"
    assert rules["form-action"] == rules["base-uri"] == "'none'"


def test_head_of_the_page(tmp_path: Path) -> None:
    """[PV8] Room and token stand in the page's head, escaped."""
    (tmp_path / "preview.html").write_text(TEMPLATE, encoding="utf-8")
    text = PlayerPage(tmp_path).render('a"><script>é', "t&k")
    assert '<meta name="preview-room" content="a&quot;&gt;&lt;script&gt;é">' in text
    assert '<meta name="preview-token" content="t&amp;k">' in text
    assert "<title>é😀</title>" in text


def test_page_follows_the_build(tmp_path: Path) -> None:
    """[PV8] Without a build the page says so; a new build is served at once."""
    page = PlayerPage(tmp_path)
    with pytest.raises(PreviewBusy) as caught:
        page.render("r", "t")
    assert caught.value.code == "preview_not_built"
    path = tmp_path / "preview.html"
    path.write_text("one")
    assert page.render("r", "t") == "one"
    path.write_text("two")
    os.utime(path, ns=(1, 1))
    assert page.render("r", "t") == "two"


def test_error_page() -> None:
    """[PV5] What is wrong is said on a page that runs nothing, and as text."""
    text, policy = error_page(PreviewNotFound("no <b>room</b> 'é'"))
    assert "no &lt;b&gt;room&lt;/b&gt;" in text
    assert policy.startswith("sandbox; default-src 'none'")


def test_token() -> None:
    """[PV7] A token opens the feed of the room that it was issued for."""
    issuer = PageTokens(b"key")
    token = issuer.issue("orders")
    issuer.check(token, "orders")
    PageTokens(b"key").check(token, "orders")
    for checker, shown, room in (
        (issuer, token, "other"),
        (issuer, token[:-1] + ("A" if token[-1] != "A" else "B"), "orders"),
        (issuer, "", "orders"),
        (issuer, "é😀", "orders"),
        (PageTokens(b"another key"), token, "orders"),
    ):
        with pytest.raises(PreviewDenied):
            checker.check(shown, room)


def test_old_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """[PV7] A token ends with its time."""
    token = PageTokens(b"key").issue("orders")
    monkeypatch.setattr(tokens, "TOKEN_AGE_S", -1)
    with pytest.raises(PreviewDenied) as caught:
        PageTokens(b"key").check(token, "orders")
    assert caught.value.code == "preview_expired"


def test_token_of_another_purpose() -> None:
    """[PV7] What the same key signed for something else opens nothing."""
    foreign = str(URLSafeTimedSerializer(b"key", salt="else").dumps("orders"))
    with pytest.raises(PreviewDenied):
        PageTokens(b"key").check(foreign, "orders")
