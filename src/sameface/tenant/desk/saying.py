"""What happened, in sentences: rows of the rulebook told about the people of the desk."""

from __future__ import annotations

from collections.abc import Callable

from sameface.rules import Event
from sameface.rules.conditions import Value
from sameface.rules.orders import clients
from sameface.rules.wording import Wording
from sameface.rules.wording import sentence as capital

Called = Callable[[str], str]
"""What a photo is called here, by its name."""


def sentence(text: str) -> str:
    """With a capital at its beginning and a full stop at its end."""
    text = capital(text.strip())
    return text if text.endswith((".", "!", "?")) else f"{text}."


def event(happened: Event, wording: Wording, called: Called) -> str:
    """What somebody did."""
    book, person = wording.book, happened.person or ""
    if happened.channel is not None:
        channel = book.channels[happened.channel]
        if happened.photo is None:
            return f"the photo of {wording.name(person)} is removed with {channel.title}"
        size = happened.photo.size_bytes
        file = f"; the {happened.file} file alone" if happened.file else ""
        weight = f", {size:,} bytes" if size else ""
        photo = (
            f"photo {happened.photo.name}"
            if len(happened.photo.name) == 1
            else (called(happened.photo.name))
        )
        return f"{wording.tell(channel.text, person)} ({photo}{weight}{file})"
    action = book.actions[happened.verb]
    text = wording.tell(action.text, person, happened.viewer)
    if happened.option is not None:
        return f"{text}: {book.options[happened.option].title}: {value(happened.value)}"
    if happened.client is not None and len(clients(book, happened.verb)) > 1:
        return f"{text} ({book.surfaces[happened.client].title})"
    return text


def value(told: Value) -> str:
    """What an option says."""
    return told if isinstance(told, str) else "on" if told else "off"
