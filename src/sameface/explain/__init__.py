"""Why, and until when: observations and rules reasoned together. Pure; no I/O, no clock."""

from sameface.explain.explaining import Explainer, Explanation
from sameface.explain.subject import Subject, letters

__all__ = ["Explainer", "Explanation", "Subject", "letters"]
