"""How far rules and nodes are told, by two people. What was told before this step goes on to be told"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rules()
    _stages()
    _proposals()
    # A city that is older than stages must not fall silent by an upgrade: its nodes now, its rules when they are noted.
    op.execute(
        "INSERT INTO packs (city, by_one, by_two, rules_us)"
        " SELECT code, 'upgrade', 'upgrade', NULL FROM cities WHERE digest <> ''"
    )
    op.execute(
        "INSERT INTO stages (city, what, name, version, stage, by_one, by_two, at_us)"
        " SELECT city, 'node', node, '', audience, 'upgrade', 'upgrade', 0 FROM nodes WHERE audience <> 'shadow'"
    )


def _rules() -> None:
    op.create_table(
        "rules",
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("title_id", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("city", "id", name=op.f("pk_rules")),
    )
    op.create_table(
        "packs",
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("by_one", sa.Text(), nullable=False),
        sa.Column("by_two", sa.Text(), nullable=False),
        sa.Column("rules_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("city", name=op.f("pk_packs")),
    )


def _stages() -> None:
    op.create_table(
        "stages",
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("by_one", sa.Text(), nullable=False),
        sa.Column("by_two", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("city", "what", "name", name=op.f("pk_stages")),
    )


def _proposals() -> None:
    op.create_table(
        "stage_proposals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_proposals")),
    )


def downgrade() -> None:
    for table in ("stage_proposals", "stages", "packs", "rules"):
        op.drop_table(table)
