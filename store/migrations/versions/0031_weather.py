"""Weather warnings of another office, how its feed fares, and a witness's name in English"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _us(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "weather_warnings",
        *_text("city", "id", "root"),
        *_us("sent_us", "onset_us", "expires_us", "kept_us"),
        *_text("severity", "certainty", "urgency"),
        *(
            sa.Column(name, sa.JSON(), nullable=False)
            for name in ("event", "headline", "description", "regions", "references")
        ),
        *_text("sender", "web"),
        sa.Column("ended_us", sa.BigInteger(), nullable=True),
        *_text("ended_by"),
        sa.PrimaryKeyConstraint("city", "id", name=op.f("pk_weather_warnings")),
    )
    op.create_index("ix_weather_warnings_expires", "weather_warnings", ["city", "expires_us"])
    op.create_table(
        "weather_feeds",
        *_text("city"),
        sa.Column("heard_us", sa.BigInteger(), nullable=True),
        *_text("trouble"),
        *_us("since_us"),
        sa.PrimaryKeyConstraint("city", name=op.f("pk_weather_feeds")),
    )
    op.add_column("bulletins", sa.Column("witness_en", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("bulletins", "witness_en")
    op.drop_table("weather_feeds")
    op.drop_table("weather_warnings")
