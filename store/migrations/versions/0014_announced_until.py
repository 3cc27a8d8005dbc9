"""From when until when what was announced holds, so that it ends in time after a restart, too"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing that is kept so far was announced."""
    op.add_column("incidents", sa.Column("begins_us", sa.BigInteger(), nullable=True))
    op.add_column("incidents", sa.Column("until_us", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """An older engine knows no change that is announced anew, and would not start where one waits to be told."""
    op.execute("DELETE FROM changes WHERE what = 'updated'")
    tellings = sa.table("tellings", sa.column("city"), sa.column("event"), sa.column("state", sa.JSON()))
    connection = op.get_bind()
    for city, event, state in connection.execute(sa.select(tellings.c.city, tellings.c.event, tellings.c.state)).all():
        held = state.get("held")
        if isinstance(held, dict) and "updated" in held.values():
            kept = {**state, "held": {one: what for one, what in held.items() if what != "updated"}}
            this = sa.and_(tellings.c.city == city, tellings.c.event == event)
            connection.execute(tellings.update().where(this).values(state=kept))
    op.drop_column("incidents", "until_us")
    op.drop_column("incidents", "begins_us")
