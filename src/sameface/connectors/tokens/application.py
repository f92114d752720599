"""An application that signs in by itself: a client secret, or a certificate (protocols 1.1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sameface.connectors.tokens.refusals import refused
from sameface.connectors.tokens.wire import asking, is_microsoft
from sameface.errors import SignInRefused
from sameface.http import Clock
from sameface.settings import AppSignIn

_OTHERWISE = "check client-id and its secret or certificate in Entra"


class Application:
    """See `asked.Asker`."""

    def __init__(
        self, store: str, resource: str, sign_in: AppSignIn, ca_file: Path | None, clock: Clock
    ) -> None:
        self._store, self._sign_in, self._ca_file = store, sign_in, ca_file
        self._scope, self._clock = f"{resource.rstrip('/')}/.default", clock

    def ask(self) -> dict[str, Any]:
        import msal  # noqa: PLC0415 - see wire

        self._refuse_if_expired()
        authority = self._sign_in.authority
        with asking(self._store, authority, self._ca_file) as wire:
            application = msal.ConfidentialClientApplication(
                self._sign_in.client_id,
                client_credential=self._credential(),
                authority=authority,
                instance_discovery=is_microsoft(authority),
                http_client=wire,
            )
            told: dict[str, Any] = application.acquire_token_for_client([self._scope])
        if "access_token" not in told:
            raise refused(self._store, authority, told, _OTHERWISE)
        return told

    def _credential(self) -> str | dict[str, str] | None:
        pem = self._sign_in.certificate
        return (
            self._sign_in.secret if pem is None else {"private_key": pem, "public_certificate": pem}
        )

    def _refuse_if_expired(self) -> None:
        """Our own certificate's end is known here; the service would only call it wrong."""
        if self._sign_in.certificate is None:
            return
        from cryptography import x509  # noqa: PLC0415 - only where there is a certificate

        try:
            certificate = x509.load_pem_x509_certificate(self._sign_in.certificate.encode())
        except ValueError:
            return  # msal says what is wrong with it
        ended = certificate.not_valid_after_utc
        if ended <= self._clock.now():
            what = (
                f"the certificate in client-certificate-file ended on {ended:%d %b %Y}; make a "
                "new one and upload its public part in Entra"
            )
            raise SignInRefused(self._store, what)
