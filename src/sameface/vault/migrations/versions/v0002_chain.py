"""The journal becomes a chain; pins, people forgotten, and how a store stood before a write."""

import sqlalchemy as sa
from alembic import op

from sameface.vault.journal import FIRST, sealed
from sameface.vault.values import Entry

revision = "0002"
down_revision = "0001"

_FIELDS = ("at", "what", "why", "run", "person", "store", "before", "after")
_AT_ONCE = 1000


def upgrade() -> None:
    """Add the tables and columns, and chain the entries that are there."""
    op.add_column("actions", sa.Column("standing", sa.Text))
    op.add_column("journal", sa.Column("seal", sa.Text, nullable=False, server_default=""))
    end = op.create_table(
        "journal_end",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("seal", sa.Text, nullable=False),
    )
    op.create_table(
        "pins",
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("photo", sa.Text),
        sa.Column("mark", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_table(
        "forgotten",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_forgotten_person", "forgotten", ["person"])
    seq, seal = _chain()
    op.get_bind().execute(end.insert().values(id=1, seq=seq, seal=seal))


def _chain() -> tuple[int, str]:
    """Seal what is there, from the first entry on; gives the last one's number and seal."""
    from sameface.vault.database import Moment  # noqa: PLC0415  the type only, not today's tables

    journal = sa.table(
        "journal",
        sa.column("seq", sa.Integer),
        sa.column("at", Moment),
        *(sa.column(name, sa.Text) for name in (*_FIELDS[1:], "seal")),
    )
    connection, seq, seal = op.get_bind(), 0, FIRST
    query = sa.select(journal).order_by(journal.c.seq).limit(_AT_ONCE)
    while rows := connection.execute(query.where(journal.c.seq > seq)).all():
        for row in rows:
            entry = Entry(**{name: getattr(row, name) for name in _FIELDS})
            seq, seal = row.seq, sealed(seal, row.seq, entry)
            connection.execute(journal.update().where(journal.c.seq == seq).values(seal=seal))
    return seq, seal
