"""The commands over another machine's console: the same answers and exit codes, through its API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.console.test_serve import serving
from tests.end_to_end.kit import sameface, tenant

TOKEN = "a token that is long enough for a program to be let in"


@dataclass
class There:
    """A console that serves an organisation; `folder` holds its settings and the token."""

    folder: Path
    url: str

    def ask(self, *arguments: str, code: int) -> str:
        """A command over there; what it printed."""
        remote = ("--server", self.url, "--token-file", str(self.folder / "program.token"))
        done = sameface(*remote, *arguments, cwd=self.folder.parent)
        assert done.returncode == code, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    folder = tmp_path_factory.mktemp("there") / "organisation"
    with tenant(folder, people=4):
        (folder / "program.token").write_text(TOKEN, encoding="utf-8")
        settings = folder / "sameface.toml"
        told = '\n[[console.tokens]]\nname = "desk"\nrole = "administrator"\n'
        text = settings.read_text(encoding="utf-8")
        settings.write_text(f'{text}{told}token-file = "program.token"\n', encoding="utf-8")
        with serving(folder, "--port", "0") as link:
            yield There(folder, link.partition("/enter")[0])


def test_the_four_commands_work_over_there(there: There) -> None:
    """Look, explain, plan and sync: each as if it ran beside the vault."""
    status = json.loads(there.ask("status", "--json", code=3))
    assert status["people"] == 4
    who = status["rows"][0]["person"]
    explained = json.loads(
        there.ask("explain", who, "--surface", "outlook-client", "--json", code=0)
    )
    assert explained["surfaces"][0]["surface"] == "outlook-client"
    plan = there.ask("plan", code=3)
    assert "because it " in plan
    told = json.loads(there.ask("plan", "--json", code=3))
    left = [one for one in told["left"] if one["call"] != "leave"]
    assert left
    assert all(f"  {one['person']}, {one['store']}: {one['why']}\n" in plan for one in left)
    assert "Writes, each read back:" in there.ask("sync", code=5)
    assert "people show one face everywhere" in there.ask("status", "--remembered", code=0)


def test_what_goes_wrong_is_told_as_over_there(there: There) -> None:
    """Nobody by that name, no token, an address in the clear: each one sentence, exit code 2."""
    remote = ("--server", there.url)
    nobody = sameface(
        *remote, "--token-file", "program.token", "explain", "nobody", cwd=there.folder
    )
    nothing = sameface(*remote, "status", cwd=there.folder)
    clear = sameface("--server", "http://faces.example", "status", cwd=there.folder)

    assert 'Nobody is called "nobody"' in nobody.stderr
    assert "wants a token" in nothing.stderr
    assert "in the clear" in clear.stderr
    assert [done.returncode for done in (nobody, nothing, clear)] == [2, 2, 2]
