"""What speaks against spreading a version, and which placeholder an account shows."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns. What was kept before counts as fit, as it did then."""
    op.add_column("versions", sa.Column("unfit", sa.Text, nullable=False, server_default=""))
    op.add_column("observations", sa.Column("unfit", sa.Text, nullable=False, server_default=""))
