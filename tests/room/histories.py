"""Seeded histories of a room: what is tried, in which proportion, and what has to hold.

A history is reproduced by its kind, its seed and its number of steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from collab.ids import SourceId
from collab.model.registry import builtin
from collab.room.rules import ApplicationRules, FreeRules
from tests.crdt.oracle import YjsOracle
from tests.room.clients import Author, Client, JsClient, OtClient, YjsClient
from tests.room.model_edits import bad_edit, good_edit
from tests.room.world import World

__all__ = ["KINDS", "Report", "run_history"]

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
    registry = builtin()
    rules = ApplicationRules(registry) if is_application else FreeRules()
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
