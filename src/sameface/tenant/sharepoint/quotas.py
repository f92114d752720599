"""What SharePoint grants to whom, in published numbers, and how it tells what is left (3.6, 3.7).

REST calls have no published cost; those of Graph are taken: 1 for one thing, 2 for many or a write.
"""

from __future__ import annotations

from collections.abc import Iterable

from sameface.tenant.calls import Call
from sameface.tenant.login.tokens import Grant
from sameface.tenant.members import TENANT_ID
from sameface.tenant.quotas import Charge, Meter

_APP_MINUTE, _APP_DAY, _TENANT, _PERSON = "app-minute", "app-day", "tenant", "person"
_PEOPLE, _SEARCH, _OWN_SEARCH = "people-manager", "people-search", "people-search-of-a-person"
_BY_LICENCES = (1_000, 5_000, 15_000, 50_000)
_UNITS_A_MINUTE = (1_250, 2_500, 3_750, 5_000, 6_250)
_UNITS_A_DAY = (1_200_000, 2_400_000, 3_600_000, 4_800_000, 6_000_000)
_UNITS_OF_ALL = (18_750, 37_500, 56_250, 75_000, 93_750)
_PROFILE_CALLS = (3_000, 6_000, 9_000, 12_000, 15_000)
_TELLS_FROM = 0.8


def charges(call: Call, grant: Grant, people: int) -> Iterable[Charge]:
    """What a call costs its application, its person and the organisation."""
    step = sum(people > licences for licences in _BY_LICENCES)
    units = _units(call)
    path = call.path.lower()
    if grant.person is None:
        yield Charge(_APP_MINUTE, (grant.app,), _UNITS_A_MINUTE[step], 60, units)
        yield Charge(_APP_DAY, (grant.app,), _UNITS_A_DAY[step], 86_400, units)
    else:
        yield Charge(_PERSON, (grant.person,), 3_000, 300)
    yield Charge(_TENANT, (TENANT_ID,), _UNITS_OF_ALL[step], 300, units)
    if "/sp.userprofiles.peoplemanager/" in path:
        yield Charge(_PEOPLE, (TENANT_ID,), _PROFILE_CALLS[step], 300)
    if path.endswith(("/_api/search/query", "/_api/search/postquery")):
        yield Charge(_SEARCH, (TENANT_ID,), 25, 1)
        if grant.person is not None:
            yield Charge(_OWN_SEARCH, (grant.person,), 10, 1)


def _units(call: Call) -> int:
    path = call.path.lower()
    many = path.endswith(("/files", "/search/query"))
    return 2 if many or call.method != "GET" else 1


def headers(meters: Iterable[Meter]) -> dict[str, str]:
    """`RateLimit-*`, from four fifths of the application's minute on."""
    for meter in meters:
        if meter.charge.limit == _APP_MINUTE and meter.share >= _TELLS_FROM:
            return {
                "RateLimit-Limit": str(meter.charge.most),
                "RateLimit-Remaining": str(max(0, meter.charge.most - meter.used)),
                "RateLimit-Reset": str(meter.retry_after_s),
            }
    return {}
