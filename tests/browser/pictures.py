"""Takes the documentation's pictures anew, or only the named views: ``make pictures``.

Every view is taken in both themes and sizes; what the documentation shows goes to
``docs/pictures``, in 256 colours, a third of the bytes. The others are left in the folder that is
told at the end, to be looked at.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from collab.messages import Role
from tests.api.server import ROOT, Server
from tests.browser.scene import SECRET, environment, token

_SHOWN = ROOT / "docs" / "pictures"
_SECONDS_MAX = 900
_COLOURS = 256


def main(views: list[str]) -> int:
    """Take *views*, or all; returns how the browsers ended."""
    folder = Path(tempfile.mkdtemp(prefix="pictures-"))
    # Of those whose ids make colours that are told apart at a glance.
    ids = {"anna": "anna", "ben": "ben", "clara": "clara-oez", "dora": "dora"}
    names = {"anna": "Anna Berg", "ben": "Ben Ek", "clara": "Clara Öz", "dora": "Dora Novák"}
    people = {key: token(ids[key], Role.EDITOR, name=name) for key, name in names.items()}
    with tempfile.TemporaryDirectory() as data, Server(Path(data), AUTH_SECRET=SECRET) as server:
        script = Path(__file__).with_suffix(".mjs")
        finished = subprocess.run(
            ["node", str(script), server.url, str(folder), *views],
            env=environment(people),
            timeout=_SECONDS_MAX,
            check=False,
        )
    shown = _shown()
    taken = sorted(path for path in folder.glob("*.png") if path.name in shown)
    for path in taken:
        with Image.open(path) as image:
            few = image.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
            few.save(_SHOWN / path.name, optimize=True)
    print(f"{len(taken)} of docs/pictures are new; all are in {folder}")
    return finished.returncode


def _shown() -> set[str]:
    """Return the names of the pictures that the documentation has."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    return {
        name for page in pages for name in re.findall(r"pictures/([\w-]+\.png)", page.read_text())
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
