"""When what keeps runs is loaded: it takes as long as all the rest of the preview."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.workflows.place import ROOT

_SCRIPT = """
import sys, threading
from pathlib import Path
from runtime import main
from runtime.workflows.durable import Durable
from runtime.workflows.sealing import RunSeal

path, is_prepared = Path(sys.argv[1]) / "größe.db", sys.argv[2] == "prepared"
durable = Durable(path, lambda run, order: {}, RunSeal(None))
assert "dbos" not in sys.modules
durable.start()
print("dbos" in sys.modules)
if is_prepared:
    durable.prepare()
    for thread in threading.enumerate():
        if thread.name == "workflows":
            thread.join()
durable.stop()
print("dbos" in sys.modules, path.exists())
"""


@pytest.mark.parametrize("way", ["idle", "prepared"])
def test_what_keeps_runs_is_loaded_when_it_is_needed(tmp_path: Path, way: str) -> None:
    """[WF28] not for a preview that runs nothing; for an application with workflows, and a file."""

    def told() -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", _SCRIPT, str(tmp_path), way],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout.split()

    assert told() == (["False", "True", "True"] if way == "prepared" else ["False"] * 3)
    # There are runs then, which may have been interrupted.
    assert told() == (["True"] * 3 if way == "prepared" else ["False"] * 3)
