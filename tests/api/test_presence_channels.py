"""Presence channels on real sockets: who is let in, and that whoever is killed is gone.

SPEC: section PN.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from collab.limits import CHANNEL_NAME_DOTS_MAX, CHANNELS_PER_SOCKET_MAX, PRESENCE_VALUE_BYTES_MAX
from tests.api.accounts import Accounts
from tests.api.server import ROOT, wait_until
from tests.api.sharedb_client import ShareDbClient

_OT = "http://sharejs.org/types/JSONv0"


@pytest.fixture(scope="module")
def accounts() -> Iterator[Accounts]:
    with Accounts() as accounts:
        accounts.as_("chefin", "owner").create("geheim")
        accounts.as_("chefin", "owner").create("mit.punkt")
        yield accounts


def _open(accounts: Accounts, user: str, *roles: str, **where: str) -> ShareDbClient:
    return ShareDbClient(accounts, accounts.token(user, *roles, **where))


def _everything(client: ShareDbClient, channel: str) -> set[str]:
    """Try to listen to, to show in and to ask a channel; return the codes of the refusals."""
    presence = {"a": "p", "ch": channel, "id": "é", "p": 1, "pv": 1}
    return {
        client.code({"a": "ps", "ch": channel, "seq": 1}),
        client.code(presence),
        client.code({"a": "pr", "ch": channel}),
    }


def _link_to(accounts: Accounts, room: str) -> str:
    owner = accounts.as_("chefin", "owner")
    body = {"role": "viewer", "expiresInSeconds": 600}
    made = owner("POST", f"/api/rooms/{room}/shares", json=body)
    assert made.status_code == 201, made.text
    return parse_qs(urlsplit(made.json()["link"]).query)["token"][0]


def test_nobody_speaks_under_another_source(accounts: Accounts) -> None:
    """[PN1] a frame that claims another's id is told under its sender's own."""
    with _open(accounts, "anna", "editor") as anna, _open(accounts, "max", "editor") as mallory:
        anna.listen("größe")
        forged = mallory.show("größe", "é", src=anna.source)
        assert forged["src"] == mallory.source
        assert anna.wait(a="p")["src"] == mallory.source != anna.source


def test_another_tenant_hears_nothing(accounts: Accounts) -> None:
    """[PN14] and says nothing, under whatever name; also not through a document's channel."""
    with (
        _open(accounts, "anna", "editor") as anna,
        _open(accounts, "spion", "owner", tenant="bern") as spy,
    ):
        anna.create("notizen", "ä", {}, seq=1)
        for channel in ("größe", "notizen.ä"):
            anna.listen(channel)
            spy.listen(channel)
            anna.show(channel, "geheim é")
            spy.show(channel, "forged", 99)
            spy.ask({"a": "pr", "ch": channel})
            assert {frame["src"] for frame in spy.heard() if frame["a"] == "p"} <= {spy.source}
            told = [frame for frame in anna.heard() if frame["a"] in {"p", "pr"}]
            assert {(frame["a"], frame["src"]) for frame in told} <= {("p", anna.source)}
        assert _everything(spy, "rooms.geheim") == {"not_found"}


def test_who_may_not_read_a_document_is_kept_out(accounts: Accounts) -> None:
    """[PN15] of its channel, however the name is written, for listening, showing and asking."""
    with _open(accounts, "niemand") as nobody, _open(accounts, "chefin", "owner") as owner:
        owner.create("notizen", "mit.punkt", {}, seq=1)
        for channel in ("rooms.geheim", "rooms.mit.punkt", "notizen.mit.punkt", "a.b"):
            assert _everything(nobody, channel) == {"auth_room"}, channel
        place = {"c": "rooms", "d": "geheim", "v": 1, "t": _OT}
        presence = {"a": "p", "ch": "rooms.geheim", "id": "é", "p": 1, "pv": 1, **place}
        assert nobody.code(presence) == "auth_room"
        # A name without a dot is no document's.
        assert nobody.listen("größe") == {"a": "ps", "ch": "größe", "seq": 1}
        assert _everything(owner, "rooms.nirgends") == {"not_found"}
        dots = "a." * (CHANNEL_NAME_DOTS_MAX + 1) + "é"
        assert _everything(owner, dots) == {"limit_presence"}
        assert owner.listen(dots[2:])["ch"] == dots[2:]


def test_a_viewer_hears_and_shows(accounts: Accounts) -> None:
    """[PN15] to read is enough: a viewer's cursor is seen too."""
    with _open(accounts, "gast", "viewer") as viewer, _open(accounts, "max", "editor") as editor:
        for channel in ("rooms.geheim", "größe", "notizen.gibt-es-nicht"):
            viewer.listen(channel)
            editor.listen(channel)
            viewer.show(channel, "ich schaue 😀", identity=f"v-{channel}")
            assert editor.wait(a="p", ch=channel)["p"] == "ich schaue 😀"


def test_a_guest_has_one_room(accounts: Accounts) -> None:
    """[PN16] its channel and no other, be it the tenant's, another document's or a made-up one."""
    with (
        ShareDbClient(accounts, _link_to(accounts, "mit.punkt")) as guest,
        _open(accounts, "max", "editor") as editor,
    ):
        editor.create("notizen", "x", {}, seq=1)
        for channel in ("größe", "rooms.geheim", "notizen.x", "notizen.neu", "rooms", "rooms."):
            assert _everything(guest, channel) == {"auth_room"}, channel
        editor.listen("rooms.mit.punkt")
        guest.listen("rooms.mit.punkt")
        guest.show("rooms.mit.punkt", "Gast é", identity="gast")
        assert editor.wait(a="p", id="gast")["p"] == "Gast é"


