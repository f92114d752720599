"""What Yammer grants to whom: ten calls in ten seconds for one person and application (4)."""

from __future__ import annotations

from sameface.tenant.calls import Call
from sameface.tenant.login.tokens import Grant
from sameface.tenant.quotas import Charge


def charges(call: Call, grant: Grant) -> tuple[Charge, ...]:
    """Every endpoint counts; pictures come from another host, which counts nothing."""
    if not call.path.lower().startswith("/api/"):
        return ()
    return (Charge("rate", (grant.app, grant.person or ""), 10, 10),)
