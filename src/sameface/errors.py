"""Everything that can go wrong, drawn as one tree. Codes are stable: people search for them.

SamefaceError
    BadInput                        exit 2: somebody has to correct something
        BadDocument         SF-101  a rulebook, scenario or plan names something wrong
        BadSettings         SF-102  sameface.toml is wrong or incomplete
        BadUsage            SF-103  the command was called in a way it cannot be
        UnknownPerson       SF-104  nobody, or more than one, has that name
        NoRoom              SF-105  a port or a folder cannot be used
    PictureRefused                  a file that must not, or cannot, become anybody's face
        NotAPicture         SF-201  no format we read
        Damaged             SF-202  truncated or corrupt
        TooLarge            SF-203  pixels, bytes, frames or ratio beyond the limits
        DoesNotFit          SF-204  cannot be made small enough for a store
    StoreFailed                     one store, perhaps one account: others go on
        Unreachable         SF-301  no connection, or it broke off
        SignInRefused       SF-302  exit 2: the store does not accept who we say we are
        NotAllowed          SF-303  it knows us, and says no
        NoSuchAccount       SF-304  it does not know the account
        Busy                SF-305  throttled or out of order, beyond our patience
        Garbled             SF-306  an answer that cannot be right
        WriteRefused        SF-310  it does not take the photo
            OverCeiling     SF-311  too many bytes for it
            Moved           SF-312  it changed between plan and write
            ByHand          SF-313  only the person can change it there
            NotProven       SF-314  it said yes, and shows something else
    VaultFailed             SF-401  the memory cannot be read or written
        BlobLost            SF-402  a version's bytes are missing or altered
        VaultBusy           SF-403  another run has the vault's one place
    SyncStopped             SF-501  more would change than the policy allows
    Interrupted             SF-502  exit 130: it was asked to stop before it could do anything
    WorkshopFailed          SF-601  no process can be had to work on pictures
    OutputFailed            SF-602  what the command says cannot be written
"""

from __future__ import annotations

from typing import ClassVar


class SamefaceError(Exception):
    """The root. `code` is stable, `exit` the exit code it asks for, `sentence()` is for people."""

    code: ClassVar[str] = "SF-000"
    exit: ClassVar[int] = 4

    def sentence(self) -> str:
        """One sentence that names the thing, the cause and the next step."""
        return super().__str__()

    def __str__(self) -> str:
        return f"{self.sentence()} [{self.code}]"

    def as_json(self) -> dict[str, str]:
        """As whoever reads JSON is told."""
        return {"code": self.code, "text": self.sentence()}


class BadInput(SamefaceError):
    """Somebody has to correct something before this can run."""

    exit = 2


class BadDocument(BadInput):
    """SF-101: a file that names something wrong; `line` from 1, where one is known."""

    code = "SF-101"

    def __init__(self, file: str, table: str, key: str, what: str, line: int | None = None) -> None:
        super().__init__(file, table, key, what)
        self.file, self.table, self.key, self.what, self.line = file, table, key, what, line

    def sentence(self) -> str:
        file = self.file if self.line is None else f"{self.file}, line {self.line}"
        place = ".".join(part for part in (self.table, self.key) if part)
        return f"{file}: {place} {self.what}" if place else f"{file} {self.what}"


class BadSettings(BadInput):
    """SF-102: sameface.toml is wrong or incomplete."""

    code = "SF-102"


class BadUsage(BadInput):
    """SF-103: a command called in a way it cannot be."""

    code = "SF-103"


class UnknownPerson(BadInput):
    """SF-104: nobody, or more than one, answers to that name."""

    code = "SF-104"

    def __init__(
        self,
        asked: str,
        near: tuple[str, ...] = (),
        *,
        several: bool = False,
        forgotten: bool = False,
    ) -> None:
        super().__init__(asked, near)
        self.asked, self.near = asked, near
        self.several, self.forgotten = several, forgotten

    def sentence(self) -> str:
        if self.forgotten:
            return (
                f"{self.asked} was forgotten; `sameface forget {self.asked} --allow` lets whoever "
                "has that name be taken up again at the next look."
            )
        if self.near:
            return f'Nobody is called "{self.asked}"; near to it: {", ".join(self.near)}.'
        return f'Nobody is called "{self.asked}"; `sameface status` lists everybody.'


