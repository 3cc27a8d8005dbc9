"""Whether a photo's twin is the same picture, or one from the same spot"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("photos", sa.Column("alike", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("photos", "alike")
