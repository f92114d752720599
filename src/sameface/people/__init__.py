"""Who is who: identity keys made comparable, and accounts joined into people. Pure."""

from sameface.people.correlation import Known, Match, correlate
from sameface.people.keys import aliases_of, comparable, keys_of, own_addresses
from sameface.people.mapping import Said, parse_mapping

__all__ = [
    "Known",
    "Match",
    "Said",
    "aliases_of",
    "comparable",
    "correlate",
    "keys_of",
    "own_addresses",
    "parse_mapping",
]
