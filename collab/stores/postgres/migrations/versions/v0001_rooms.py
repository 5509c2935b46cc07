"""Rooms, their logs and snapshots, who may come in, and which tokens may not.

Names and ids are ordered by code points (collation C), as the other stores order them. A revision
has no foreign key: the statement that inserts it has just locked its room's row, and a check of
each would cost as much as the insert.
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.execute("""
        CREATE TABLE rooms (
            room_key int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            tenant text COLLATE "C" NOT NULL,
            name text COLLATE "C" NOT NULL,
            title text NOT NULL,
            created_by text NOT NULL,
            created_ms int8 NOT NULL,
            updated_ms int8 NOT NULL,
            token int8 NOT NULL,
            last_revision int8 NOT NULL,
            epoch int8 NOT NULL,
            deleted_ms int8,
            history_start int8 NOT NULL DEFAULT 0,
            UNIQUE (tenant, name)
        ) WITH (fillfactor = 50)
    """)
    # A row changes with every edit: half a page is kept for its next versions, so that no index
    # has to follow them.
    op.execute("CREATE INDEX rooms_in_trash ON rooms (deleted_ms) WHERE deleted_ms IS NOT NULL")
    op.execute("""
        CREATE TABLE revisions (
            room_key int8 NOT NULL,
            revision int8 NOT NULL,
            record bytea NOT NULL,
            PRIMARY KEY (room_key, revision)
        )
    """)
    op.execute("""
        CREATE TABLE snapshots (
            room_key int8 NOT NULL REFERENCES rooms ON DELETE CASCADE,
            revision int8 NOT NULL,
            record bytea NOT NULL,
            PRIMARY KEY (room_key, revision)
        )
    """)
    # It is compressed before it comes here.
    op.execute("ALTER TABLE snapshots ALTER COLUMN record SET STORAGE EXTERNAL")
    op.execute("""
        CREATE TABLE members (
            room_key int8 NOT NULL REFERENCES rooms ON DELETE CASCADE,
            user_id text COLLATE "C" NOT NULL,
            role text NOT NULL,
            PRIMARY KEY (room_key, user_id)
        )
    """)
    op.execute("CREATE INDEX members_by_user ON members (user_id)")
    op.execute("""
        CREATE TABLE shares (
            room_key int8 NOT NULL REFERENCES rooms ON DELETE CASCADE,
            share text COLLATE "C" NOT NULL,
            role text NOT NULL,
            created_by text NOT NULL,
            created_ms int8 NOT NULL,
            expires_ms int8 NOT NULL,
            revoked_ms int8,
            PRIMARY KEY (room_key, share)
        )
    """)
    op.execute("""
        CREATE TABLE revoked_tokens (
            tenant text COLLATE "C" NOT NULL,
            token text COLLATE "C" NOT NULL,
            expires_ms int8 NOT NULL,
            PRIMARY KEY (tenant, token)
        )
    """)
