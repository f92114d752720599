"""Keeping one face everywhere: observe, decide, plan, apply, verify."""

from sameface.sync.decide import Call, Decision, Verdict, decide
from sameface.sync.outcome import Outcome, Progress, Result
from sameface.sync.plan import Action, Plan, Verb, load_plan
from sameface.sync.policy import Leave, Policy
from sameface.sync.run import apply, last_plan, plan, status, sync

__all__ = [
    "Action",
    "Call",
    "Decision",
    "Leave",
    "Outcome",
    "Plan",
    "Policy",
    "Progress",
    "Result",
    "Verb",
    "Verdict",
    "apply",
    "decide",
    "last_plan",
    "load_plan",
    "plan",
    "status",
    "sync",
]
