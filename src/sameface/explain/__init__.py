"""Why, and until when: observations and rules reasoned together. Pure; no I/O, no clock."""

from sameface.explain.explaining import Explainer, Explanation
from sameface.explain.subject import Subject, letters
from sameface.explain.whatif import Change, WhatIf, asking, best_plan, observable, what_if

__all__ = [
    "Change",
    "Explainer",
    "Explanation",
    "Subject",
    "WhatIf",
    "asking",
    "best_plan",
    "letters",
    "observable",
    "what_if",
]
