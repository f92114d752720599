"""Sentences of the desk's diary."""

from __future__ import annotations

from sameface.rules.wording import sentence as capital


def sentence(text: str) -> str:
    """With a capital at its beginning and a full stop at its end."""
    text = capital(text.strip())
    return text if text.endswith((".", "!", "?")) else f"{text}."
