"""Who is who: identity keys made comparable, and accounts joined into people. Pure."""

from sameface.people.correlation import Known, Match, correlate
from sameface.people.keys import comparable, keys_of
from sameface.people.mapping import Said, parse_mapping

__all__ = ["Known", "Match", "Said", "comparable", "correlate", "keys_of", "parse_mapping"]
