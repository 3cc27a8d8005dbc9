"""The city's wording of the emergency phrases, and who has signed them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "phrase_wordings",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("city", "language", "phrase", "text", "by")),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("city", "language", "phrase", name=op.f("pk_phrase_wordings")),
    )
    op.create_table(
        "phrase_signatures",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "city", "language", "phrase", "text")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("speaker", "by")),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("ended_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrase_signatures")),
    )
    op.create_index("ix_phrase_signatures_city", "phrase_signatures", ["city", "language", "phrase"])


def downgrade() -> None:
    op.drop_table("phrase_signatures")
    op.drop_table("phrase_wordings")
