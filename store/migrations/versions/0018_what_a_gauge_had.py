"""The incidents of one entity, and the forecasts that nobody has answered, without reading all of a city's"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_incidents_entity", "incidents", ["city", "entity", "crossed_us"])
    open_ones = sa.text("outcome = ''")
    op.create_index(
        "ix_forecasts_open", "forecasts", ["city", "told_us"], sqlite_where=open_ones, postgresql_where=open_ones
    )


def downgrade() -> None:
    op.drop_index("ix_forecasts_open", "forecasts")
    op.drop_index("ix_incidents_entity", "incidents")
