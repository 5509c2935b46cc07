"""The people of a load test, one class each: what they do, how often, and over which door."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import gevent
from locust import HttpUser, User, constant_pacing, task
from locust.env import Environment

from loadtests.replicas.channel import Lost
from loadtests.replicas.ot import NativeReplica, ShareDbReplica
from loadtests.replicas.replica import Replica
from loadtests.replicas.yjs import HocuspocusReplica, YjsReplica, found

__all__ = [
    "Editor",
    "FlakyMobileEditor",
    "HocuspocusEditor",
    "OtEditor",
    "PreviewViewer",
    "Reviewer",
    "ShareDbEditor",
    "YjsEditor",
    "replicas",
    "rooms_of",
]

#: Every replica of this run, also of people who have left: they are all compared at the end.
replicas: list[Replica] = []
_founded: dict[str, float] = {}
_AWAY_SECONDS = (0.2, 2.0)
_OFFLINE_EDITS = 5


def rooms_of(environment: Environment) -> list[str]:
    """Return the names of the rooms of this run; each run has its own."""
    options: Any = environment.parsed_options
    return [f"load/{options.run_name}-{number}" for number in range(options.rooms)]


class Editor(User):
    """Somebody who edits a document together with everybody else in its room."""

    abstract = True
    replica_type: ClassVar[type[Replica]]
    replica: Replica

    def wait_time(self) -> float:
        """Return how long this person looks at the screen between two edits."""
        return random.expovariate(self.environment.parsed_options.edits_per_second)

    def on_start(self) -> None:
        room = random.choice(rooms_of(self.environment))
        base = self.environment.host.replace("http", "ws", 1)
        _make(base, room)
        self.replica = self.replica_type(base, room, self._timed)
        replicas.append(self.replica)
        with self._counted("join"):
            self.replica.open()

    @task
    def edit(self) -> None:
        """Do something to the document."""
        with self._counted("edit"):
            if self.replica.lost is not None:
                self.replica.drop()
                self.replica.open()
            self.replica.deed()
            self._tell_refusals()

    def _tell_refusals(self) -> None:
        for reason in self.replica.refused:
            self._fire("refused", 0, Lost(reason))

    @contextmanager
    def _counted(self, name: str) -> Iterator[None]:
        """Count what goes wrong; what goes well is counted when the server has confirmed it."""
        begin = time.perf_counter()
        try:
            yield
        except Lost as error:
            self._fire(name, time.perf_counter() - begin, error)

    def _timed(self, name: str, seconds: float) -> None:
        self._fire(name, seconds, None)

    def _fire(self, name: str, seconds: float, error: Exception | None) -> None:
        self.environment.events.request.fire(
            request_type=self.replica.dialect,
            name=name,
            response_time=seconds * 1000,
            response_length=0,
            exception=error,
            context={},
        )


class YjsEditor(Editor):
    """A browser with y-websocket."""

    replica_type = YjsReplica


class HocuspocusEditor(Editor):
    """A browser with the Hocuspocus provider, as the designer has."""

    replica_type = HocuspocusReplica


class OtEditor(Editor):
    """A tool that speaks the native protocol."""

    replica_type = NativeReplica


class ShareDbEditor(Editor):
    """A browser with ShareDB."""

    replica_type = ShareDbReplica


class FlakyMobileEditor(Editor):
    """A phone on a train: it loses the network, edits on, and comes back."""

    replica_type = YjsReplica

    @task
    def edit(self) -> None:
        if random.random() > 0.1:
            super().edit()
            return
        self.replica.drop()
        for _ in range(random.randint(1, _OFFLINE_EDITS)):
            # Nothing is sent; the document keeps it.
            self.replica.deed()
        gevent.sleep(random.uniform(*_AWAY_SECONDS))
        with self._counted("return"):
            self.replica.open()


class _OfApplication(HttpUser):
    """Somebody who looks at the application of this run."""

    abstract = True

    @property
    def _room(self) -> str:
        name: str = self.environment.parsed_options.application
        return name


class Reviewer(_OfApplication):
    """Somebody who goes through the history of an application, page by page and into the past."""

    wait_time = constant_pacing(0.5)

    @task(3)
    def page(self) -> None:
        """Read a page of the history in words."""
        self.client.get(f"/api/rooms/{self._room}/history", name="/history")

    @task(2)
    def revisions(self) -> None:
        """Read revisions as they are stored."""
        self.client.get(f"/api/rooms/{self._room}/revisions?since=0", name="/revisions")

    @task
    def past(self) -> None:
        """Open the model as it was."""
        self.client.get(f"/api/rooms/{self._room}/revisions/1/model", name="/revisions/N/model")


class PreviewViewer(_OfApplication):
    """Somebody who uses the running application while others design it."""

    wait_time = constant_pacing(1)

    @task
    def page(self) -> None:
        """Open the application's page."""
        self.client.get(f"/preview/{self._room}/", name="/preview/")


def _make(base: str, room: str) -> None:
    """Make the document of *room*, once; others wait until it is there."""
    if room in _founded:
        while _founded[room] == 0.0:
            gevent.sleep(0.02)
        return
    _founded[room] = 0.0
    founder = YjsReplica(base, room, lambda name, seconds: None)
    founder.open()
    found(founder)
    founder.until(lambda: founder.is_settled, "the document's beginning")
    founder.drop()
    _founded[room] = time.monotonic()
