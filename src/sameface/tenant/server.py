"""The tenant running: https and plain http on the loopback, one application, one state."""

from __future__ import annotations

import asyncio
import logging
import shutil
import socket
import tempfile
import weakref
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType

from sameface.errors import NoRoom
from sameface.rules import Rulebook, load_rulebook
from sameface.serving import Server, listener
from sameface.tenant import cast
from sameface.tenant.album import Album
from sameface.tenant.app import App
from sameface.tenant.control.routes import Backstage, Control
from sameface.tenant.desk.routes import Desk
from sameface.tenant.exchange.routes import Exchange
from sameface.tenant.faults import Faults
from sameface.tenant.gate import Gate
from sameface.tenant.graph.routes import Graph
from sameface.tenant.keys import Keys
from sameface.tenant.ledger import Ledger
from sameface.tenant.login.pending import LIFE as CODE_LIFE
from sameface.tenant.login.registrations import APPLICATIONS, Registration, Resource, registrations
from sameface.tenant.login.routes import Login
from sameface.tenant.login.tokens import LIFE, Issuer
from sameface.tenant.members import TENANT_ID
from sameface.tenant.organisation import PICTURES, Organisation
from sameface.tenant.settings_text import Access, settings_text
from sameface.tenant.sharepoint.digests import LIFE_S, Digests
from sameface.tenant.sharepoint.routes import SharePoint
from sameface.tenant.state import Founding, StateFolder
from sameface.tenant.yammer.routes import Yammer

PORT = 8365
_LONG = timedelta(days=3650)  # Yammer's own tokens do not end


