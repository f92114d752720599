"""[console] of sameface.toml: what it may say, and how a mistake in it is told."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from sameface.errors import BadDocument
from sameface.settings import ConsoleSettings, OpenId, Settings, load_settings

BASE = """
[organisation]
name = "Contoso"
[policy]
authorities = ["folder"]
[[stores]]
id = "folder"
connector = "folder"
path = "portraits"
[console]
"""
ISSUER = 'issuer = "https://login.example/v2.0"\nclient-id = "x"\n'


def load(folder: Path, console: str) -> Settings:
    """Settings whose [console] says that."""
    file = folder / "sameface.toml"
    file.write_text(BASE + console, encoding="utf-8")
    return load_settings(file)


def test_without_a_word_it_is_for_this_machine(tmp_path: Path) -> None:
    """No provider, no address, no proxy, no second person, no program."""
    assert load(tmp_path, "").console == ConsoleSettings()


def test_all_of_it_is_read(tmp_path: Path) -> None:
    """Groups become roles, files are read relative to the settings, secrets stay out of a repr."""
    (tmp_path / "client.secret").write_text("hush", encoding="utf-8")
    (tmp_path / "program.token").write_text("t" * 40, encoding="utf-8")
    made = trustme.CA().issue_cert("faces.example")
    made.cert_chain_pems[0].write_to_path(str(tmp_path / "console.pem"))
    made.private_key_pem.write_to_path(str(tmp_path / "console.key"))
    told = load(
        tmp_path,
        f'{ISSUER}client-secret-file = "client.secret"\nroles-claim = "roles"\n'
        'administrators = ["a"]\nhelp-desk = ["h", "i"]\nauditors = ["u"]\n'
        'url = "https://faces.example/"\napproval = true\ntrusted-proxies = ["10.0.0.5", "::1"]\n'
        'certificate-file = "console.pem"\nkey-file = "console.key"\n'
        '[[console.tokens]]\nname = "desk"\nrole = "help-desk"\ntoken-file = "program.token"\n',
    ).console

    assert told.sign_in == OpenId(
        "https://login.example/v2.0",
        "x",
        "hush",
        "roles",
        (("a", "administrator"), ("h", "help-desk"), ("i", "help-desk"), ("u", "auditor")),
    )
    assert (told.url, told.approval) == ("https://faces.example", True)
    assert told.proxies == ("10.0.0.5", "::1")
    assert told.certificate == tmp_path / "console.pem"
    assert [(one.name, one.role) for one in told.tokens] == [("desk", "help-desk")]
    assert "hush" not in repr(told)
    assert "tttt" not in repr(told)


@pytest.mark.parametrize(
    ("console", "says"),
    [
        ('administrator = ["a"]', 'console.administrator is not known here; did you mean "admin'),
        ('administrators = ["a"]', "console.issuer is missing, but administrators is for signing"),
        ('issuer = "http://login.example"\nclient-id = "x"', 'should be like "https://host"'),
        ('issuer = "https://login.example"', "console.client-id is missing"),
        ('certificate-file = "console.pem"', "certificate-file names console.pem, which is not"),
        ('trusted-proxies = ["proxy.example"]', 'addresses such as "10.0.0.5"'),
        ('url = "faces.example"', 'console.url should be like "https://host"'),
        ('[[console.tokens]]\nname = "x"\nrole = "king"\ntoken-file = "s"', 'has no "king"'),
        (
            '[[console.tokens]]\nname = "x"\nrole = "auditor"\ntoken-file = "short"',
            "shorter than 32",
        ),
    ],
)
def test_a_mistake_names_its_key(tmp_path: Path, console: str, says: str) -> None:
    """Each mistake is told with its key and what would be right."""
    for name in ("s", "short"):
        (tmp_path / name).write_text("x", encoding="utf-8")

    with pytest.raises(BadDocument) as wrong:
        load(tmp_path, console)

    assert says in wrong.value.sentence()
