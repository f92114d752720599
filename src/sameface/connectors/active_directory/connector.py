"""Active Directory as a store: thumbnailPhoto, or jpegPhoto, of the users below one DN."""

from __future__ import annotations

from sameface.connectors.active_directory.changes import DirSync, SequenceNumbers
from sameface.connectors.active_directory.people import Users
from sameface.connectors.ldap.client import Directory
from sameface.connectors.ldap.connector import PER_PAGE, DirectoryConnector, capabilities
from sameface.connectors.ldap.controls import DirSyncFlags
from sameface.connectors.ldap.schema import Changes
from sameface.errors import BadSettings
from sameface.http import Clock, Patience
from sameface.settings import DirSync as DirSyncMode
from sameface.settings import StoreSettings

_FLAGS = {
    DirSyncMode.OBJECT_SECURITY: DirSyncFlags.OBJECT_SECURITY,
    DirSyncMode.REPLICATION: DirSyncFlags.NONE,
}


def active_directory(settings: StoreSettings, page: int | None, clock: Clock) -> DirectoryConnector:
    """The connector; nothing is sent yet. Error: BadSettings."""
    if settings.directory is None:
        raise BadSettings(f"{settings.id} has no directory; name its url and base-dn.")
    told = settings.directory
    directory = Directory(
        settings.id,
        told,
        settings.ca_file,
        page=page or PER_PAGE,
        patience=Patience(waiting=settings.patience),
        clock=clock,
    )
    attribute, flags = str(told.photo_attribute), _FLAGS.get(told.dirsync)
    changes: Changes = SequenceNumbers(directory)
    if flags is not None:
        changes = DirSync(directory, attribute, flags)
    able = capabilities(settings.id, told, writes=settings.writes, conditional=False)
    return DirectoryConnector(directory, Users(attribute), changes, able, clock)
