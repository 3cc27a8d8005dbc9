"""The links of gauge keepers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "post_links",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=False),
        sa.Column("revoked_us", sa.BigInteger(), nullable=True),
        sa.Column("seen_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_post_links_digest")),
    )
    with op.batch_alter_table("post_links", schema=None) as batch_op:
        batch_op.create_index("ix_post_links_created", ["city", "created_us"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("post_links", schema=None) as batch_op:
        batch_op.drop_index("ix_post_links_created")

    op.drop_table("post_links")
