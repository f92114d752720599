"""Who is who: identity keys made comparable, and accounts joined into people. Pure."""

from sameface.people.correlation import Known, Match, correlate
from sameface.people.keys import comparable, keys_of

__all__ = ["Known", "Match", "comparable", "correlate", "keys_of"]
