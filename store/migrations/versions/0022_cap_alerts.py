"""CAP alerts as they were first handed out"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cap_alerts",
        sa.Column("bulletin", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bulletin", name=op.f("pk_cap_alerts")),
    )


def downgrade() -> None:
    op.drop_table("cap_alerts")
