"""What a report answers beside its words; cases by when they changed, and lines by when they were said"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reports", sa.Column("attributes", sa.JSON(), server_default="{}", nullable=False))
    op.create_index("ix_cases_changed", "cases", ["city", "updated_us"])
    op.create_index("ix_case_updates_said", "case_updates", ["said_us"])


def downgrade() -> None:
    op.drop_index("ix_case_updates_said", "case_updates")
    op.drop_index("ix_cases_changed", "cases")
    op.drop_column("reports", "attributes")
