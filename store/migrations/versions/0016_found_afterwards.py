"""What nobody was told of, for its readings came when it was over: when it was found, and who should have been told"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of all that is kept so far somebody was told, or nobody was to be."""
    op.add_column("incidents", sa.Column("found_us", sa.BigInteger(), nullable=True))
    op.add_column("incidents", sa.Column("came_us", sa.BigInteger(), nullable=True))
    op.add_column("incidents", sa.Column("owed", sa.Text(), nullable=True))


def downgrade() -> None:
    """An older engine would take what was found afterwards for something that it told."""
    op.execute("DELETE FROM judgements WHERE incident IN (SELECT id FROM incidents WHERE found_us IS NOT NULL)")
    op.execute("DELETE FROM events WHERE id IN (SELECT event FROM incidents WHERE found_us IS NOT NULL)")
    op.execute("DELETE FROM changes WHERE incident IN (SELECT id FROM incidents WHERE found_us IS NOT NULL)")
    op.execute("DELETE FROM incidents WHERE found_us IS NOT NULL")
    for name in ("owed", "came_us", "found_us"):
        op.drop_column("incidents", name)
