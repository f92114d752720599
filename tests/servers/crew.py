"""Workers on PostgreSQL, each a process, keeping mailboxes like a folder of portraits."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from tests.end_to_end.kit import Tenant, environment
from tests.servers.memory_store import face

from sameface.settings import Storage

HOUSE = Path(__file__).parent.parent.parent
PAGE = 2


def settings(folder: Path, tenant: Tenant, storage: Storage, *stores: str) -> Path:
    """sameface.toml: the folder `portraits` decides, those stores of the tenant follow."""
    tables = tomllib.loads(tenant.settings.read_text())["stores"]
    chosen = [table for table in tables if table["id"] in stores]
    (folder / "portraits").mkdir()
    (folder / "password").write_text(storage.password or "")
    lines = [
        "[organisation]",
        'name = "Contoso"',
        "[vault]",
        f"database = {json.dumps(storage.database)}",
        'database-password-file = "password"',
        "[policy]",
        'authorities = ["folder"]',
        'stop-above = "100%"',
        'empty-store = "100%"',
        'faces = "any"',  # a drawn portrait is no face to every detector
        "[[stores]]",
        'id = "folder"',
        'connector = "folder"',
        'path = "portraits"',
    ]
    for table in chosen:
        lines += ["[[stores]]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    file = folder / "sameface.toml"
    file.write_text("\n".join(lines) + "\n")
    return file


def portraits(folder: Path, people: list[str], look: int) -> None:
    """Everybody's portrait is that one now."""
    for upn in people:
        (folder / "portraits" / f"{upn}.webp").write_bytes(face(upn, look))


class Crew:
    """Workers with these settings."""

    def __init__(self, settings: Path) -> None:
        self._settings = settings
        self._processes: list[subprocess.Popen[str]] = []
        self._names: dict[subprocess.Popen[str], str] = {}

    def join(self) -> None:
        """One more, which may die as the settings' folder says."""
        folder = self._settings.parent
        command = [sys.executable, "-m", "tests.servers.mortal_worker", str(self._settings)]
        process = subprocess.Popen(
            [*command, str(PAGE), str(folder)],
            cwd=HOUSE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        self._processes.append(process)

    def doom(self, phase: str, nth: int) -> None:
        """Whoever comes to that moment of that phase first kills itself."""
        fresh = self._settings.with_name("fate.new")
        fresh.write_text(f"{phase} {nth}")
        fresh.rename(fresh.with_suffix(""))

    def at_work(self) -> set[str]:
        """The names of all that have joined, once they are at work."""
        self._names |= {process: _said(process) for process in self._processes[len(self._names) :]}
        return set(self._names.values())

    def bury(self) -> list[str]:
        """The names of those that have killed themselves since this was asked before."""
        dead = [p for p in self._processes if p.poll() == -signal.SIGKILL]
        for process in dead:
            _, complaints = process.communicate()
            sys.stderr.write(complaints)
            self._processes.remove(process)
        return [self._names.pop(process) for process in dead]

    def leave(self) -> list[int]:
        """All are asked to end; how each did. What they complained of is shown."""
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        codes = []
        for process in self._processes:
            _, complaints = process.communicate(timeout=90)
            sys.stderr.write(complaints)
            codes.append(process.returncode)
        self._processes.clear()
        self._names.clear()
        return codes


def _said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line: Any = process.stdout.readline()
    assert line, process.stderr and process.stderr.read()
    return str(line).strip()
