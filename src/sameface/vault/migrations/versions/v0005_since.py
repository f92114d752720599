"""From where a store goes on telling what has changed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns. Every look so far was at a whole store, and none can be continued."""
    op.add_column("looks", sa.Column("since", sa.Text))
    partial = sa.Column("partial", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("looks", partial)