class Tenant:
    """A local Microsoft 365. Use it with `async with`; inside, `https_url` and `http_url` serve.

    `people` of the cast and beyond, dealt by `seed`. `state` is a folder that survives a restart;
    without one all is gone at the end. `speed` is how many times faster than
    life quotas come round and `latency` passes; `quotas=False` throttles nobody. `pictures` is
    SharePoint's folder for them, below "User Photos", in whatever language.
    `control=False` takes `/_tenant/` away. `opens` is the tenant's time at the start (default: the
    real one, to the second); a `running` clock follows real time from there, a standing one moves
    only when told. `token_life`, `code_life` (of sign-ins on their way) and `digest_life_s` are for
    trying out what happens at their end.
    """

    def __init__(  # noqa: PLR0917 - the first six are given by position too
        self,
        people: int = 24,
        seed: int = 1,
        rulebook: str | Rulebook = "office365-2014",
        port: int = PORT,
        state: Path | None = None,
        speed: float = 1.0,
        *,
        control: bool = True,
        quotas: bool = True,
        latency: timedelta = timedelta(0),
        pictures: str = PICTURES,
        opens: datetime | None = None,
        running: bool = False,
        token_life: timedelta = LIFE,
        code_life: timedelta = CODE_LIFE,
        digest_life_s: int = LIFE_S,
    ) -> None:
        book = load_rulebook(rulebook) if isinstance(rulebook, str) else rulebook
        self._folder = state or Path(tempfile.mkdtemp(prefix="sameface-tenant-"))
        if state is None:
            self._forget = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._port, self._speed, self._control, self._running = port, speed, control, running
        self._code_life, self._pictures = code_life, pictures
        self._servers: list[Server] = []
        self._state = StateFolder(self._folder) if state is not None else None
        self.keys = Keys(self._folder / "secrets")
        wanted = Founding(book.id, people, seed, opens or datetime.now(UTC).replace(microsecond=0))
        self._founding = self._state.founding(wanted) if self._state else wanted
        self.organisation = self._settled(book)
        self.registrations = self._registrations()
        self.issuer = Issuer(self.keys.signing_key, token_life)
        self.faults = Faults(self.organisation.members)
        self.ledger = Ledger()
        self._gate = Gate(self.issuer, self.registrations)
        self.app = App(
            self.organisation, self.faults, self.ledger, self._gate, speed=speed, latency=latency
        )
        self._furnish(Digests(digest_life_s), quotas=quotas)
        self.https_url = self.http_url = ""

    def _settled(self, book: Rulebook) -> Organisation:
        """The organisation as it is when the doors open: its stories, then its journal."""
        founding = self._founding
        opened, people = founding.opened, founding.people
        start = opened - cast.SPAN if people else opened
        names = {member.id: member.name for member in cast.members(people)}
        album = Album(founding.seed, self._folder / "uploads")
        organisation = Organisation(book, start, album, names, pictures=self._pictures)
        if people:
            cast.settle(organisation, people, founding.seed)
        if self._state is not None:
            for entry in self._state.entries():
                organisation.replay(entry)
            organisation.journal = self._state
        organisation.remembers = True
        return organisation

    def _registrations(self) -> dict[str, Registration]:
        told = {name: self.keys.secret(f"{name}.secret") for name in APPLICATIONS}
        return registrations(told, self.keys.client_certificate)

    def _furnish(self, digests: Digests, *, quotas: bool) -> None:
        """Put every service into its place."""
        organisation, gate = self.organisation, self._gate
        graph = Graph(organisation, gate, self.faults, self.app.serve_part)
        login = Login(
            self.issuer,
            self.registrations,
            organisation.members,
            self.password,
            speed=self._speed,
            code_life=self._code_life,
        )
        metered = (
            graph,
            Exchange(organisation, gate, self.password),
            SharePoint(organisation, gate, digests),
            Yammer(organisation, gate),
        )
        self.app.services |= {"login": login, **{one.name: one for one in metered}}
        if quotas:
            self.app.tariffs |= {one.name: one.tariff for one in metered}
        if self._control:
            backstage = Backstage(
                organisation, self.faults, self.ledger, self.settings_toml, self._founding.opened
            )
            self.app.services["control"] = Control(backstage)
            self.app.services["desk"] = Desk(organisation.book, self._folder / "desk")

    # --- what others need to reach it ----------------------------------------------------------

    @property
    def ca_file(self) -> Path:
        """The certificate authority to trust, PEM."""
        return self.keys.ca_file

    @property
    def authority(self) -> str:
        """What msal calls the authority."""
        return f"{self.https_url}/{TENANT_ID}"

    @property
    def password(self) -> str:
        """The password of every person here."""
        return self.keys.secret("people.password")

    def application(self, name: str = "sameface") -> Registration:
        """A registered application: `sameface` may do all, `reader` reads, `stranger` nothing."""
        return self.registrations[APPLICATIONS[name]]

    def person_token(self, person: str, resource: Resource, application: str = "sameface") -> str:
        """A token of somebody who signed in, for one service; good for ten years."""
        member = self.organisation.members.named(person)
        return self.issuer.for_person(self.application(application), resource, member, _LONG)

    def settings_toml(self) -> str:
        """A `sameface.toml` that works with this tenant as it runs."""
        token_file = self.keys.folder / "yammer.token"
        if not token_file.exists() and self.organisation.members:
            reader = self.organisation.members.page(0, 1)[0].id
            self.keys.text_file("yammer.token", self.person_token(reader, Resource.YAMMER))
        return settings_text(
            Access(
                url=self.https_url,
                authority=self.authority,
                client_id=APPLICATIONS["sameface"],
                secret_file=self.keys.folder / "sameface.secret",
                certificate_file=self.keys.client_certificate_file,
                token_file=token_file,
                ca_file=self.ca_file,
                rulebook=self.organisation.book.id,
                quota_speed=max(1, int(self._speed)),
                licences=max(1, len(self.organisation.members)),
            )
        )

    # --- running -------------------------------------------------------------------------------

    async def __aenter__(self) -> Tenant:
        """Open both doors. `NoRoom` where no port can be had."""
        self.keys.prepare_tls()
        self.organisation.run(self._running)
        secure, plain = _sockets(self._port)
        self.https_url = f"https://localhost:{secure.getsockname()[1]}"
        self.http_url = f"http://localhost:{plain.getsockname()[1]}"
        pem = str(self.keys.server_file)
        logging.getLogger("uvicorn.error").addFilter(_not_about_cuts)
        for door, tls in ((secure, {"ssl_certfile": pem, "ssl_keyfile": pem}), (plain, {})):
            server = Server(self.app, **tls)
            self._servers.append(server)
            await server.open(door)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await asyncio.gather(*(server.close() for server in self._servers))
        if self._state is None:
            await asyncio.to_thread(self._forget)

    async def run_forever(self) -> None:
        """Serve until cancelled (Ctrl-C under `asyncio.run`)."""
        async with self:
            await asyncio.Event().wait()


def _not_about_cuts(record: logging.LogRecord) -> bool:
    """Answers that break off on order are no news."""
    return not record.getMessage().startswith("ASGI callable returned without")


def _sockets(port: int) -> tuple[socket.socket, socket.socket]:
    """Two listening sockets: a busy port means the next one, 0 any that is free."""
    secure = listener(port)
    try:
        return secure, listener(secure.getsockname()[1] + 1 if port else 0)
    except NoRoom:
        secure.close()
        raise
