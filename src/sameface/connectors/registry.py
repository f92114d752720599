"""Connectors opened from settings; each one's module is imported only when it is used."""

from __future__ import annotations

from datetime import timedelta

import httpx2 as httpx

from sameface.connectors.base import Connector
from sameface.connectors.tokens import Device, tokens_for
from sameface.errors import BadSettings
from sameface.http import Clock, Door, Patience, Pool
from sameface.settings import DeviceSignIn, PasswordSignIn, StoreSettings
from sameface.values import Capabilities

_GRAPH = "00000003-0000-0000-c000-000000000000"
"""Graph's application id: the name of its scope in every national cloud, whatever the address."""

_YAMMER_BACKS_OFF = timedelta(seconds=10)  # Yammer promises no Retry-After (protocols 4)


def open_connector(  # noqa: PLR0911 - a table
    settings: StoreSettings,
    *,
    page: int | None = None,
    clock: Clock | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    pool: Pool | None = None,
) -> Connector:
    """The connector of one configured store; nothing is sent yet. Close it in the end.

    `page` is how many people are listed per request (None: as many as the store gives, which costs
    the fewest requests). `pool` is where several processes share quotas; `clock` and `transport`
    are the seams for tests.
    """
    seams = clock or Clock(), transport, pool
    speed, writes = settings.quota_speed, settings.writes
    match settings.connector:
        case "graph":
            from sameface.connectors.graph import connector as graph  # noqa: PLC0415

            able = graph.capabilities(settings.id, writes=writes, quota_speed=speed)
            door = _door(settings, able, *seams)
            return graph.GraphConnector(settings.id, door, able, page)
        case "sharepoint":
            from sameface.connectors.sharepoint import connector as sharepoint  # noqa: PLC0415

            able = sharepoint.capabilities(
                writes=writes, quota_speed=speed, licences=settings.licences
            )
            door = _door(settings, able, *seams)
            return sharepoint.SharePointConnector(settings.id, door, able, settings.library, page)
        case "yammer":
            from sameface.connectors.yammer import connector as yammer  # noqa: PLC0415

            able = yammer.capabilities(quota_speed=speed)
            door = _door(settings, able, *seams, backs_off=_YAMMER_BACKS_OFF / speed)
            return yammer.YammerConnector(settings.id, door, able, page)
        case "folder" if settings.path is not None:
            from sameface.connectors.folder import connector as folder  # noqa: PLC0415

            return folder.FolderConnector(settings.id, settings.path, settings.csv, page, seams[0])
        case "exchange":
            from sameface.connectors.exchange import connector as exchange  # noqa: PLC0415

            ntlm = isinstance(settings.sign_in, PasswordSignIn) and settings.sign_in.ntlm
            able = exchange.capabilities(settings.id, writes=writes, one_at_a_time=ntlm)
            return exchange.ExchangeConnector(
                settings.id,
                _door(settings, able, *seams),
                able,
                group=settings.group,
                people=settings.people,
                page=page,
            )
        case "active-directory":
            from sameface.connectors.active_directory import connector as ad  # noqa: PLC0415

            return ad.active_directory(settings, page, seams[0])
        case "openldap":
            from sameface.connectors.openldap import connector as openldap  # noqa: PLC0415

            return openldap.openldap(settings, page, seams[0])
    raise BadSettings(f'No connector "{settings.connector}" can be opened for {settings.id}.')


def _door(
    settings: StoreSettings,
    able: Capabilities,
    clock: Clock,
    transport: httpx.AsyncBaseTransport | None,
    pool: Pool | None,
    *,
    backs_off: timedelta | None = None,
) -> Door:
    tokens, auth = None, None
    if isinstance(settings.sign_in, PasswordSignIn):
        auth = _by_name(settings.sign_in)
    elif settings.sign_in is not None:
        resource = _resource(settings)
        tokens = tokens_for(settings.id, resource, settings.sign_in, settings.ca_file, clock)
    return Door(
        settings.id,
        settings.url,
        tokens=tokens,
        auth=auth,
        ca_file=settings.ca_file,
        patience=Patience(waiting=settings.patience, first=backs_off or Patience().first),
        concurrency=able.concurrency,
        quota=able.quota,
        pool=pool,
        clock=clock,
        transport=transport,
    )


def sign_in_of(settings: StoreSettings) -> Device | None:
    """Where a person signs in to this store by a code; None where nobody has to."""
    if not isinstance(settings.sign_in, DeviceSignIn):
        return None
    return Device(settings.id, _resource(settings), settings.sign_in, settings.ca_file)


def _resource(settings: StoreSettings) -> str:
    return _GRAPH if settings.connector == "graph" else settings.url


def _by_name(sign_in: PasswordSignIn) -> httpx.Auth:
    if not sign_in.ntlm:
        return httpx.BasicAuth(sign_in.user, sign_in.password)
    from sameface.connectors.exchange.ntlm import NtlmAuth  # noqa: PLC0415 - an extra

    return NtlmAuth(sign_in.user, sign_in.password)
