"""Reading documents strictly: TOML and JSON tables whose mistakes name file, line, table and key.

Knows only errors. Used at the doors (rulebooks, scenarios, settings), so that the inside can trust.
"""

from sameface.documents.lines import line_of, pointing
from sameface.documents.tables import Table, nearest, parse_offset, parse_toml
from sameface.documents.texts import text_of

__all__ = ["Table", "line_of", "nearest", "parse_offset", "parse_toml", "pointing", "text_of"]
