"""Keeping one face everywhere: observe, decide, plan, apply, verify."""

from sameface.sync.choosing import Call
from sameface.sync.decide import Decision, Verdict, decide
from sameface.sync.left import LEAVING, Cause, Left, by_cause, left_of
from sameface.sync.mending import Mended, mend
from sameface.sync.outcome import Outcome, Progress, Result
from sameface.sync.plan import Action, Hold, Plan, Verb, load_plan
from sameface.sync.policy import Leave, Policy
from sameface.sync.proposing import Proposal, erase, forget, restore, undo
from sameface.sync.run import apply, last_plan, look_back, plan, save_last, status, sync
from sameface.sync.watching import watch

__all__ = [
    "LEAVING",
    "Action",
    "Call",
    "Cause",
    "Decision",
    "Hold",
    "Leave",
    "Left",
    "Mended",
    "Outcome",
    "Plan",
    "Policy",
    "Progress",
    "Proposal",
    "Result",
    "Verb",
    "Verdict",
    "apply",
    "by_cause",
    "decide",
    "erase",
    "forget",
    "last_plan",
    "left_of",
    "load_plan",
    "look_back",
    "mend",
    "plan",
    "restore",
    "save_last",
    "status",
    "sync",
    "undo",
    "watch",
]
