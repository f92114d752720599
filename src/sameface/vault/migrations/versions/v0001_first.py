"""The tables of the first vaults, where migrations begin."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing: the first vaults were made with these tables."""
