"""What the public was told of the water, and which agency signs it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulletins",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "city", "event", "incident", "node")),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("at_us", "measured_us", "crossed_us")),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("value_cm", sa.Float(53), nullable=True),
        sa.Column("trend", sa.Integer(), nullable=True),
        sa.Column("silent", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("ground", "witness", "by", "signed_by")),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=True),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("text", "sms", "script", "regions")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("corrects", "signature", "key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletins")),
    )
    op.create_index("uq_bulletins_number", "bulletins", ["city", "incident", "number"], unique=True)
    op.create_index("ix_bulletins_at", "bulletins", ["city", "at_us"])
    op.create_index("ix_bulletins_event", "bulletins", ["city", "event", "at_us"])
    op.add_column("cities", sa.Column("signs", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("cities", "signs")
    op.drop_table("bulletins")
