"""Identity keys as stores tell them: mail addresses with aliases, and handles of their own."""

from __future__ import annotations

from collections.abc import Iterable

from sameface.values import Key

_PRIMARY = "SMTP:"
"""Before the primary address in proxyAddresses; `smtp:` is before aliases, `sip:`, `x500:` and the
like before what is no mail address. Source: Microsoft's descriptions of the attribute in Active
Directory and of the property in Graph."""


def mail_keys(addresses: Iterable[str]) -> tuple[tuple[Key, str], ...]:
    """One key for each address: first the primary one, which is the first; then the others, sorted.

    Directories tell several values in any order. `@contoso.com`, a whole domain, is nobody's.
    """
    told = [a for address in addresses if (a := address.strip()) and not a.startswith("@")]
    spelt = {address.casefold(): address for address in reversed(told)}
    names = [address.casefold() for address in told[:1]]
    names += sorted(spelt.keys() - set(names))
    return tuple((Key.MAIL, spelt[name]) for name in names)


def proxied(mail: str, proxies: Iterable[str]) -> tuple[tuple[Key, str], ...]:
    """The same of `mail`, where there is one, and proxyAddresses."""
    told = [proxy for proxy in proxies if proxy.upper().startswith(_PRIMARY)]
    told.sort(key=lambda proxy: not proxy.startswith(_PRIMARY))
    return mail_keys((mail, *(proxy[len(_PRIMARY) :] for proxy in told)))


def handle_key(store: str, handle: str) -> tuple[Key, str]:
    """Which object an account is, in a store whose permanent handles no other store knows."""
    return Key.OBJECT_GUID, f"{store}:{handle}"
