"""Rulebooks and what follows from them: propagation, sightings, scenarios. No I/O but rulebooks."""

from sameface.rules.events import Event, Outcome, Photo, Refusal
from sameface.rules.loading import load_rulebook, parse_rulebook, read_rulebook, rulebook_names
from sameface.rules.rulebook import Rulebook
from sameface.rules.state import Held
from sameface.rules.world import World

__all__ = [
    "Event",
    "Held",
    "Outcome",
    "Photo",
    "Refusal",
    "Rulebook",
    "World",
    "load_rulebook",
    "parse_rulebook",
    "read_rulebook",
    "rulebook_names",
]
