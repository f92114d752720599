"""sameface.toml: who signs in, in which cloud, and to an Exchange of one's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sameface.errors import BadDocument
from sameface.settings import (
    OWN_EXCHANGE,
    AppSignIn,
    DeviceSignIn,
    MachineSignIn,
    Mode,
    PasswordSignIn,
    StoreSettings,
    load_settings,
)

HEAD = '[organisation]\nname = "Contoso"\n[policy]\nauthorities = ["{id}"]\n'
GRAPH = '[[stores]]\nid = "exchange"\nconnector = "graph"\n'
APP = 'client-id = "an-id"\nclient-secret-file = "graph.secret"\n'
OWN = (
    '[[stores]]\nid = "exchange"\nconnector = "exchange"\nmode = "both"\n'
    'url = "https://mail.contoso.test"\n'
)
BY_NAME = 'user = "CONTOSO\\\\sameface"\npassword-file = "graph.secret"\n'

Store = Callable[[str], StoreSettings]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The first store of a text, with the files it may name beside it."""
    (tmp_path / "graph.secret").write_text("hush-hush\n")
    (tmp_path / "people.txt").write_text("alice@contoso.test\n")

    def loading(text: str) -> StoreSettings:
        path = tmp_path / "sameface.toml"
        (first,) = re.findall('^id = "(.*)"$', text, re.MULTILINE)
        path.write_text(HEAD.format(id=first) + text, "utf-8")
        return load_settings(path).stores[0]

    return loading


@pytest.mark.parametrize(
    ("cloud", "graph", "login"),
    [
        ("", "https://graph.microsoft.com", "https://login.microsoftonline.com"),
        ('cloud = "public"\n', "https://graph.microsoft.com", "https://login.microsoftonline.com"),
        ('cloud = "gcc-high"\n', "https://graph.microsoft.us", "https://login.microsoftonline.us"),
        ('cloud = "dod"\n', "https://dod-graph.microsoft.us", "https://login.microsoftonline.us"),
        (
            'cloud = "china"\n',
            "https://microsoftgraph.chinacloudapi.cn",
            "https://login.chinacloudapi.cn",
        ),
    ],
)
def test_a_cloud_says_where_graph_is_and_who_signs_in(
    store: Store, cloud: str, graph: str, login: str
) -> None:
    """With `tenant` alone no address has to be known; the public cloud is the usual one."""
    read = store(GRAPH + cloud + 'tenant = "contoso.test"\n' + APP)

    assert read.url == graph
    assert isinstance(read.sign_in, AppSignIn)
    assert read.sign_in.authority == f"{login}/contoso.test"


@pytest.mark.parametrize("host", ["sharepoint.us", "sharepoint-mil.us", "sharepoint.cn"])
def test_no_clouds_sharepoint_takes_a_secret(store: Store, host: str) -> None:
    """An application wants a certificate there, wherever the organisation lives."""
    table = GRAPH.replace("exchange", "sharepoint").replace("graph", "sharepoint")
    with pytest.raises(BadDocument, match="client-certificate-file"):
        store(f'{table}url = "https://contoso-my.{host}"\ntenant = "contoso.test"\n{APP}')


def test_a_person_may_sign_in_by_a_code(store: Store, tmp_path: Path) -> None:
    """The file that keeps them signed in need not be there yet."""
    read = store(
        GRAPH
        + 'tenant = "contoso.test"\nsign-in = "device-code"\nclient-id = "an-id"\n'
        + 'token-cache = "graph.tokens"\n'
    )

    authority = "https://login.microsoftonline.com/contoso.test"
    assert read.sign_in == DeviceSignIn(authority, "an-id", tmp_path / "graph.tokens")


def test_yammer_takes_a_person_and_nobody_else(store: Store) -> None:
    """By a code as well as by a token; neither an application nor a machine."""
    yammer = GRAPH.replace("exchange", "yammer").replace("graph", "yammer")
    yammer += 'url = "https://www.yammer.com"\n'
    device = 'sign-in = "device-code"\ntenant = "t"\nclient-id = "i"\ntoken-cache = "y.tokens"\n'

    assert isinstance(store(yammer + device).sign_in, DeviceSignIn)
    for wrong in ("", 'sign-in = "managed-identity"\n'):
        with pytest.raises(BadDocument, match="a person's sign-in"):
            store(yammer + wrong)


@pytest.mark.parametrize(("key", "named"), [("", None), ('client-id = "an-id"\n', "an-id")])
def test_a_machine_may_sign_in_as_itself(store: Store, key: str, named: str | None) -> None:
    """A managed identity: the machine's own, or the one with that client id."""
    read = store(GRAPH + 'sign-in = "managed-identity"\n' + key)

    assert read.sign_in == MachineSignIn(named)
    assert read.url == "https://graph.microsoft.com"


@pytest.mark.parametrize(("auth", "ntlm"), [("", False), ('auth = "ntlm"\n', True)])
def test_an_exchange_of_ones_own_takes_name_and_password(
    store: Store, auth: str, ntlm: bool
) -> None:
    """Basic usually; whose photos is a group's, and the password shows in no repr."""
    read = store(OWN + BY_NAME + auth + 'group = "everybody@contoso.test"\n')

    assert read.sign_in == PasswordSignIn(r"CONTOSO\sameface", "hush-hush", ntlm)
    assert read.group == "everybody@contoso.test"
    assert read.mode is Mode.BOTH
    assert "hush" not in repr(read)


def test_it_may_stand_beside_exchange_online(store: Store, tmp_path: Path) -> None:
    """Under an id of its own, with a list of people, signed in by an application's token."""
    own = OWN.replace('id = "exchange"', f'id = "{OWN_EXCHANGE}"')
    read = store(own + 'tenant = "contoso.test"\n' + APP + 'people = "people.txt"\n')

    assert read.id == OWN_EXCHANGE
    assert read.people == tmp_path / "people.txt"
    assert isinstance(read.sign_in, AppSignIn)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GRAPH + APP, "authority is missing"),
        (GRAPH + 'cloud = "moon"\ntenant = "t"\n' + APP, 'cloud has no "moon"'),
        (GRAPH + 'tenant = "t"\nauthority = "https://a/t"\n' + APP, "authority says what tenant"),
        (GRAPH + 'cloud = "dod"\nauthority = "https://a/t"\n' + APP, "authority says what tenant"),
        (GRAPH + 'cloud = "dod"\n' + APP, "tenant is missing"),
        (GRAPH + 'sign-in = "magic"\n', 'sign-in has no "magic"'),
        (
            GRAPH + 'sign-in = "device-code"\ntenant = "t"\nclient-id = "i"\n',
            "token-cache is missing",
        ),
        (OWN + BY_NAME, "group and people are missing"),
        (OWN + BY_NAME + 'group = "g"\npeople = "people.txt"\n', "group and people are given"),
        (OWN + BY_NAME + 'people = "none.txt"\n', "none.txt, which is not there"),
        (OWN + 'user = "u"\ngroup = "g"\n', "credentials are missing"),
        (OWN + BY_NAME + 'password-env = "X"\ngroup = "g"\n', "credentials are given together"),
        (OWN + BY_NAME + 'auth = "kerberos"\ngroup = "g"\n', 'auth has no "kerberos"'),
    ],
)
def test_a_mistake_is_named_with_its_key(store: Store, text: str, told: str) -> None:
    """Which store, which key, and what it should be."""
    with pytest.raises(BadDocument, match=re.escape(told)):
        store(text)
