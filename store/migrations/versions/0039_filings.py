"""Where a case stands in the city's own systems"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "filings",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.Column("foreign", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_us", sa.BigInteger(), nullable=False),
        sa.Column("sent_us", sa.BigInteger(), nullable=True),
        sa.Column("told_us", sa.BigInteger(), nullable=False),
        sa.Column("heard", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["cases.number"], name="fk_filings_number_cases"),
        sa.ForeignKeyConstraint(["city"], ["cities.code"], name="fk_filings_city_cities"),
        sa.PrimaryKeyConstraint("number", "system", name="pk_filings"),
    )
    op.create_index("ix_filings_state", "filings", ["city", "system", "state", "next_us"])
    numbered = sa.text("\"foreign\" <> ''")
    op.create_index(
        "uq_filings_foreign",
        "filings",
        ["city", "system", "foreign"],
        unique=True,
        sqlite_where=numbered,
        postgresql_where=numbered,
    )
    op.create_table(
        "filing_feeds",
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("since_us", sa.BigInteger(), nullable=False),
        sa.Column("polled_us", sa.BigInteger(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("well_us", sa.BigInteger(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["city"], ["cities.code"], name="fk_filing_feeds_city_cities"),
        sa.PrimaryKeyConstraint("city", "system", name="pk_filing_feeds"),
    )


def downgrade() -> None:
    op.drop_table("filing_feeds")
    op.drop_index("uq_filings_foreign", "filings")
    op.drop_index("ix_filings_state", "filings")
    op.drop_table("filings")
