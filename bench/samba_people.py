"""Many people for a domain controller that is not running: copies of two whom Samba itself made.

Samba puts everybody new into lists that grow, its indexes: 4 ms of computing for one at first, and
12 ms after 6,000. Here it adds one person with a photo and one without; their records are written
again and again, each with names, identifiers and a sequence number of its own; and then it makes
its indexes anew.

Run by the system's Python, which has Samba's library:
`/usr/bin/python3 bench/samba_people.py FOLDER ROOT PHOTO SO-MANY-WITH-IT SO-MANY-IN-ALL`.
"""

from __future__ import annotations

import struct
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ldb  # type: ignore[import-not-found]
import tdb  # type: ignore[import-not-found]
from samba.auth import system_session  # type: ignore[import-not-found]
from samba.param import LoadParm  # type: ignore[import-not-found]
from samba.samdb import SamDB  # type: ignore[import-not-found]

_INDEXES = ("@IDXATTR", "@IDXONE")
_FIRST_RID = 100_000
"""Of a copy's security identifier: far above what Samba hands out here."""


def main(folder: Path, root: str, photo: bytes, with_photo: int, in_all: int) -> None:
    """People number 0 to `with_photo` in OU=Bench, the others in OU=Others; all in memory once."""
    database = folder / "private/sam.ldb"
    partition = Path(f"{database}.d") / f"{root.upper()}.ldb"
    models = _models(folder, root, photo, {"Bench": 0, "Others": with_photo})
    counter = tdb.Tdb(str(partition.with_name("metadata.tdb")))  # Samba's copy of it is closed
    sequence = int(counter[b"SEQ_NUM"])
    with _Plain(database) as own, _Plain(partition) as records:
        for held in (own, records):
            held.change("@INDEXLIST", dict.fromkeys(_INDEXES))
        photographed, plain = (records.database.search(dn, ldb.SCOPE_BASE)[0] for dn in models)
        for number in range(in_all):
            if number in (0, with_photo):
                continue
            sequence += 1
            model = photographed if number < with_photo else plain
            records.add(model, number, sequence)
        records.change("@REPLCHANGED", {"uSNHighest": str(sequence)})
    counter.store(b"SEQ_NUM", str(sequence).encode())
    counter.close()
    _indexed(folder)


def _models(folder: Path, root: str, photo: bytes, numbers: dict[str, int]) -> list[str]:
    """The DNs of two people made as anybody is: the first of each unit."""
    samba, made = _samba(folder), []
    for unit, number in numbers.items():
        above, mail = f"OU={unit},{root}", f"p{number}@contoso.test"
        person = {
            "dn": f"CN=person {number},{above}",
            "objectClass": "user",
            "userAccountControl": "514",
            "sAMAccountName": f"p{number}",
            "userPrincipalName": mail,
            "mail": mail,
        }
        held = {"thumbnailPhoto": photo} if number == 0 else {}
        samba.add({"dn": above, "objectClass": "organizationalUnit"})
        samba.add(person | held)
        made.append(person["dn"])
    return made


def _indexed(folder: Path) -> None:
    """Samba finds its indexes gone at the start of a change, and makes them."""
    samba = _samba(folder)
    samba.transaction_start()
    samba.transaction_commit()


def _samba(folder: Path) -> Any:
    settings = LoadParm(filename_for_non_global_lp=str(folder / "etc/smb.conf"))
    return SamDB(
        url=str(folder / "private/sam.ldb"),
        session_info=system_session(),
        lp=settings,
        flags=ldb.FLG_NOSYNC,
    )


class _Plain:
    """A database's records without Samba's rules for them: all changed, or none."""

    def __init__(self, file: Path) -> None:
        self.database = ldb.Ldb()
        self.database.connect(f"tdb://{file}", flags=ldb.FLG_NOSYNC, options=["modules:"])

    def __enter__(self) -> _Plain:
        self.database.transaction_start()
        return self

    def __exit__(self, wrong: object, *_: object) -> None:
        if wrong is None:
            self.database.transaction_commit()
        else:
            self.database.transaction_cancel()

    def change(self, dn: str, values: dict[str, Any]) -> None:
        """Attributes of one record anew; None takes one away."""
        message = ldb.Message(ldb.Dn(self.database, dn))
        for name, value in values.items():
            flag = ldb.FLAG_MOD_DELETE if value is None else ldb.FLAG_MOD_REPLACE
            message[name] = ldb.MessageElement(value or [], flag, name)
        self.database.modify(message)

    def add(self, model: Any, number: int, sequence: int) -> None:
        """A person like the model, of that number, changed at that place of the sequence."""
        name = f"person {number}"
        dn = ldb.Dn(self.database, f"CN={name},{model.dn.parent()}")
        message = ldb.Message(dn)
        for attribute, values in (_held(model) | _own(model, number, name, sequence)).items():
            message[attribute] = ldb.MessageElement(values, ldb.FLAG_MOD_ADD, attribute)
        self.database.add(message)


def _held(model: Any) -> dict[str, list[bytes]]:
    names: Iterator[str] = (n for n in model.keys() if n not in ("dn", "distinguishedName"))  # noqa: SIM118 - it is no dict
    return {name: [bytes(value) for value in model[name]] for name in names}


def _own(model: Any, number: int, name: str, sequence: int) -> dict[str, list[bytes]]:
    """What no two people have in common. Its metadata tells twice when each attribute changed."""
    mail, counted = f"p{number}@contoso.test".encode(), str(sequence).encode()
    then = int(bytes(model["uSNChanged"][0]))
    before, now = (struct.pack("<qq", one, one) for one in (then, sequence))
    return {
        "cn": [name.encode()],
        "name": [name.encode()],
        "sAMAccountName": [f"p{number}".encode()],
        "userPrincipalName": [mail],
        "mail": [mail],
        "objectGUID": [uuid.uuid4().bytes_le],
        "objectSid": [bytes(model["objectSid"][0])[:-4] + struct.pack("<I", _FIRST_RID + number)],
        "uSNCreated": [counted],
        "uSNChanged": [counted],
        "replPropertyMetaData": [bytes(model["replPropertyMetaData"][0]).replace(before, now)],
    }


if __name__ == "__main__":
    _folder, _root, _photo, _with_photo, _in_all = sys.argv[1:]
    main(Path(_folder), _root, Path(_photo).read_bytes(), int(_with_photo), int(_in_all))
