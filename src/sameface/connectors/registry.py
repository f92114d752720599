"""Connectors opened from settings; each one's module is imported only when it is used."""

from __future__ import annotations

from datetime import timedelta

import httpx2 as httpx

from sameface.connectors.base import Connector
from sameface.connectors.tokens import tokens_for
from sameface.errors import BadSettings
from sameface.http import Clock, Door, Patience
from sameface.settings import StoreSettings
from sameface.values import Capabilities

_GRAPH = "00000003-0000-0000-c000-000000000000"
"""Graph's application id: the name of its scope in every national cloud, whatever the address."""

_YAMMER_BACKS_OFF = timedelta(seconds=10)  # Yammer promises no Retry-After (protocols 4)


def open_connector(
    settings: StoreSettings,
    *,
    page: int | None = None,
    clock: Clock | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Connector:
    """The connector of one configured store; nothing is sent yet. Close it in the end.

    `page` is how many people are listed per request (None: as many as the store gives, which costs
    the fewest requests). `clock` and `transport` are the seams for tests.
    """
    seams = clock or Clock(), transport
    speed, writes = settings.quota_speed, settings.writes
    match settings.connector:
        case "graph":
            from sameface.connectors.graph import connector as graph  # noqa: PLC0415

            able = graph.capabilities(settings.id, writes=writes, quota_speed=speed)
            door = _door(settings, able, *seams)
            return graph.GraphConnector(settings.id, door, able, page)
        case "sharepoint":
            from sameface.connectors.sharepoint import connector as sharepoint  # noqa: PLC0415

            able = sharepoint.capabilities(writes=writes, quota_speed=speed)
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
    *,
    backs_off: timedelta | None = None,
) -> Door:
    tokens = None
    if settings.sign_in is not None:
        resource = _GRAPH if settings.connector == "graph" else settings.url
        tokens = tokens_for(settings.id, resource, settings.sign_in, settings.ca_file, clock)
    return Door(
        settings.id,
        settings.url,
        tokens=tokens,
        ca_file=settings.ca_file,
        patience=Patience(waiting=settings.patience, first=backs_off or Patience().first),
        concurrency=able.concurrency,
        quota=able.quota,
        clock=clock,
        transport=transport,
    )
