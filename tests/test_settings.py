"""sameface.toml: what it may say, and one clear sentence for each mistake."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from sameface.errors import BadInput, SamefaceError
from sameface.settings import (
    AppSignIn,
    Mode,
    Settings,
    StopAbove,
    TokenSignIn,
    load_settings,
    template,
)

ORGANISATION = '[organisation]\nname = "Contoso"\n'
POLICY = '[policy]\nauthorities = ["exchange"]\n'
EXCHANGE = """
[[stores]]
id = "exchange"
connector = "graph"
url = "https://graph.microsoft.com"
authority = "https://login.microsoftonline.com/contoso"
client-id = "an-id"
client-secret-file = "graph.secret"
"""
SHAREPOINT = EXCHANGE.replace('"exchange"', '"sharepoint"').replace('"graph"', '"sharepoint"')
YAMMER = '[[stores]]\nid = "yammer"\nconnector = "yammer"\nurl = "https://www.yammer.com"\n'
FOLDER = '[[stores]]\nid = "folder"\nconnector = "folder"\npath = "portraits"\n'
GOOD = ORGANISATION + POLICY + EXCHANGE

Load = Callable[[str], Settings]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads a text as sameface.toml, with the secrets it may name beside it."""
    (tmp_path / "graph.secret").write_text("hush\n")
    (tmp_path / "ad.secret").write_text("hush\n")
    (tmp_path / "exchange.secret").write_text("hush\n")
    (tmp_path / "ldap.secret").write_text("hush\n")
    (tmp_path / "yammer.token").write_text("a-token\n")
    (tmp_path / "empty.secret").write_text(" \n")
    (tmp_path / "binary.secret").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.secret").mkdir()
    (tmp_path / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\nMA==\n")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    both = authority.issue_cert("sameface.test").private_key_and_cert_chain_pem
    both.write_to_path(str(tmp_path / "sameface.pem"))

    def loading(text: str) -> Settings:
        path = tmp_path / "sameface.toml"
        path.write_text(text, "utf-8")
        return load_settings(path)

    return loading


def test_a_store_is_only_read_unless_it_says_otherwise(load: Load) -> None:
    """The default mode is read: Sameface writes nowhere untold."""
    store = load(GOOD).stores[0]

    assert store.mode is Mode.READ
    assert not store.writes


def test_everything_it_says_is_a_value(load: Load, tmp_path: Path) -> None:
    """Paths are relative to the file, durations parsed, options kept for the rulebook."""
    text = (
        '[organisation]\nname = "Contoso"\nrulebook = "office365-2018"\n'
        '[vault]\nfolder = "memory"\n'
        '[policy]\nauthorities = ["folder", "exchange"]\nstop-above = 25\n'
        "[options]\ndirsync-thumbnails = true\n"
        + EXCHANGE
        + 'mode = "both"\nquota-speed = 50\npatience = "30s"\nca-file = "ca.pem"\n'
        + SHAREPOINT.replace("graph.microsoft.com", "localhost:8443")
        + 'library = "/Benutzerfotos/Profilbilder/"\nlicences = 12000\n'
        + YAMMER
        + 'token-file = "yammer.token"\n'
        + FOLDER
        + 'csv = "people.csv"\n'
    )

    read = load(text)

    assert (read.organisation, read.rulebook) == ("Contoso", "office365-2018")
    assert read.vault == tmp_path / "memory"
    assert read.authorities == ("folder", "exchange")
    assert read.stop_above == StopAbove(people=25)
    assert read.options == (("dirsync-thumbnails", True),)
    exchange, sharepoint, yammer, folder = read.stores
    assert exchange.sign_in == AppSignIn(
        "https://login.microsoftonline.com/contoso", "an-id", secret="hush"
    )
    assert (exchange.quota_speed, exchange.patience) == (50, timedelta(seconds=30))
    assert exchange.ca_file == tmp_path / "ca.pem"
    assert (sharepoint.library, sharepoint.licences) == ("Benutzerfotos/Profilbilder", 12_000)
    assert exchange.licences == 1
    assert yammer.sign_in == TokenSignIn(tmp_path / "yammer.token")
    assert (folder.path, folder.csv) == (tmp_path / "portraits", tmp_path / "people.csv")
    assert read.store("yammer") is yammer
    assert read.store("active-directory") is None


def test_a_certificate_signs_in_too(load: Load) -> None:
    """A PEM file with certificate and key stands for the secret that SharePoint does not take."""
    text = SHAREPOINT.replace("client-secret-file", "client-certificate-file")
    text = text.replace("graph.secret", "sameface.pem").replace("exchange", "sharepoint")

    sign_in = load(ORGANISATION + POLICY.replace("exchange", "sharepoint") + text).stores[0].sign_in

    assert isinstance(sign_in, AppSignIn)
    assert sign_in.secret is None
    assert "BEGIN CERTIFICATE" in (sign_in.certificate or "")


def test_a_secret_may_come_from_the_environment(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`client-secret-env` names a variable; an unset one is told with what to do."""
    text = GOOD.replace('client-secret-file = "graph.secret"', 'client-secret-env = "HUSH"')
    monkeypatch.delenv("HUSH", raising=False)
    with pytest.raises(BadInput, match="HUSH, which is not set; export it"):
        load(text)

    monkeypatch.setenv("HUSH", "from outside")
    sign_in = load(text).stores[0].sign_in

    assert isinstance(sign_in, AppSignIn)
    assert sign_in.secret == "from outside"


def test_secrets_do_not_show(load: Load) -> None:
    """Printing the settings prints no secret."""
    assert "hush" not in repr(load(GOOD))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('name = "Contoso"', "", "organisation.name is missing"),
        ("[policy]", "[polic]", 'polic is not known here; did you mean "policy"'),
        ("[policy]", "[policy", "not valid TOML"),
        ('"Contoso"', "3", "organisation.name should be text in quotes, not 3"),
        ('["exchange"]', "[]", "policy.authorities is empty"),
        ('["exchange"]', '["yammer"]', '"yammer", which no [[stores]] has; exchange do'),
        ('["exchange"]', '["exchange", "exchange"]', "names a store twice"),
        ('["exchange"]\n', '["exchange"]\nstop-above = "lots"\n', 'should be like "20%"'),
        ('["exchange"]\n', '["exchange"]\nstop-above = "101%"\n', "0% to 100%"),
        ('["exchange"]\n', '["exchange"]\nstop-above = -1\n', "at least 0"),
        ('["exchange"]\n', '["exchange"]\nstop-above = true\n', "not True"),
        ('connector = "graph"', 'connector = "grpah"', 'has no "grpah"; did you mean "graph"'),
        ('connector = "graph"', "", "stores[1].connector is missing"),
        ('id = "exchange"', 'id = "exchang"', 'did you mean "exchange"'),
        ('id = "exchange"', 'id = "yammer"', 'connector "graph" is for exchange or entra-id'),
        ('client-id = "an-id"', 'client-id = "an-id"\nmode = "rw"', 'stores[1].mode has no "rw"'),
        ('client-id = "an-id"', 'client-id = "an-id"\nmode = "write"', 'set its mode to "both"'),
        ('client-id = "an-id"', 'client-id = "an-id"\npath = "x"', "path is not known here"),
        ('client-id = "an-id"', "", "client-id is missing"),
        ("client-secret-file", "client-secret-fil", 'did you mean "client-secret-file"'),
        ("https://graph.microsoft.com", "graph.microsoft.com", 'should be like "https://host"'),
        ("https://graph.microsoft.com", "https://a:b/", 'should be like "https://host"'),
        ("https://login", "http://login", 'should be like "https://host"'),
        ('"graph.secret"', '"lost.secret"', "lost.secret, which is not there; put the client"),
        ('"graph.secret"', '"empty.secret"', "empty.secret, which is empty"),
        ('"graph.secret"', '"binary.secret"', "cannot be read (it is not text)"),
        ('"graph.secret"', '"folder.secret"', "cannot be read (Is a directory)"),
        ('"graph.secret"', '"."', "names ., which cannot be read (Is a directory); put the client"),
        ('client-secret-file = "graph.secret"', "", "credentials are missing; add one of"),
        (
            '"graph.secret"',
            '"graph.secret"\nclient-secret-env = "X"',
            "credentials are given together",
        ),
        (
            'client-secret-file = "graph.secret"',
            'client-certificate-file = "key.pem"',
            "should hold a certificate and its private key",
        ),
        ('"graph.secret"', '"graph.secret"\nca-file = "key.pem"', "holds no PEM certificate"),
        ('"graph.secret"', '"graph.secret"\nca-file = "lost.pem"', "lost.pem, which is not there"),
        ('"graph.secret"', '"graph.secret"\nquota-speed = 0', "at least 1"),
        ('"graph.secret"', '"graph.secret"\npatience = "long"', 'should be like "1d2h30m"'),
    ],
)
def test_a_mistake_is_told_with_its_place(load: Load, old: str, new: str, told: str) -> None:
    """File, table and key are named, and the sentence says what would be right; exit code 2."""
    assert old in GOOD

    with pytest.raises(BadInput) as wrong:
        load(GOOD.replace(old, new, 1))

    assert "sameface.toml" in wrong.value.sentence()
    assert told in wrong.value.sentence()
    assert wrong.value.exit == 2


@pytest.mark.parametrize(
    ("stores", "told"),
    [
        ("", "stores is missing"),
        (EXCHANGE + EXCHANGE, 'stores[2].id names "exchange" a second time'),
        (EXCHANGE + YAMMER, "stores[2].token-file is missing; Yammer wants a person's sign-in"),
        (EXCHANGE + FOLDER + 'mode = "both"\n', "folder takes no photos"),
        (EXCHANGE + YAMMER + 'mode = "both"\n', "yammer takes no photos"),
        (
            EXCHANGE + SHAREPOINT.replace("graph.microsoft", "contoso-my.sharepoint"),
            "is not enough for SharePoint, which wants client-certificate-file",
        ),
    ],
)
def test_a_store_that_cannot_be_is_told(load: Load, stores: str, told: str) -> None:
    """Missing, doubled, and impossible stores each have their sentence."""
    with pytest.raises(BadInput, match=re.escape(told)):
        load(ORGANISATION + POLICY + stores)


def test_a_file_that_is_not_there_leads_to_init(tmp_path: Path) -> None:
    """Without sameface.toml the next step is `sameface init`."""
    with pytest.raises(SamefaceError, match="`sameface init`") as wrong:
        load_settings(tmp_path / "sameface.toml")

    assert wrong.value.exit == 2


def test_what_an_editor_of_windows_puts_first_is_no_part_of_it(load: Load, tmp_path: Path) -> None:
    """A byte order mark before the settings, or before a secret, is not read as a letter."""
    (tmp_path / "graph.secret").write_bytes(b"\xef\xbb\xbfhush\r\n")

    sign_in = load("\ufeff" + GOOD.replace("\n", "\r\n")).stores[0].sign_in

    assert isinstance(sign_in, AppSignIn)
    assert sign_in.secret == "hush"


@pytest.mark.parametrize("raw", [b"\xff\xfe", None])
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, raw: bytes | None) -> None:
    """Not UTF-8, or a folder: one sentence."""
    path = tmp_path / "sameface.toml"
    path.write_bytes(raw) if raw is not None else path.mkdir()

    with pytest.raises(BadInput, match=r"is not UTF-8|cannot be read"):
        load_settings(path)


# ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stop", "changing", "of", "allowed"),
    [
        (StopAbove(percent=20), 20, 100, True),
        (StopAbove(percent=20), 21, 100, False),
        (StopAbove(percent=0), 1, 1000, False),
        (StopAbove(percent=0), 0, 0, True),
        (StopAbove(percent=100), 24, 24, True),
        (StopAbove(people=5), 5, 6, True),
        (StopAbove(people=5), 6, 1000, False),
    ],
)
def test_a_plan_stops_above_the_limit(
    stop: StopAbove, changing: int, of: int, allowed: bool
) -> None:
    """The limit itself is still allowed; a number of people does not ask how many there are."""
    assert stop.allows(changing, of) is allowed


@given(percent=st.floats(0, 100), changing=st.integers(0, 10**6), more=st.integers(0, 10**6))
def test_fewer_changes_are_never_worse(percent: float, changing: int, more: int) -> None:
    """What a share allows it allows for every smaller number too."""
    stop, of = StopAbove(percent=percent), 10**6

    assert stop.allows(changing, of) or not stop.allows(changing + more, of)


# ---------------------------------------------------------------------------


def test_the_template_loads_and_only_reads(load: Load) -> None:
    """What `sameface init` writes is right as soon as the secret is there, and writes nowhere."""
    read = load(template("Müller & Söhne"))

    assert read.organisation == "Müller & Söhne"
    assert [store.id for store in read.stores] == ["exchange"]
    assert not any(store.writes for store in read.stores)


def test_every_table_of_the_template_loads(load: Load) -> None:
    """Uncommented as its own comments say, each table is right."""
    begins = template().index("# [[stores]]")
    lines = template()[begins:].splitlines()
    table = re.compile(r"# (\[\[stores\]\]|[a-z-]+ = .*)")
    text = template()[:begins] + "\n".join(
        match[1] if (match := table.fullmatch(line)) else line for line in lines
    )

    read = load(text)

    directories = ["active-directory", "openldap"]
    cloud = ["exchange", "entra-id", "exchange-on-premises", "sharepoint", "yammer"]
    assert [s.id for s in read.stores] == [*cloud, *directories, "folder"]
    assert not any(store.writes for store in read.stores)


@given(name=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_name_can_be_an_organisations(name: str) -> None:
    """Quotes and braces in the name do not break the template."""
    first = template(name).partition("name = ")[2].splitlines()[0]

    assert first.startswith('"')
    assert not set(first) & set(string.whitespace) - {" "} or name.strip() != name
