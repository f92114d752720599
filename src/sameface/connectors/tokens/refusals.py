"""What a sign-in service says no with, and what the administrator does next.

It is told by its code (AADSTS…) only; its sentences may hold more than we would want in a log.
"""

from __future__ import annotations

import re
from typing import Any

from sameface.errors import SignInRefused

_CODE = re.compile(r"AADSTS\d+")
_CONDITIONAL = (
    "a Conditional Access policy blocks it: let the policy except this application, or run "
    "Sameface where the policy lets it"
)
_AGAIN = "the person has to sign in again: `sameface check --sign-in`"
_REMEDIES = {
    "AADSTS7000215": "the client secret is wrong: take its Value, not its Secret ID, from Entra",
    "AADSTS7000222": "the client secret has expired: make a new one in Entra",
    "AADSTS700016": "client-id is not an application of this organisation: copy it from Entra",
    "AADSTS700027": "the certificate is not the application's, or has expired: upload its public "
    "part in Entra",
    "AADSTS7000112": "the application is switched off: enable it among Enterprise applications",
    "AADSTS7000218": "the application lets nobody sign in by a code: allow public client flows "
    "among its Authentication settings in Entra",
    "AADSTS90002": "no such organisation: check the end of `authority`",
    "AADSTS900023": "no such organisation: check the end of `authority`",
    "AADSTS900382": "the organisation is in another cloud: set `cloud`",
    "AADSTS900432": "the organisation is in another cloud: set `cloud`",
    "AADSTS500011": "the organisation has no such service: check `url`",
    "AADSTS65001": "nobody has consented to the application: grant admin consent in Entra",
    "AADSTS650057": "the application does not ask for that service: add its permissions in Entra",
    "AADSTS50105": "the person is not assigned to the application: assign them in Entra",
    "AADSTS53000": _CONDITIONAL,
    "AADSTS53001": _CONDITIONAL,
    "AADSTS53002": _CONDITIONAL,
    "AADSTS53003": _CONDITIONAL,
    "AADSTS530035": _CONDITIONAL,
    "AADSTS50076": _AGAIN,
    "AADSTS50078": _AGAIN,
    "AADSTS50079": _AGAIN,
    "AADSTS50173": _AGAIN,
    "AADSTS70043": _AGAIN,
    "AADSTS700082": _AGAIN,
    "AADSTS700084": _AGAIN,
}


def refused(store: str, authority: str, told: dict[str, Any], otherwise: str) -> SignInRefused:
    """The refusal that a sign-in service told; `otherwise` is the remedy for codes unheard of."""
    found = _CODE.search(str(told.get("error_description", "")))
    code = found[0] if found else str(told.get("error", "no reason"))[:40]
    remedy = _REMEDIES.get(code, otherwise)
    return SignInRefused(store, f"{authority}, asked to sign us in, refused ({code}); {remedy}")


def refused_in(store: str, authority: str, odd: BaseException) -> SignInRefused | None:
    """The refusal whose code lies somewhere under an error of msal's; None where there is none.

    Asked where an organisation signs in, the service says already that it knows no such one.
    """
    under: BaseException | None = odd
    while under is not None:
        found = _CODE.search(str(under))
        if found is not None:
            told = {"error_description": found[0]}
            return refused(store, authority, told, "check `authority`")
        under = under.__cause__ or under.__context__
    return None
