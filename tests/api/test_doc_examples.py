"""The examples of the guides for client developers, run as they stand."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator

import pytest

from tests.api.native import Native
from tests.api.server import ROOT, Server

_EXAMPLES = ROOT / "docs" / "examples"
_GUIDES = ("from-sharedb.md", "from-hocuspocus.md")
_RUN_S_MAX = 60.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("examples")) as server:
        yield server


def _run(
    server: Server, name: str, *arguments: str, source: str = "", stdin: bytes = b""
) -> list[str]:
    """Run one example and return the lines that it prints."""
    process = subprocess.run(
        ["node", str(_EXAMPLES / name), *arguments],
        env={**os.environ, "SERVER": server.socket_url, "SOURCE": source},
        input=stdin,
        capture_output=True,
        timeout=_RUN_S_MAX,
        check=False,
    )
    assert process.returncode == 0, process.stderr.decode()
    return process.stdout.decode().splitlines()


def _document(server: Server, room: str) -> object:
    with Native(server, room) as reader:
        return reader.document


def test_sharedb_clients_edit_one_document(server: Server) -> None:
    """[AP21] the guide's ShareDB clients see each other's edits."""
    lines = _run(server, "sharedb.mjs")
    assert lines == [
        'you see [{"p":["items",0],"li":"buy tea 🍵"}]',
        '{"title":"Größe","items":["buy tea 🍵"]} at revision 2',
    ]
    assert _document(server, "notes/monday") == {"title": "Größe", "items": ["buy tea 🍵"]}


def test_a_collection_is_copied(server: Server) -> None:
    """[AP21] the guide's copy of a collection takes each document once, and leaves the rest."""
    with subprocess.Popen(
        ["node", str(ROOT / "tests" / "peers" / "sharedb" / "server.mjs")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as source:
        assert source.stdout is not None
        url = json.loads(source.stdout.readline())["url"]
        filled = (
            "import Client from 'sharedb/lib/client/index.js'\n"
            "import { WebSocket } from 'ws'\n"
            f"const connection = new Client.Connection(new WebSocket('{url}'))\n"
            "for (const id of ['a', 'größe']) connection.get('old', id).create({ id })\n"
            "connection.whenNothingPending(() => process.exit())\n"
        )
        command = ["node", "--input-type=module", "--eval", filled]
        try:
            subprocess.run(command, cwd=ROOT, check=True, timeout=_RUN_S_MAX)
            first = _run(server, "sharedb-copy.mjs", "old", source=url)
            again = _run(server, "sharedb-copy.mjs", "old", source=url)
        finally:
            source.kill()
    assert sorted(first) == ["a copied", "größe copied"]
    assert sorted(again) == ["a ERR_DOC_ALREADY_CREATED", "größe ERR_DOC_ALREADY_CREATED"]
    assert _document(server, "old/gr%C3%B6%C3%9Fe") == {"id": "größe"}


def test_sharedb_and_yjs_share_a_document(server: Server) -> None:
    """[AP21] the guide's ShareDB client and Yjs client edit one text."""
    lines = _run(server, "sharedb-and-yjs.mjs")
    assert lines[0] == "👋 Hello wörld = 👋 Hello wörld"
    assert lines[1] == 'as an op: [{"p":["text",0],"si":"👋 "}]'


def test_y_websocket_clients_see_each_other(server: Server) -> None:
    """[AP21] the guide's y-websocket clients share content and awareness."""
    assert _run(server, "y-websocket.mjs") == ['you see ["📌 first card"] by Zoë']


def test_hocuspocus_provider_knows_what_is_stored(server: Server) -> None:
    """[AP21] the guide's provider is told what is stored and what was refused."""
    lines = _run(server, "hocuspocus.mjs")
    assert lines[0] == 'on disk: {"title":"Mittwoch ☕"}'
    assert lines[1].startswith("refused: ")
    assert lines[-1] == 'on disk: {"title":"Mittwoch ☕","price":3.5}'


def test_a_stored_document_is_copied(server: Server) -> None:
    """[AP21] the guide's copy of a stored Yjs document is taken, also twice."""
    made = (
        "import * as Y from 'yjs'\n"
        "const doc = new Y.Doc()\n"
        "doc.getMap('model').set('text', new Y.Text('Donnerstag ⚡'))\n"
        "process.stdout.write(Buffer.from(Y.encodeStateAsUpdate(doc)))\n"
    )
    command = ["node", "--input-type=module", "--eval", made]
    stored = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    for _ in range(2):
        lines = _run(server, "yjs-copy.mjs", "boards/thursday", stdin=stored)
        assert lines == ["stored: model"]
    assert _document(server, "boards/thursday") == {"text": "Donnerstag ⚡"}


@pytest.mark.parametrize("guide", _GUIDES)
def test_a_guide_shows_what_is_tested(guide: str) -> None:
    """[AP21] every example of a guide stands in a file that a test runs, word for word."""
    text = (ROOT / "docs" / guide).read_text()
    shown = re.findall(r"\(examples/([a-z-]+\.mjs)\)", text)
    assert shown
    tests = (ROOT / "tests" / "api" / "test_doc_examples.py").read_text()
    for name in shown:
        assert f'"{name}"' in tests, f"no test runs {name}"
    for block in re.findall(r"```js\n(.*?)```", text, re.DOTALL):
        pieces = [piece.strip() for piece in block.split("// …\n")]
        assert any(
            all(piece in path.read_text() for piece in pieces) for path in _EXAMPLES.glob("*.mjs")
        ), f"{guide} shows what no example has:\n{block}"
