"""A tenant in a process of its own, the command in others, and plain HTTP as a third party."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2 as httpx

from sameface.pictures import compare, fingerprint
from sameface.values import Likeness

SAMEFACE = [sys.executable, "-m", "sameface"]


@dataclass
class Tenant:
    """A tenant at work; `url` is its plain http address."""

    process: subprocess.Popen[str]
    url: str
    settings: Path

    def get(self, path: str, /, **parameters: str) -> Any:
        """JSON from under `/_tenant/`."""
        answer = httpx.get(
            f"{self.url}/_tenant/{path}", params=parameters, headers={"Accept": "application/json"}
        )
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, /, **told: Any) -> Any:
        answer = httpx.post(f"{self.url}/_tenant/{path}", json=told)
        answer.raise_for_status()
        return answer.json()

    def picture(self, path: str, /, **parameters: str) -> bytes | None:
        """A picture under `/_tenant/`, None where it answers 404."""
        answer = httpx.get(f"{self.url}/_tenant/{path}", params=parameters)
        if answer.status_code == 404:
            return None
        answer.raise_for_status()
        return answer.content

    def people(self) -> list[dict[str, Any]]:
        return list(self.get("people")["people"])

    def clear_requests(self) -> Any:
        """Begin the log anew; gives what was in it."""
        answer = httpx.delete(f"{self.url}/_tenant/requests", timeout=60)
        answer.raise_for_status()
        return answer.json()

    def writes(self) -> int:
        """How many requests since the log was cleared changed a photo or a property of one."""
        return sum(
            (r["service"] == "graph" and r["method"] in ("PUT", "PATCH", "DELETE"))
            or "/files/add" in r["path"].lower()
            or "setsinglevalue" in r["path"].lower()
            for r in self.get("requests")["requests"]
        )


@contextmanager
def tenant(folder: Path, *arguments: str, people: int = 24, seed: int = 1) -> Iterator[Tenant]:
    """`sameface tenant` on free ports, with its settings in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "sameface.toml"
    command = [*SAMEFACE, "tenant", "--port", "0", "--people", str(people), "--seed", str(seed)]
    # A file: a pipe that nobody reads would fill, and halt it.
    with tempfile.TemporaryFile("w+") as complaints:
        process = subprocess.Popen(
            [*command, "--settings", str(settings), *arguments],
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            env=environment(),
        )
        try:
            yield Tenant(process, _address(process), settings)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
            complaints.seek(0)
            complained = complaints.read()
            assert complained == "", complained


def _address(process: subprocess.Popen[str]) -> str:
    """Where it is at work, by its own words."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("#   http://"):
            return line.split()[1]
    raise AssertionError(f"the tenant did not start: {said}")


def environment(**further: str) -> dict[str, str]:
    """The environment of a command: no terminal, and a proxy that must not be used."""
    return (
        os.environ
        | {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
        | further
    )


def sameface(*arguments: str, cwd: Path, **further: str) -> subprocess.CompletedProcess[str]:
    """One command, run to its end."""
    return subprocess.run(
        [*SAMEFACE, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        env=environment(**further),
        check=False,
    )


def told(*arguments: str, cwd: Path) -> tuple[int, Any]:
    """A command's exit code and its JSON."""
    done = sameface(*arguments, "--json", cwd=cwd)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def same(one: bytes, other: bytes) -> bool:
    """Whether two files show the same picture."""
    return compare(fingerprint(one), fingerprint(other)) is Likeness.SAME
