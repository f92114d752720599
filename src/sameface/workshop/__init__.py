"""Where outside pictures are worked on: processes with limits, replaced when they die.

`Workers` is for plain code, `Workshop` for async code; both answer like `sameface.pictures`, with
the same values and errors, and survive whatever a file does to the process that reads it.
"""

from sameface.workshop.lanes import Allowance, Workers
from sameface.workshop.service import Workshop

__all__ = ["Allowance", "Workers", "Workshop"]
