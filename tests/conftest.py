"""How the property tests draw their examples, and the PostgreSQL that tests share.

A run of the tests tries the same examples each time, so that what turns red is what was changed.
With ``FUZZ_SCALE`` set, as ``make fuzz`` does, they are others each time.
"""

from __future__ import annotations

import os

from hypothesis import settings

from tests.postgres import database_url, postgres, shared_database

__all__ = ["database_url", "postgres", "shared_database"]

settings.register_profile("same", derandomize=True)
settings.load_profile("default" if "FUZZ_SCALE" in os.environ else "same")
