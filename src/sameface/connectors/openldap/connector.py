"""OpenLDAP as a store: jpegPhoto of the people (inetOrgPerson) below one DN."""

from __future__ import annotations

from sameface.connectors.ldap.client import Directory
from sameface.connectors.ldap.connector import PER_PAGE, DirectoryConnector, capabilities
from sameface.connectors.openldap.changes import Syncrepl
from sameface.connectors.openldap.people import People
from sameface.errors import BadSettings
from sameface.http import Clock, Patience
from sameface.settings import StoreSettings


def openldap(settings: StoreSettings, page: int | None, clock: Clock) -> DirectoryConnector:
    """The connector; nothing is sent yet. Error: BadSettings."""
    if settings.directory is None:
        raise BadSettings(f"{settings.id} has no directory; name its url and base-dn.")
    directory = Directory(
        settings.id,
        settings.directory,
        settings.ca_file,
        page=page or PER_PAGE,
        patience=Patience(waiting=settings.patience),
        clock=clock,
    )
    able = capabilities(settings.id, settings.directory, writes=settings.writes, conditional=True)
    changes = Syncrepl(directory, People.people)
    return DirectoryConnector(directory, People(), changes, able, clock)
