"""Where a run's pages of people are driven from: in this process, or by workers.

A job is a flow of deeds. A deed may be repeated without harm: it looks at what is there before it
acts, and leaves an intent before and a receipt after each action. A command runs its deeds in its
own process (`here`) and keeps no record of them: killed and started again from the beginning, it
ends in the same state. Workers (`engine`) record each deed, share a flow's pages among them, and
take up what one of them left.
"""

from sameface.jobs.engine import Json, Steps, Works, hand_over, working
from sameface.jobs.following import progress
from sameface.jobs.here import ahead, grouped, listening, run_pages, together

__all__ = [
    "Json",
    "Steps",
    "Works",
    "ahead",
    "grouped",
    "hand_over",
    "listening",
    "progress",
    "run_pages",
    "together",
    "working",
]