class NoRoom(BadInput):
    """SF-105: a port or a folder that cannot be used."""

    code = "SF-105"


# ---------------------------------------------------------------------------


class PictureRefused(SamefaceError):
    """A file that must not, or cannot, become anybody's face."""

    code = "SF-200"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotAPicture(PictureRefused):
    """SF-201: no format we read."""

    code = "SF-201"


class Damaged(PictureRefused):
    """SF-202: truncated or corrupt."""

    code = "SF-202"


class TooLarge(PictureRefused):
    """SF-203: pixels, bytes, frames or ratio beyond the limits."""

    code = "SF-203"


class DoesNotFit(PictureRefused):
    """SF-204: cannot be made small enough."""

    code = "SF-204"


# ---------------------------------------------------------------------------


class StoreFailed(SamefaceError):
    """One store failed, perhaps for one account only; `what` is a sentence without the store."""

    code = "SF-300"

    def __init__(self, store: str, what: str, *, account: str | None = None) -> None:
        super().__init__(store, what)
        self.store, self.what, self.account = store, what, account

    def sentence(self) -> str:
        whom = f" ({self.account})" if self.account else ""
        return f"{self.store}{whom}: {self.what}"


def at(store: str, why: str) -> str:
    """Where, and why; many a sentence, as that of a `StoreFailed`, begins with its store."""
    return why if why.startswith((f"{store}:", f"{store} ")) else f"{store}: {why}"


class Unreachable(StoreFailed):
    """SF-301: no connection, or it broke off."""

    code = "SF-301"


class SignInRefused(StoreFailed):
    """SF-302: the store does not accept who we say we are."""

    code, exit = "SF-302", 2


class NotAllowed(StoreFailed):
    """SF-303: it knows us, and says no."""

    code = "SF-303"


class NoSuchAccount(StoreFailed):
    """SF-304: it does not know the account."""

    code = "SF-304"


class Busy(StoreFailed):
    """SF-305: throttled or out of order, beyond our patience."""

    code = "SF-305"


class Garbled(StoreFailed):
    """SF-306: an answer that cannot be right."""

    code = "SF-306"


class WriteRefused(StoreFailed):
    """SF-310: the store does not take the photo."""

    code = "SF-310"


class OverCeiling(WriteRefused):
    """SF-311: too many bytes for it."""

    code = "SF-311"


class Moved(WriteRefused):
    """SF-312: the store changed between plan and write, so nothing was written."""

    code = "SF-312"


class ByHand(WriteRefused):
    """SF-313: only the person can change the photo there."""

    code = "SF-313"


class NotProven(WriteRefused):
    """SF-314: the store said yes, and shows something else."""

    code = "SF-314"


# ---------------------------------------------------------------------------


class VaultFailed(SamefaceError):
    """SF-401: the memory cannot be read or written."""

    code = "SF-401"


class BlobLost(VaultFailed):
    """SF-402: a version's bytes are missing or altered."""

    code = "SF-402"


class VaultBusy(VaultFailed):
    """SF-403: another run has the vault's one place."""

    code = "SF-403"


class SyncStopped(SamefaceError):
    """SF-501: more would change than the policy allows."""

    code, exit = "SF-501", 5

    def __init__(self, why: str, **counted: str | int) -> None:
        """`counted` is what the run had found, by the names that an outcome has for it."""
        super().__init__(why)
        self.counted = counted


class Interrupted(SamefaceError):
    """SF-502: Ctrl-C or SIGTERM asked it to stop; `exit` is that of whatever is stopped so."""

    code, exit = "SF-502", 130


class WorkshopFailed(SamefaceError):
    """SF-601: no process can be had to work on pictures; it is no picture's fault."""

    code = "SF-601"


class OutputFailed(SamefaceError):
    """SF-602: what the command says cannot be written."""

    code = "SF-602"

    def __init__(self, why: OSError) -> None:
        super().__init__(why)
        self.why = why.strerror or str(why)

    def sentence(self) -> str:
        return f"The output cannot be written: {self.why}; make room there, or send it elsewhere."
