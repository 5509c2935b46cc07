"""The history over HTTP: in words, models of the past, and restoring one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import jsonschema
import pytest

from collab.api.openapi import describe
from collab.limits import SNAPSHOT_REVISIONS
from tests.api.accounts import Accounts, Person
from tests.api.native import Native
from tests.api.server import ROOT

_SAMPLE = (ROOT / "samples" / "order-management.json").read_bytes()
_NEW = {"type": "Page@1", "place": ["application", "pages", "a5V"], "props": {"name": "Größe"}}


@pytest.fixture(scope="module")
def accounts() -> Iterator[Accounts]:
    with Accounts() as accounts:
        yield accounts


@pytest.fixture(scope="module")
def anna(accounts: Accounts) -> Person:
    return accounts.as_("anna", "owner")


def _fresh(accounts: Accounts, person: Person) -> httpx.Client:
    """Return a client of its own for a person: two requests at once are not of one."""
    headers = {"authorization": f"Bearer {person.token}"}
    return httpx.Client(base_url=accounts.url, headers=headers, trust_env=False, timeout=30)


def _checked(response: Any, schema: str) -> Any:
    assert response.status_code == 200, response.text
    whole = {"$ref": f"#/components/schemas/{schema}", "components": describe()["components"]}
    jsonschema.Draft202012Validator(whole).validate(response.json())
    return response.json()


def _edited(accounts: Accounts, anna: Person, room: str) -> tuple[str, int]:
    """Make a room of the sample in which a page was added; return its path and revision 2."""
    anna.create(room)
    path = f"/api/rooms/{room}"
    base = anna("POST", f"{path}/import", content=_SAMPLE).json()["revision"]
    with Native(accounts, room, token=anna.token, source=f"{room} é") as page:
        page.answer(page.submit([{"p": ["nodes", "neu"], "oi": _NEW}], base))
        op = [{"p": ["nodes", "neu", "props", "name"], "od": "Größe", "oi": "价格"}]
        page.answer(page.submit(op, base + 1))
    return path, base


def test_the_history_in_words(accounts: Accounts, anna: Person) -> None:
    """[HI3] newest first, by person, [HI12] with the name of then, [HI6] and where it came from."""
    path, base = _edited(accounts, anna, "words")
    anna("POST", f"{path}/revert", json={"revision": base + 2})
    history = _checked(anna("GET", f"{path}/history"), "History")
    (group,) = history["groups"]
    assert group["entries"][-1]["words"] == "Created the room"
    assert (group["author"]["user"], group["author"]["name"]) == ("anna", "anna é")
    words = [entry["words"] for entry in group["entries"]]
    assert words[:3] == [
        f"Took back revision {base + 2}",
        "Renamed page Größe to 价格",
        "Added page Größe",
    ]
    assert words[3].startswith("Imported a file: ")
    assert [entry["nodes"] for entry in group["entries"]][1:3] == [["neu"], ["neu"]]
    assert (history["head"], history["next"]) == (base + 3, None)


def test_pages_and_filters(accounts: Accounts, anna: Person) -> None:
    """[HI2] `before` and `limit`, [HI13] `author` and `node`; what is none of them is refused."""
    path, base = _edited(accounts, anna, "pages")
    boris = accounts.as_("boris", "editor")
    boris("POST", f"{path}/revert", json={"revision": base + 2})
    first = _checked(anna("GET", f"{path}/history?limit=1"), "History")
    assert ([one["author"]["user"] for one in first["groups"]], first["next"]) == (
        ["boris"],
        base + 3,
    )
    second = anna("GET", f"{path}/history?limit=1&before={first['next']}").json()
    assert [one["last"] for one in second["groups"]] == [base + 2]
    mine = anna("GET", f"{path}/history", params={"author": "anna", "node": "neu"}).json()
    (group,) = mine["groups"]
    assert [entry["first"] for entry in group["entries"]] == [base + 2, base + 1]
    for bad in ("before=x", "limit=1000", "node=", "author=" + "x" * 3000):
        assert anna.code("GET", f"{path}/history?{bad}")[1] == "bad_parameter", bad


def test_a_model_of_the_past(accounts: Accounts, anna: Person) -> None:
    """[HI10] as it was at each revision; one to come, one that is no number."""
    path, base = _edited(accounts, anna, "past")
    then = anna("GET", f"{path}/revisions/{base + 1}/model").json()
    assert (then["revision"], then["model"]["nodes"]["neu"]["props"]["name"]) == (base + 1, "Größe")
    head = anna("GET", f"{path}/model").json()
    assert anna("GET", f"{path}/revisions/{base + 2}/model").json() == head
    assert anna("GET", f"{path}/revisions/0/model").json()["model"] == {
        "application": {},
        "nodes": {},
    }
    assert anna.code("GET", f"{path}/revisions/99/model") == (409, "revision_future")
    assert anna.code("GET", f"{path}/revisions/-1/model")[1] == "bad_parameter"
    assert anna.code("GET", f"{path}/revisions/{'9' * 5000}/model")[1] == "bad_parameter"
    answer = anna("GET", f"{path}/revisions/{base}/model")
    again = anna(
        "GET", f"{path}/revisions/{base}/model", headers={"if-none-match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


def test_restoring(accounts: Accounts, anna: Person) -> None:
    """[HI9] one new revision that says what it restores; a second time it is no change."""
    path, base = _edited(accounts, anna, "restored")
    then = anna("GET", f"{path}/export").json()
    anna("POST", f"{path}/import", content=_SAMPLE)
    assert anna("GET", f"{path}/export").json() != then
    restored = _checked(anna("POST", f"{path}/revisions/{base + 2}/restore"), "Restored")
    assert restored == {"revision": base + 4, "changed": True}
    assert anna("GET", f"{path}/export").json() == then
    again = anna("POST", f"{path}/revisions/{base + 2}/restore").json()
    assert again == {"revision": base + 4, "changed": False}
    newest = anna("GET", f"{path}/revisions?after={base + 3}").json()["revisions"]
    assert [item["restores"] for item in newest] == [base + 2]
    words = anna("GET", f"{path}/history").json()["groups"][0]["entries"][0]["words"]
    assert words == f"Restored revision {base + 2}"
    assert anna.code("POST", f"{path}/revisions/99/restore") == (409, "revision_future")


def test_restoring_once(accounts: Accounts, anna: Person) -> None:
    """[HI14] sent again it is answered the same and takes back nothing of what came after."""
    path, base = _edited(accounts, anna, "once")
    boris = accounts.as_("boris", "editor")
    address = f"{path}/revisions/{base + 1}/restore"
    key = {"idempotency-key": "Schlüssel-1".encode()}
    first = _checked(anna("POST", address, headers=key), "Restored")
    assert first == {"revision": base + 3, "changed": True}
    anna("POST", f"{path}/import", content=_SAMPLE)
    after = anna("GET", f"{path}/export").json()
    assert anna("POST", address, headers=key).json() == first
    assert anna("GET", f"{path}/export").json() == after
    # Another's request, another revision, another key, and none at all are other requests.
    other = anna("POST", f"{path}/revisions/{base + 2}/restore", headers=key).json()
    assert other == {"revision": base + 5, "changed": True}
    assert boris("POST", address, headers=key).json() == {"revision": base + 6, "changed": True}
    assert anna("POST", address, headers=key).json() == first
    anna("POST", f"{path}/import", content=_SAMPLE)
    second = {"idempotency-key": "key-2"}
    assert anna("POST", address, headers=second).json()["changed"] is True
    anna("POST", f"{path}/import", content=_SAMPLE)
    assert anna("POST", address).json()["changed"] is True


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_has_a_length(accounts: Accounts, anna: Person, key: str) -> None:
    """[HI14] no key at all, or a very long one, is refused before anything is done."""
    path, base = _edited(accounts, anna, f"key-{len(key)}")
    address = f"{path}/revisions/{base}/restore"
    headers = {"idempotency-key": key}
    assert anna.code("POST", address, headers=headers) == (400, "idempotency_key")
    assert anna("GET", path).json()["revision"] == base + 2


def test_restoring_at_once(accounts: Accounts, anna: Person) -> None:
    """[HI14] the same request twice at the same time makes one revision."""
    path, base = _edited(accounts, anna, "twice")
    headers = {"idempotency-key": "doppelt"}
    with ThreadPoolExecutor(2) as pool:
        people = [accounts.bearer(anna.token) for _ in range(2)]
        answers = list(
            pool.map(
                lambda one: _fresh(accounts, one).post(
                    f"{path}/revisions/{base + 1}/restore", headers=headers
                ),
                people,
            )
        )
    assert [answer.json() for answer in answers] == [{"revision": base + 3, "changed": True}] * 2
    assert anna("GET", path).json()["revision"] == base + 3


def test_the_page_around_a_revision(accounts: Accounts, anna: Person) -> None:
    """[HI15] it holds the revision and reaches to now; a number that is none is refused."""
    path, base = _edited(accounts, anna, "around")
    boris = accounts.as_("boris", "editor")
    boris("POST", f"{path}/revert", json={"revision": base + 2})
    page = _checked(anna("GET", f"{path}/history?around=1&limit=1"), "History")
    spans = [(group["first"], group["last"]) for group in page["groups"]]
    assert spans == [(base + 3, base + 3), (1, base + 2)]
    assert (page["newer"], page["next"]) == (None, None)
    beyond = _checked(anna("GET", f"{path}/history?around=9999&limit=1"), "History")
    assert [group["last"] for group in beyond["groups"]] == [base + 3]
    mine = anna("GET", f"{path}/history", params={"around": 2, "author": "boris"}).json()
    assert [group["author"]["user"] for group in mine["groups"]] == ["boris"]
    older = _checked(anna("GET", f"{path}/history?before={base + 3}"), "History")
    assert older["newer"] == base + 3
    for bad in ("around=x", "around=-1", "around=", "before=-1", "limit=x"):
        assert anna.code("GET", f"{path}/history?{bad}")[1] == "bad_parameter", bad


def test_filters_together(accounts: Accounts, anna: Person) -> None:
    """[HI13] a person and a node at once, a person who did nothing, a node that never was."""
    path, base = _edited(accounts, anna, "filters")
    boris = accounts.as_("boris", "editor")
    boris("POST", f"{path}/revert", json={"revision": base + 2})

    def firsts(**params: str) -> list[int]:
        page = _checked(anna("GET", f"{path}/history", params=params), "History")
        return [entry["first"] for group in page["groups"] for entry in group["entries"]]

    assert firsts(author="boris", node="neu") == [base + 3]
    assert firsts(author="anna", node="neu") == [base + 2, base + 1]
    assert firsts(node="neu") == [base + 3, base + 2, base + 1]
    assert firsts(author="boris", node="application") == []
    assert firsts(author="ömer") == firsts(node="nie é") == []
    # The groups are those of the whole history: a filter draws none together.
    assert [len(firsts(author=name)) > 0 for name in ("anna", "boris")] == [True, True]


def test_a_trimmed_history(accounts: Accounts, anna: Person) -> None:
    """[HI10] what is not kept any more says so everywhere, and what is left goes on to be read."""
    path, base = _edited(accounts, anna, "trimmed")
    with Native(accounts, "trimmed", token=anna.token, source="trimmer é") as page:
        said = page.document["application"]["version"]
        for number in range(SNAPSHOT_REVISIONS + 2):
            old, said = said, f"é{number}"
            op = [{"p": ["application", "version"], "od": old, "oi": said}]
            page.answer(page.submit(op, base + 2 + number))
    start = anna("POST", f"{path}/trim", json={"before": 10**6}).json()["start"]
    assert start > base + 2
    head = base + 2 + SNAPSHOT_REVISIONS + 2
    page_of = _checked(anna("GET", f"{path}/history"), "History")
    assert (page_of["start"], page_of["next"]) == (start, None)
    assert page_of["groups"][-1]["first"] == start + 1
    for before in (start, start + 1, 1, 0):
        left = _checked(anna("GET", f"{path}/history?before={before}"), "History")
        assert (left["groups"], left["next"]) == ([], None)
    around = _checked(anna("GET", f"{path}/history?around=1&limit=1"), "History")
    assert around["groups"][-1]["first"] == start + 1
    assert anna.code("GET", f"{path}/revisions/{start - 1}/model") == (404, "history_trimmed")
    assert anna("GET", f"{path}/revisions/{start}/model").json()["revision"] == start
    gone = anna.code("POST", f"{path}/revisions/{start - 1}/restore")
    assert gone == (404, "history_trimmed")
    restored = anna("POST", f"{path}/revisions/{start}/restore").json()
    assert restored == {"revision": head + 1, "changed": start < head}


def test_who_may(accounts: Accounts, anna: Person) -> None:
    """[HI11] a reviewer reads and restores nothing, a viewer neither, a stranger is not told."""
    path, base = _edited(accounts, anna, "rights")
    reviewer, viewer = accounts.as_("rita", "reviewer"), accounts.as_("vera", "viewer")
    stranger = accounts.as_("anna", "owner", tenant="bern")
    reads = (f"{path}/history", f"{path}/revisions/{base}/model")
    for address in reads:
        assert reviewer("GET", address).status_code == 200
        assert viewer.code("GET", address) == (403, "auth_role")
        assert stranger.code("GET", address)[0] == 404
        assert accounts.client.get(address).status_code == 401
    restore = f"{path}/revisions/{base}/restore"
    assert reviewer.code("POST", restore) == (403, "auth_role")
    assert viewer.code("POST", restore) == (403, "auth_role")
    assert stranger.code("POST", restore)[0] == 404
    foreign = {"origin": "https://evil.example"}
    assert anna.code("POST", restore, headers=foreign) == (403, "auth_origin")
    assert anna("GET", path).json()["revision"] == base + 2
