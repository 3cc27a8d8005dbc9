"""The city's own recordings of the emergency phrases"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recordings",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "city", "language", "phrase", "text")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("speaker", "media")),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("digest", "by")),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("ended_us", sa.BigInteger(), nullable=True),
        sa.Column("sound", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
    )
    op.create_index("ix_recordings_city", "recordings", ["city", "language", "phrase"])


def downgrade() -> None:
    op.drop_table("recordings")
