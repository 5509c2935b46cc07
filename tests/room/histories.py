"""Seeded histories of a room: what is tried, in which proportion, and what has to hold.

A history is reproduced by its kind, its seed and its number of steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import orjson

from collab.ids import SourceId
from collab.messages import Role
from collab.model.checks_file import read_checks
from collab.model.registry import builtin
from collab.room.rules import ApplicationRules, FreeRules, RoomRules
from tests.crdt.oracle import YjsOracle
from tests.room.clients import Author, Client, JsClient, OtClient, YjsClient
from tests.room.model_edits import bad_edit, good_edit
from tests.room.sites import ClusterWorld, step_links
from tests.room.tree_edits import TREE_CHECKS, tree_author
from tests.room.world import World

__all__ = [
    "KINDS",
    "Report",
    "run_checked_history",
    "run_cluster_history",
    "run_history",
    "run_with",
]

KINDS: Final = ("free", "free-js", "application", "application-js")

_FEATURES: Final = ("formats", "embeds", "xml", "docs", "bytes", "splits")
_OFFLINE_EDITS: Final = 50


@dataclass(frozen=True, slots=True)
class Report:
    """What happened, so that a test can tell that something did."""

    revisions: int
    edits: int
    refusals: int
    reopenings: int


def run_history(kind: str, seed: int, steps: int, oracle: YjsOracle | None = None) -> Report:
    """Run one history and assert that everything converges; JavaScript's need an *oracle*."""
    is_application = kind.startswith("application")
    rules = ApplicationRules(builtin()) if is_application else FreeRules()
    return _run(kind, rules, seed, steps, oracle)


def run_checked_history(seed: int, steps: int) -> Report:
    """Run a history of a free room with checks that random edits often break."""
    rules = FreeRules(read_checks(orjson.dumps(TREE_CHECKS), "bäume"))
    return _run("checked", rules, seed, steps, None)


def run_with(seed: int, steps: int, after_step: Callable[[World], None]) -> Report:
    """Run a history of an application room; *after_step* does and asserts more after each step."""
    return _run("application", ApplicationRules(builtin()), seed, steps, None, after_step)


def run_cluster_history(kind: str, seed: int, steps: int) -> ClusterWorld:
    """Run a history of a room whose clients are at its owner and at two nodes with replicas.

    Links are slow, lose what was published, break and come back; the owner is replaced. In the end
    everybody has the same document, and each acknowledged op is in the log once.
    """
    is_application = kind.startswith("application")
    rules: RoomRules = ApplicationRules(builtin()) if is_application else FreeRules()
    world = ClusterWorld(
        seed, rules=rules, is_application=is_application, count=2, first_token=1 + 5000 * (seed % 2)
    )
    for index, client in enumerate(_clients(world, kind, None)):
        if index % 3:
            client.world = world.sites[index % 3 - 1]
        world.add(client)
    world.drain()
    world.everybody[-1].edit()
    world.drain()
    for _ in range(steps):
        if world.rng.random() < 0.6:
            step_links(world)
        else:
            _step(world, is_application)
        world.check()
    world.settle()
    world.check_converged()
    return world


def _run(
    kind: str,
    rules: RoomRules,
    seed: int,
    steps: int,
    oracle: YjsOracle | None,
    after_step: Callable[[World], None] | None = None,
) -> Report:
    is_application = kind.startswith("application")
    world = World(
        seed,
        rules=rules,
        is_application=is_application,
        # The server writes below all clients' ids, or above some of them.
        first_token=1 + 5000 * (seed % 2),
    )
    for client in _clients(world, kind, oracle):
        world.add(client)
    # So that there is a document that OT clients can edit.
    world.everybody[-1].edit()
    world.drain()
    for _ in range(steps):
        _step(world, is_application)
        world.check()
        if after_step is not None:
            after_step(world)
    world.settle()
    world.check_converged()
    return Report(
        len(world.log),
        sum(client.edits for client in world.everybody),
        sum(len(client.refusals) for client in world.everybody),
        world.reopenings,
    )


def _clients(world: World, kind: str, oracle: YjsOracle | None) -> list[Client]:
    is_application = kind.startswith("application")
    roots = ("application", "nodes") if is_application else ("model",)

    def author(*, is_yjs: bool, is_js: bool = False) -> Author | None:
        if kind == "checked":
            return tree_author(roots if is_yjs else ())
        if not is_application:
            return None

        def write(rng, document):  # type: ignore[no-untyped-def]
            if rng.random() < 0.15:
                registry = builtin()
                return bad_edit(rng, document, registry, is_yjs=is_yjs, is_js=is_js)
            return good_edit(rng, document, builtin())

        return write

    clients: list[Client] = [
        OtClient(world, f"ot{index}", source=SourceId(f"src{index}"), author=author(is_yjs=False))
        for index in range(2)
    ]
    for index in range(3 if oracle is None else 1):
        client_id = world.rng.choice([1000 + index, 2**31 + index, 2**32 - 1 - index])
        clients.append(
            YjsClient(
                world, f"y{index}", client_id=client_id, roots=roots, author=author(is_yjs=True)
            )
        )
    if kind == "checked":
        # One may do everything, and one does not care what a tree looks like.
        clients[-1].role = Role.OWNER
        clients.append(YjsClient(world, "anything", client_id=77))
    if oracle is not None:
        for index in range(2):
            clients.append(
                JsClient(
                    world,
                    f"js{index}",
                    client_id=world.rng.choice([2000 + index, 2**32 - 10 - index]),
                    roots=roots,
                    author=author(is_yjs=True, is_js=True),
                    oracle=oracle,
                    features=_FEATURES,
                )
            )
    return clients


def _step(world: World, is_application: bool) -> None:
    rng = world.rng
    choice = rng.random()
    client = rng.choice(world.everybody)
    if choice < 0.64:
        client.edit()
    elif choice < 0.88:
        world.store()
    elif choice < 0.90:
        world.load()
    elif choice < 0.95:
        if client.session is None:
            client.connect()
        else:
            client.disconnect()
    elif choice < 0.965:
        _work_offline(client)
    elif choice < 0.975:
        if isinstance(client, OtClient) and client.exists:
            client.delete()
    elif choice < 0.985:
        world.refuse(is_stored=rng.random() < 0.5)
    elif choice < 0.993:
        world.crash()
    else:
        world.retire()


def _work_offline(client: Client) -> None:
    client.disconnect()
    for _ in range(client.world.rng.choice([5, _OFFLINE_EDITS])):
        client.edit()
    client.connect()
