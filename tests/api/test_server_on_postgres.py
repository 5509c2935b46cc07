"""The server with its rooms in PostgreSQL, whole: edits, crashes of both, and another node."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.native import Native
from tests.api.server import Server
from tests.api.test_start_and_stop import _serve
from tests.postgres import Cluster

PASSWORD = "größe-geheim"


@pytest.fixture
def address(postgres: Cluster) -> str:
    """A database's address with a password in it, which the tests' PostgreSQL does not ask for."""
    return postgres.create_database().replace("postgres@", f"postgres:{PASSWORD}@")


def test_rooms_in_postgres(tmp_path: Path, postgres: Cluster, address: str) -> None:
    """[CF22] [DP11] What was acknowledged is there after kill -9 and with another DATA_DIR.

    PostgreSQL being restarted under it does not end the server, and the password is in no log; the
    preview's process is told of it too.
    """
    first, second = tmp_path / "größe", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    with Server(first, DATABASE_URL=address) as server:
        with Native(server, "shop/größe") as author:
            author.answer(author.submit({}, 0, kind="create"))
            author.answer(author.submit([{"p": ["é"], "oi": "😀"}], 1))
        assert not (first / "rooms.db").exists()
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        environments = [Path(f"/proc/{pid}/environ").read_bytes() for pid in children]
        assert any(f"DATABASE_URL={address}".encode() in given for given in environments)
        server.kill()
        server.start()
        with Native(server, "shop/größe") as reader:
            assert reader.welcome["revision"] == 2
        postgres.stop()
        postgres.start()
        with Native(server, "shop/größe") as author:
            assert author.welcome["revision"] == 2
            author.answer(author.submit([{"p": ["ü"], "oi": 1}], 2))
    with Server(second, DATABASE_URL=address) as server, Native(server, "shop/größe") as reader:
        assert reader.welcome["revision"] == 3
    for folder in (first, second):
        assert PASSWORD not in (folder / "server.log").read_text()
        assert "store.not_durable" in (folder / "server.log").read_text()


def test_a_database_that_is_away(tmp_path: Path, postgres: Cluster) -> None:
    """[CF4] The start ends with one line that names it, and not its password."""
    url = f"postgresql://anna:{PASSWORD}@/absent?host={postgres.folder}"
    result = _serve(tmp_path, DATABASE_URL=url)
    assert result.returncode == 3
    assert "absent" in result.stderr and "Traceback" not in result.stderr
    assert PASSWORD not in result.stderr
