"""A person's token out of a file that somebody else keeps fresh."""

from __future__ import annotations

import asyncio

from sameface.documents import text_of
from sameface.errors import SignInRefused
from sameface.settings import TokenSignIn


class FileTokens:
    """The token, read anew whenever the store no longer takes the last one."""

    def __init__(self, store: str, sign_in: TokenSignIn) -> None:
        self._store, self._file, self._token = store, sign_in.file, ""

    async def get(self) -> str:
        if not self._token:
            self._token = await asyncio.to_thread(self._read)
        return self._token

    def forget(self) -> None:
        self._token = ""

    def _read(self) -> str:
        try:
            token = text_of(self._file).strip()
        except (OSError, UnicodeDecodeError):
            token = ""
        if not token or not all("!" <= c <= "~" for c in token):
            what = f"finds no token in {self._file.name}; sign in again and put the token there"
            raise SignInRefused(self._store, what)
        return token
