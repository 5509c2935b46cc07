"""Load on a running server: ``locust -f loadtests/locustfile.py --host http://127.0.0.1:8000``.

locust's page (http://127.0.0.1:8089) draws latency and rate while it runs. At the end every
client's document is held against the server's, and a difference fails the run.
``docs/load-tests.md`` says how to read it.
"""

from __future__ import annotations

import ipaddress
import random
import socket
from typing import Any, Final
from urllib.parse import urlsplit

from locust import User, events
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

from loadtests.convergence import verdict
from loadtests.people import (
    FlakyMobileEditor,
    HocuspocusEditor,
    OtEditor,
    PreviewViewer,
    Reviewer,
    ShareDbEditor,
    YjsEditor,
    replicas,
)

__all__ = [
    "FlakyMobileEditor",
    "HocuspocusEditor",
    "OtEditor",
    "PreviewViewer",
    "Reviewer",
    "ShareDbEditor",
    "YjsEditor",
]

#: How many of each a scenario has, in proportion.
SCENARIOS: Final[dict[str, dict[type[User], int]]] = {
    "mixed": {
        YjsEditor: 3,
        HocuspocusEditor: 3,
        OtEditor: 3,
        ShareDbEditor: 3,
        FlakyMobileEditor: 2,
        Reviewer: 1,
        PreviewViewer: 1,
    },
    "doors": {YjsEditor: 1, HocuspocusEditor: 1, OtEditor: 1, ShareDbEditor: 1},
    "crdt": {YjsEditor: 1, HocuspocusEditor: 1},
    "ot": {OtEditor: 1, ShareDbEditor: 1},
    "mobile": {FlakyMobileEditor: 1},
    "review": {Reviewer: 4, YjsEditor: 1},
    "preview": {PreviewViewer: 4, HocuspocusEditor: 1},
}


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator]
def _add_options(parser: LocustArgumentParser) -> None:
    group = parser.add_argument_group("Design Rooms")
    group.add_argument(
        "--scenario", choices=sorted(SCENARIOS), default="mixed", help="who comes (default: mixed)"
    )
    group.add_argument("--rooms", type=int, default=1, help="shared documents (default: 1)")
    group.add_argument(
        "--edits-per-second", type=float, default=2.0, help="of each editor (default: 2)"
    )
    group.add_argument(
        "--application",
        default="order-management",
        help="the application room that reviewers and viewers open (default: order-management)",
    )
    group.add_argument(
        "--run-name",
        default=f"{random.getrandbits(32):08x}",
        help="what this run's rooms are called (default: random)",
    )


@events.init.add_listener  # type: ignore[untyped-decorator]
def _begin(environment: Environment, **_: Any) -> None:
    options: Any = environment.parsed_options
    if environment.host and not _is_loopback(environment.host):
        # A load test of somebody else's server is an attack.
        raise SystemExit(f"{environment.host} is not this machine: load stays on the loopback")
    chosen = SCENARIOS[options.scenario]
    environment.user_classes = [kind for kind in environment.user_classes if kind in chosen]
    for kind, weight in chosen.items():
        kind.weight = weight


@events.test_start.add_listener  # type: ignore[untyped-decorator]
def _start(environment: Environment, **_: Any) -> None:
    replicas.clear()


@events.test_stop.add_listener  # type: ignore[untyped-decorator]
def _compare(environment: Environment, **_: Any) -> None:
    assert environment.host is not None
    base = environment.host.replace("http", "ws", 1)
    result = verdict(replicas, base)
    for fault in result.faults:
        print(f"NOT EQUAL: {fault}")
    print(f"Convergence: {result}")
    if result.faults:
        environment.process_exit_code = 1
    for replica in replicas:
        replica.drop()


def _is_loopback(url: str) -> bool:
    try:
        address = socket.gethostbyname(urlsplit(url).hostname or "")
        return ipaddress.ip_address(address).is_loopback
    except (OSError, ValueError):
        return False
