"""The schema's history, which Alembic walks. Called by ``schema``."""
