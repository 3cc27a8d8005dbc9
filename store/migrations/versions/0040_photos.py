"""Photos of reports and proofs, the pictures in a table of their own"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "photos",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("hash", sa.BigInteger(), nullable=True),
        sa.Column("taken_us", sa.BigInteger(), nullable=True),
        sa.Column("away_m", sa.Float(53), nullable=True),
        sa.Column("twin", sa.Text(), nullable=False),
        sa.Column("twin_bits", sa.Integer(), nullable=False),
        sa.Column("shown_us", sa.BigInteger(), nullable=True),
        sa.Column("blurred", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["city"], ["cities.code"], name=op.f("fk_photos_city_cities")),
        sa.ForeignKeyConstraint(["number"], ["cases.number"], name=op.f("fk_photos_number_cases")),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name=op.f("fk_photos_report_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
    )
    op.create_index("ix_photos_number", "photos", ["number"])
    op.create_index("ix_photos_report", "photos", ["report"])
    op.create_index("ix_photos_hash", "photos", ["city", "hash", "id"])
    op.create_table(
        "photo_pictures",
        sa.Column("photo", sa.Text(), nullable=False),
        sa.Column("large", sa.LargeBinary(), nullable=False),
        sa.Column("small", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["photo"], ["photos.id"], name=op.f("fk_photo_pictures_photo_photos")),
        sa.PrimaryKeyConstraint("photo", name=op.f("pk_photo_pictures")),
    )


def downgrade() -> None:
    op.drop_table("photo_pictures")
    op.drop_table("photos")