def test_a_change_of_rights_closes_the_socket(accounts: Accounts) -> None:
    """[PN17] a member who is removed, and a token that is revoked, in a plain channel too."""
    owner = accounts.as_("chefin", "owner")
    member = "/api/rooms/geheim/members/mitglied"
    assert owner("PUT", member, json={"role": "viewer"}).status_code == 200
    with _open(accounts, "mitglied") as removed, _open(accounts, "zeugin", "viewer") as witness:
        witness.listen("rooms.geheim")
        removed.listen("rooms.geheim")
        removed.show("rooms.geheim", "noch da", identity="m")
        assert witness.wait(a="p", id="m")["p"] == "noch da"
        assert owner("DELETE", member).status_code == 204
        assert removed.end() == 4403
        assert witness.wait(a="p", id="m", p=None)["pv"] == 2
    token = accounts.token("kurz", "viewer")
    with ShareDbClient(accounts, token) as revoked:
        revoked.listen("größe")
        assert owner("POST", "/api/tokens/revoke", json={"token": token}).status_code == 204
        assert revoked.end() == 4401


def test_what_is_refused_changes_nothing(accounts: Accounts) -> None:
    """[PN13] [PN21] the frame comes back with a code, and the channel is as it was."""
    with _open(accounts, "anna", "editor") as anna, _open(accounts, "max", "editor") as watcher:
        watcher.listen("größe 2")
        anna.show("größe 2", "fits")
        large = "é" * PRESENCE_VALUE_BYTES_MAX
        frame = {"a": "p", "ch": "größe 2", "id": "zoë", "p": large, "pv": 2}
        assert anna.code(frame) == "limit_presence"
        assert anna.code({**frame, "p": 1, "pv": "2"}) == "ERR_MESSAGE_BADLY_FORMED"
        assert anna.code({"a": "ps", "ch": 5, "seq": 1}) == "ERR_MESSAGE_BADLY_FORMED"
        for index in range(CHANNELS_PER_SOCKET_MAX - 1):
            anna.send(a="ps", ch=f"kanal {index}", seq=index)
        anna.heard()
        assert anna.code({"a": "ps", "ch": "one more", "seq": 1}) == "limit_presence"
        anna.ask({"a": "pu", "ch": "kanal 3", "seq": 2})
        assert "error" not in anna.listen("one more")
        assert [f["p"] for f in watcher.heard() if f["a"] == "p"] == ["fits"]


def test_a_type_without_presence_is_refused(accounts: Accounts) -> None:
    """[PN19] in ShareDB's own words, as its server does."""
    with _open(accounts, "anna", "editor") as anna:
        for kind in (_OT, "http://sharejs.org/types/größe"):
            place = {"c": "notizen", "d": "p", "v": 1, "t": kind}
            frame = {"a": "p", "ch": "notizen.p", "id": "é", "p": {"index": 1}, "pv": 1, **place}
            assert anna.code(frame) == "ERR_TYPE_DOES_NOT_SUPPORT_PRESENCE"


_SHOWER = """
import { WebSocket } from 'ws'
import { createRequire } from 'node:module'
const [url, library, channel] = process.argv.slice(1)
const require = createRequire(process.cwd() + '/package.json')
const { Connection } = require(`${library}/lib/client`)
const connection = new Connection(new WebSocket(url))
connection.getPresence(channel).create('zoë').submit({ x: 'é' }, error => {
  console.log(JSON.stringify({ error: error?.message ?? null }))
})
"""


@pytest.mark.parametrize("library", ["sharedb", "sharedb-5", "sharedb-6"])
def test_who_is_killed_is_gone(accounts: Accounts, library: str) -> None:
    """[PN5] an npm client that never listened to its channel, with ``kill -9``."""
    channel = f"größe {library}"
    url = f"{accounts.socket_url}/sharedb?token={accounts.token('max', 'editor')}"
    with _open(accounts, "anna", "editor") as anna:
        anna.listen(channel)
        process = subprocess.Popen(
            ["node", "--input-type=module", "-e", _SHOWER, url, library, channel],
            cwd=ROOT / "tests" / "peers",
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline()) == {"error": None}
            shown = anna.wait(a="p", ch=channel, p={"x": "é"})
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        gone = anna.wait(a="p", ch=channel, p=None)
        assert (gone["src"], gone["id"], gone["pv"]) == (shown["src"], "zoë", shown["pv"] + 1)


def test_nothing_is_left_of_closed_sockets(accounts: Accounts) -> None:
    """[PN5] no channel, no session and no note of who was there."""
    with Accounts() as fresh:
        clients = [_open(fresh, f"u{index}", "editor") for index in range(5)]
        for index, client in enumerate(clients):
            client.listen(f"k {index}")
            client.show("größe", index, identity=str(index))
        assert fresh.call(lambda: len(fresh.access.sessions)) >= len(clients)
        for client in clients:
            client.close()
        wait_until(
            lambda: fresh.call(lambda: len(fresh.access.sessions)) == 0, "all to be forgotten"
        )
