"""Where a store remembers: "deleted" is not "never had", and that is said before it happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sameface.sync.plan import Action, Verb
from sameface.values import ENTRA_ID, EXCHANGE, SHAREPOINT

_KNOWN = {
    EXCHANGE: "the mailbox keeps a record that there was a photo, so that the directory's photo "
    "is not taken over again by itself (B-R3)",
    ENTRA_ID: "whether a removed photo is taken from the directory again is not documented",
    SHAREPOINT: "the profile has no picture until the person or a sync gives it one",
}
"""What is known of a store after a removal, with the fact it rests on."""


def remembering(actions: Sequence[Action]) -> Iterator[str]:
    """One sentence per store in which these actions remove photos, and one where they put the
    first ones: undone, such a photo is deleted, and not as if there had never been any."""
    removed = Counter(action.store for action in actions if action.verb is Verb.REMOVE)
    for store, count in sorted(removed.items()):
        photos = "1 photo is" if count == 1 else f"{count} photos are"
        known = _KNOWN.get(store, "it may remember that there was one")
        yield f'{photos} removed from {store}, and "deleted" is not "never had": {known}.'
    first = Counter(a.store for a in actions if a.verb is Verb.WRITE and a.before is None)
    for store, count in sorted(first.items()):
        if store in _KNOWN:
            photos = "1 photo is" if count == 1 else f"{count} photos are"
            yield (
                f"{photos} put into {store} where it shows none now. Undone, they are deleted, and "
                f'"deleted" is not "never had": {_KNOWN[store]}.'
            )
