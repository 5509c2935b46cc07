"""A full disk: the room is read-only with a reason, loses nothing, and goes on with new space."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

from websockets.exceptions import ConnectionClosed

from tests.api.native import Native
from tests.api.server import ROOT, Editor, Server, wait_until

_ROOM = "full/größe"
_TEXT = "größer 😀 " * 1500


def _fill(server: Server, limit: int = 500) -> int:
    """Write until the disk is full; return how many edits were acknowledged."""
    with Native(server, _ROOM) as author:
        revision, document = author.fetch()
        count = len([key for key in document if key.startswith("k")])
        try:
            for number in range(limit):
                op = [{"p": [f"k{count}"], "oi": f"{number} {_TEXT}"}]
                answer = author.answer(author.submit(op, revision))
                assert answer["type"] == "ack"
                revision, count = answer["revision"], count + 1
        except ConnectionClosed as closed:
            assert closed.rcvd is not None
            assert (closed.rcvd.code, "disk is full" in closed.rcvd.reason) == (1012, True)
            return count
    raise AssertionError("the disk did not fill")


def _check_read_only(server: Server, count: int, editor: Editor) -> None:
    """What was acknowledged is there, joining and reading work, and every door says why not."""
    with Native(server, _ROOM) as reader:
        assert "disk is full" in reader.welcome["read_only"]
        revision, document = reader.fetch()
        assert [key for key in document if key.startswith("k")] == [f"k{n}" for n in range(count)]
        answer = reader.answer(reader.submit([{"p": ["é"], "oi": 1}], revision))
        assert (answer["type"], answer["code"]) == ("refuse", "storage_full")
    editor.wait(lambda state: state["synced"], "the Hocuspocus client to be back")
    editor.do("set", path=["model", "offline"], value="größe 😀")
    reason = wait_until(lambda: editor.payloads("readonly"), "the reason")[-1]
    assert reason["code"] == "storage_full"
    assert "disk is full" in reason["reason"]
    assert editor.state()["unsynced"] > 0


def _check_writable(server: Server, count: int, editor: Editor) -> None:
    editor.wait_stored()
    with Native(server, _ROOM) as reader:
        assert reader.welcome["read_only"] == ""
        assert reader.document["offline"] == "größe 😀"
        assert f"k{count - 1}" in reader.document
        assert reader.edit("after", 1)["type"] == "ack"


def _run(server: Server, make_space: Callable[[], None]) -> None:
    count = _fill(server)
    with Editor("hocuspocus", server, _ROOM) as editor:
        _check_read_only(server, count, editor)
        sample = (ROOT / "samples" / "order-management.json").read_bytes()
        response = server.request("POST", "/api/rooms/orders/import?create=true", content=sample)
        assert (response.status_code, response.json()["code"]) == (507, "storage_full")
        make_space()
        _check_writable(server, count, editor)
    # The room of the import is tried at its own time.
    path = "/api/rooms/orders/import?create=true"
    wait_until(
        lambda: server.request("POST", path, content=sample).status_code == 200, "the import"
    )


def _create(server: Server) -> None:
    with Native(server, _ROOM) as author:
        assert author.answer(author.submit({}, 0, kind="create"))["type"] == "ack"


def test_bound_of_the_file(tmp_path: Path) -> None:
    """[HO6] at STORE_BYTES_MAX the room is read-only; a larger bound makes it go on."""
    with Server(tmp_path, STORE_BYTES_MAX="400000") as server:
        _create(server)

        def restart() -> None:
            server.stop()
            server.configure(STORE_BYTES_MAX="40000000")
            server.start()

        _run(server, restart)


def test_disk_without_space(tmp_path: Path) -> None:
    """[HO6] [HO7] when writing fails and works again, the room goes on without a restart."""
    with Server(tmp_path) as server:
        _create(server)
        soft, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (600_000, hard))

        def make_space() -> None:
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (soft, hard))

        _run(server, make_space)


def test_reads_go_on(tmp_path: Path) -> None:
    """[HO6] with a full disk the HTTP API still answers, also after kill -9."""
    with Server(tmp_path, STORE_BYTES_MAX="400000") as server:
        _create(server)
        count = _fill(server)
        path = f"/api/free/{_ROOM}/revisions?limit=1000"
        history = server.request("GET", path).json()
        assert history["head"] == history["revisions"][-1]["revision"] == count + 1
        assert server.request("GET", "/api/rooms").status_code == 200
        server.kill()
        server.start()
        assert server.request("GET", path).json() == history
