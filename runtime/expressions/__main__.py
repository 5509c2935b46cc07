"""Compiles the engine ahead of time: ``python -m runtime.expressions COMPONENT``.

Without it the first start of a build does so, which takes seconds. SPEC: section EX. Called by the
Makefile.
"""

from __future__ import annotations

import sys
from pathlib import Path

from runtime.expressions.engine import Engine

if __name__ == "__main__":
    component = Path(sys.argv[1])
    Engine(component, cache=component.parent / "engine").close()
