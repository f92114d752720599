"""What Exchange grants to whom: so many calls at a time for one caller (EWSMaxConcurrency, 2.2)."""

from __future__ import annotations

from sameface.tenant.login.tokens import Grant
from sameface.tenant.quotas import AT_A_TIME, Charge

CONCURRENT = 27


def charges(grant: Grant) -> tuple[Charge, ...]:
    """One of the calls that its person, or application, may have open."""
    return (Charge("EWSMaxConcurrency", (grant.person or grant.app,), CONCURRENT, AT_A_TIME),)
