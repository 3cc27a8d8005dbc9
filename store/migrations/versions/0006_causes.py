"""What a site hangs on besides its uplink, and what an outage is put down to"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sites", sa.Column("power", sa.Text(), nullable=False, server_default=""))
    op.add_column("events", sa.Column("cause", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("events", "cause")
    op.drop_column("sites", "power")
