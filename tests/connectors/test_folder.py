"""A folder of portraits: one bad file is one person's trouble, and nobody gets another's face."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.http.kit import VirtualClock

from sameface.connectors.folder.connector import FolderConnector
from sameface.connectors.reading import read_many
from sameface.errors import ByHand, Garbled, NoSuchAccount, StoreFailed, Unreachable
from sameface.values import Account, Key, Observation, Picture, Standing


@pytest.fixture
def portraits(tmp_path: Path) -> Path:
    folder = tmp_path / "portraits"
    folder.mkdir()
    return folder


def connector(folder: Path, listing: Path | None = None, per_page: int = 1000) -> FolderConnector:
    return FolderConnector("folder", folder, listing, per_page, VirtualClock())


async def observed(folder: Path, listing: Path | None = None) -> dict[str, Observation]:
    pages = [page async for page in connector(folder, listing).observe()]
    return {seen.account.ref: seen for page in pages for seen in page.observations}


async def test_files_are_named_by_upn_mail_or_account_name(portraits: Path, face: bytes) -> None:
    """The name without its ending is the key, in any case; an address keeps its dots."""
    for name in ("Alice@Contoso.test.JPG", "bob@contoso.test", "carol.jpeg", "dave.d.png"):
        (portraits / name).write_bytes(face)

    seen = await observed(portraits)

    assert {ref: s.account.keys for ref, s in seen.items()} == {
        "alice@contoso.test": ((Key.UPN, "Alice@Contoso.test"),),
        "bob@contoso.test": ((Key.UPN, "bob@contoso.test"),),
        "carol": ((Key.ACCOUNT_NAME, "carol"),),
        "dave.d": ((Key.ACCOUNT_NAME, "dave.d"),),
    }
    assert {s.standing for s in seen.values()} == {Standing.PHOTO}


async def test_what_computers_leave_behind_is_nobody(portraits: Path, face: bytes) -> None:
    """Hidden files, thumbnails of the file manager, folders and lists are not portraits."""
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "people.csv", "~$list.xlsx"):
        (portraits / name).write_bytes(b"x")
    (portraits / "old").mkdir()
    (portraits / "alice.jpg").write_bytes(face)

    assert list(await observed(portraits)) == ["alice"]


async def test_an_unusable_file_is_one_persons_trouble(portraits: Path, face: bytes) -> None:
    """Empty, huge, not an image, not a file, twice: each a sentence naming the file and remedy."""
    (portraits / "good.jpg").write_bytes(face)
    (portraits / "empty.jpg").write_bytes(b"")
    with (portraits / "huge.jpg").open("wb") as huge:
        huge.write(face)
        huge.truncate(30_000_001)
    (portraits / "list.jpg").write_bytes(b"PK\x03\x04" + b"\0" * 60)
    (portraits / "lost.jpg").symlink_to("nowhere.jpg")
    os.mkfifo(portraits / "pipe.jpg")
    (portraits / "twice.jpg").write_bytes(face)
    (portraits / "Twice.png").write_bytes(face)

    seen = await observed(portraits)

    errors = {ref: s.error for ref, s in seen.items() if s.standing is Standing.UNKNOWN}
    assert seen["good"].standing is Standing.PHOTO
    assert {ref: len(error or "") > 0 for ref, error in errors.items()} == dict.fromkeys(
        ("empty", "huge", "list", "lost", "pipe", "twice"), True
    )
    assert "empty.jpg: The file is empty" in str(errors["empty"])
    assert "huge.jpg has 30,000,001 bytes" in str(errors["huge"])
    assert "list.jpg: This is a ZIP archive" in str(errors["list"])
    assert "lost.jpg is not there" in str(errors["lost"])
    assert "pipe.jpg is not a file" in str(errors["pipe"])
    assert "Twice.png and twice.jpg are for one person" in str(errors["twice"])


async def test_bad_files_fail_their_own_reading_only(portraits: Path, face: bytes) -> None:
    """A cut JPEG looks like a photo and is found out when it is read; the others are read."""
    (portraits / "good.jpg").write_bytes(face)
    (portraits / "half.jpg").write_bytes(face[: len(face) // 2])
    (portraits / "empty.jpg").write_bytes(b"")
    folder = connector(portraits)
    people = [account async for account in folder.accounts()]

    got = {account.ref: read async for account, read in read_many(folder, people)}

    assert isinstance(got["good"], Picture)
    assert got["good"].data == face
    assert isinstance(got["half"], Garbled)
    assert "breaks off" in str(got["half"])
    assert isinstance(got["empty"], Garbled)


async def test_a_list_says_whose_the_files_are(
    portraits: Path, face: bytes, tmp_path: Path
) -> None:
    """A CSV gives files to keys, in Excel's spellings too; files it does not name are nobody's."""
    for name in ("0001.JPG", "0002.jpg", "0003.jpg"):
        (portraits / name).write_bytes(face)
    listing = tmp_path / "people.csv"
    listing.write_text(
        "\ufeffFile;UPN;Employee-Id;Room\r\n0001.jpg;alice@contoso.test;7;1\r\n"
        '"0002.jpg";;8;2\r\n0009.jpg;bob@contoso.test;;3\r\n',
        "utf-8",
    )

    seen = await observed(portraits, listing)

    assert seen["alice@contoso.test"].account.keys == (
        (Key.UPN, "alice@contoso.test"),
        (Key.EMPLOYEE_ID, "7"),
    )
    assert seen["alice@contoso.test"].standing is Standing.PHOTO
    assert seen["8"].account.keys == ((Key.EMPLOYEE_ID, "8"),)
    assert "0009.jpg is not there" in str(seen["bob@contoso.test"].error)
    assert len(seen) == 3


async def test_one_file_is_never_two_peoples(portraits: Path, face: bytes, tmp_path: Path) -> None:
    """A list that gives one file to two people gives it to neither."""
    (portraits / "0001.jpg").write_bytes(face)
    listing = tmp_path / "people.csv"
    listing.write_text("file,upn\n0001.jpg,alice@contoso.test\n0001.JPG,bob@contoso.test\n")

    seen = await observed(portraits, listing)

    assert {s.standing for s in seen.values()} == {Standing.UNKNOWN}
    assert "alice@contoso.test and bob@contoso.test" in str(seen["bob@contoso.test"].error)


async def test_one_person_has_one_file_in_a_list(
    portraits: Path, face: bytes, tmp_path: Path
) -> None:
    """Two lines with the same file are one; two files are for the keeper of the list to decide."""
    for name in ("1.jpg", "2.jpg"):
        (portraits / name).write_bytes(face)
    listing = tmp_path / "people.csv"
    long = "9" * 300 + ".jpg"
    listing.write_text(
        "file,upn\n1.jpg,a@c.test\n1.jpg,A@c.test\n2.jpg,b@c.test\n3.jpg,b@c.test\n"
        f"{long},c@c.test\n"
    )

    seen = await observed(portraits, listing)

    assert seen["a@c.test"].standing is Standing.PHOTO
    assert "2.jpg and 3.jpg are for one person" in str(seen["b@c.test"].error)
    assert "cannot be read (File name too long)" in str(seen["c@c.test"].error)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "needs in the first line"),
        ("file\n1.jpg\n", "needs in the first line"),
        ("upn\na@c.test\n", "needs in the first line"),
        ("file,upn\n1.jpg,\n", "in line 2"),
        ("file,upn\n,a@c.test\n", "in line 2"),
        ("file,upn\n../1.jpg,a@c.test\n", "without folders"),
        ("file,upn\n1.jpg\n", "in line 2"),
        ('file,upn\n"1.jpg,a@c.test\n', "cannot read line"),
    ],
)
async def test_a_list_that_is_wrong_is_told_with_its_line(
    portraits: Path, tmp_path: Path, text: str, told: str
) -> None:
    """Nothing is guessed from a list with a mistake in it."""
    listing = tmp_path / "people.csv"
    listing.write_text(text)

    with pytest.raises(Garbled, match=told):
        await observed(portraits, listing)


async def test_what_is_not_there_is_unreachable(portraits: Path, tmp_path: Path) -> None:
    """A share that is not mounted is a store that failed, not one where everybody lost a photo."""
    with pytest.raises(Unreachable, match="check `path`"):
        await observed(tmp_path / "elsewhere")
    with pytest.raises(Unreachable, match="check `csv`"):
        await observed(portraits, tmp_path / "lost.csv")
    (tmp_path / "latin.csv").write_bytes("file,upn\nä.jpg,ä@c.test\n".encode("latin-1"))
    with pytest.raises(Garbled, match="not UTF-8"):
        await observed(portraits, tmp_path / "latin.csv")


async def test_a_file_that_changed_since_is_read_as_it_is_now(portraits: Path, face: bytes) -> None:
    """The picture read carries the change key of the file as it was read."""
    file = portraits / "alice.jpg"
    file.write_bytes(face)
    folder = connector(portraits)
    (before,) = [s async for p in folder.observe() for s in p.observations]
    file.write_bytes(face + b"\0")

    picture = await folder.read(before.account)

    assert picture is not None
    assert picture.change_key != before.change_key
    (after,) = [s async for p in folder.observe() for s in p.observations]
    assert picture.change_key == after.change_key


async def test_somebody_taken_out_is_no_account_any_more(portraits: Path) -> None:
    """Reading a portrait that the folder does not have says so."""
    with pytest.raises(NoSuchAccount, match="renamed or taken out"):
        await connector(portraits).read(Account("folder", "alice"))


async def test_it_is_never_written(portraits: Path) -> None:
    """Both writes refuse, saying who can."""
    folder = connector(portraits)

    for write in (
        folder.write(Account("folder", "a"), (), None),
        folder.remove(Account("folder", "a"), None),
    ):
        with pytest.raises(ByHand, match="whoever keeps the folder"):
            await write


async def test_pages_continue_after_the_last_name(portraits: Path, face: bytes) -> None:
    """Five people in pages of two; a cursor continues where it was given, whatever came since."""
    for name in "abcde":
        (portraits / f"{name}.jpg").write_bytes(face)
    pages = [p async for p in connector(portraits, per_page=2).observe()]
    (portraits / "aa.jpg").write_bytes(face)

    rest = [p async for p in connector(portraits, per_page=2).observe(pages[0].cursor)]

    assert [len(p.observations) for p in pages] == [2, 2, 1]
    assert [s.account.ref for p in rest for s in p.observations] == ["c", "d", "e"]
    assert rest[-1].cursor is None


async def test_people_are_found_by_any_key(portraits: Path, face: bytes) -> None:
    """In any case; a stranger is nobody."""
    (portraits / "Alice@contoso.test.jpg").write_bytes(face)
    folder = connector(portraits)

    found = await folder.find(["nobody", "ALICE@contoso.test"])

    assert found is not None
    assert found.standing is Standing.PHOTO
    assert await folder.find(["nobody"]) is None


async def test_check_counts(portraits: Path, face: bytes) -> None:
    """How many portraits there are, and how many of them are of no use."""
    (portraits / "alice.jpg").write_bytes(face)
    (portraits / "bob.jpg").write_bytes(b"")

    checked = await connector(portraits).check()

    assert checked.says == "2 portraits are there, 1 of them unusable"
    with pytest.raises(StoreFailed):
        await connector(portraits / "alice.jpg").check()
