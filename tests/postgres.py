"""A PostgreSQL of the tests' own: one cluster for each test process, emptied for each test.

It lies in a temporary folder and listens on a Unix socket there; the system's own cluster is not
touched. PostgreSQL refuses to run as root, so under root it is the user ``postgres`` of Debian's
package. Whatever happens to the test process, the cluster ends with it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

__all__ = ["Cluster", "database_url", "postgres", "shared_database"]

START_S = 60
STARTS = 50
# The largest version that Debian has installed, unless they are on the path.
_FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parts[-2]))


class Cluster:
    """A cluster in a folder of its own; ``is_durable`` switches fsync on, for tests of crashes."""

    def __init__(self, *, is_durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="design-rooms-pg-", dir="/tmp"))
        self._is_durable = is_durable
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self._run(
            *("initdb", "--pgdata", str(self.folder / "data"), "--username", "postgres"),
            *("--auth", "trust", "--encoding", "UTF8", "--locale", "C"),
            *("--no-sync", "--no-instructions"),
        )
        self.start()

    def url(self, database: str = "postgres", *, host: str | None = None) -> str:
        """Return the address of *database*; *host* is the folder of another socket to it."""
        return f"postgresql://postgres@/{database}?host={host or self.folder}"

    def start(self) -> None:
        """Start the server and wait until it answers; in the thread with which it is to end."""
        # After a crash its last processes may still hold the memory that the next one wants.
        for _ in range(STARTS):
            self._launch()
            if self._answers():
                return
        raise AssertionError((self.folder / "log").read_text())

    def _launch(self) -> None:
        durable = "on" if self._is_durable else "off"
        self._process = subprocess.Popen(
            [
                *self._prefix(),
                self._program("postgres"),
                *("-D", str(self.folder / "data"), "-k", str(self.folder)),
                *("-c", "listen_addresses=", "-c", f"fsync={durable}"),
                *("-c", f"full_page_writes={durable}", "-c", "shared_buffers=32MB"),
                *("-c", "max_connections=60", "-c", "autovacuum=off"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("ab"),
            cwd="/",
        )

    def _answers(self) -> bool:
        """Wait for the first answer; return False if the server has ended instead."""
        assert self._process is not None
        for _ in range(START_S * 50):
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                try:
                    self._process.wait(0.02)
                except subprocess.TimeoutExpired:
                    continue
                time.sleep(0.2)
                return False
            else:
                return True
        raise AssertionError((self.folder / "log").read_text())

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT cuts its connections off, SIGKILL is a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(START_S)
            self._process = None

    def remove(self) -> None:
        """Stop the server and remove its folder."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder)

    def create_database(self, *options: str) -> str:
        """Create an empty database and return its address."""
        self._databases += 1
        name = f"test_{self._databases}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} {' '.join(options)}")
        return self.url(name)

    def backends(self, database_url: str) -> list[int]:
        """Return the process ids of those who serve clients of a database."""
        with psycopg.connect(database_url, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchall()
        return [pid for (pid,) in rows]

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*self._prefix(), self._program(program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )

    def _program(self, name: str) -> str:
        folders = os.pathsep.join([*map(str, _FOLDERS), os.environ.get("PATH", "")])
        found = shutil.which(name, path=folders)
        assert found is not None, f"{name} is not installed: run `make .setup/services`"
        return found

    def _prefix(self) -> list[str]:
        # INT is PostgreSQL's fast shutdown.
        prefix = ["setpriv", "--pdeathsig", "INT"]
        if os.geteuid() == 0:
            prefix += ["--reuid=postgres", "--regid=postgres", "--clear-groups"]
        return prefix


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The cluster of this test process, started by the first test that needs it."""
    cluster = Cluster()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def shared_database(postgres: Cluster) -> str:
    """The address of the database that this process's tests use in turn."""
    return postgres.create_database()


@pytest.fixture
def database_url(shared_database: str) -> str:
    """The address of a database whose tables, if it has any, are empty."""
    with psycopg.connect(shared_database, autocommit=True) as connection:
        connection.execute(
            "DO $$ BEGIN IF to_regclass('design_rooms.rooms') IS NOT NULL THEN"
            " TRUNCATE design_rooms.rooms, design_rooms.revisions, design_rooms.snapshots,"
            " design_rooms.members, design_rooms.shares, design_rooms.revoked_tokens"
            " RESTART IDENTITY; END IF; END $$"
        )
    return shared_database
