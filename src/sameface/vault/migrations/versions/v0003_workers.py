"""Quotas that workers share, how many writes a run foresees, and until when a version was shown."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table and the columns. Every version there is counts as shown until today.

    Since nobody noted when a store began to show another one, retention begins to count now.
    """
    op.add_column("runs", sa.Column("expected", sa.Integer))
    op.add_column("versions", sa.Column("shown_until", sa.DateTime(timezone=True)))
    versions = sa.table("versions", sa.column("shown_until", sa.DateTime(timezone=True)))
    op.get_bind().execute(versions.update().values(shown_until=datetime.now(UTC)))
    op.create_table(
        "leases",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("quota", sa.Text, nullable=False),
        sa.Column("units", sa.Integer, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_leases_quota", "leases", ["quota"])
