"""A number that every change of the desk moves, so that a list is read anew only where something has changed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0040"
branch_labels = None
depends_on = None

WATCHED = ("case_pauses", "case_updates", "cases", "filings", "people", "photo_pictures", "photos", "reports")
MOVE = "INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1"


def upgrade() -> None:
    op.create_table(
        "desk_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_mark")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for table in WATCHED:
            for deed in ("INSERT", "UPDATE", "DELETE"):
                name = f"desk_mark_{table}_{deed.lower()}"
                op.execute(f"CREATE TRIGGER {name} AFTER {deed} ON {table} BEGIN {MOVE}; END")
        return
    # At the commit: whoever moves the mark then waits for nothing more, so that two writers cannot wait for each other.
    op.execute(
        f"CREATE FUNCTION desk_mark_moves() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {MOVE}; RETURN NULL; END $$"
    )
    for table in WATCHED:
        op.execute(
            f"CREATE CONSTRAINT TRIGGER desk_mark_{table} AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION desk_mark_moves()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in WATCHED:
            for deed in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER desk_mark_{table}_{deed}")
    else:
        for table in WATCHED:
            op.execute(f"DROP TRIGGER desk_mark_{table} ON {table}")
        op.execute("DROP FUNCTION desk_mark_moves()")
    op.drop_table("desk_mark")
