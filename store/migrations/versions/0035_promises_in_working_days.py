"""What a city promises may be in working days, and a category says how far around it reports are one case"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_TERMS = ("verify_s", "verify_days", "respond_days", "finish_days")


def upgrade() -> None:
    for name in _TERMS:
        op.add_column("categories", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("categories", sa.Column("radius_m", sa.Float(), server_default="250", nullable=False))
    op.add_column("categories", sa.Column("emergency", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    for name in (*_TERMS, "radius_m", "emergency"):
        op.drop_column("categories", name)
