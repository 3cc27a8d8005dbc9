"""Who passes warnings on, and what they said of each bulletin"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contacts",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "city", "rw", "region", "name", "role")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("phone", "language")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("checked_us", "created_us")),
        sa.Column("ended_us", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    op.create_index("ix_contacts_region", "contacts", ["city", "region"])
    some = sa.text("digest <> ''")
    op.create_index("uq_contacts_digest", "contacts", ["digest"], unique=True, sqlite_where=some, postgresql_where=some)
    op.create_table(
        "relays",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("bulletin", "contact", "city")),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("bulletin", "contact", name=op.f("pk_relays")),
    )


def downgrade() -> None:
    op.drop_table("relays")
    op.drop_table("contacts")
