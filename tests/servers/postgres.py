"""A real PostgreSQL server, run by the user postgres in a folder of its own, with a password."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from itertools import count
from pathlib import Path

from tests.servers.samba import until_it_answers

from sameface.settings import Storage

PASSWORD = "a:secret/of@the?tests"
_COUNT = count(1)


class Postgres:
    """A server on a free port of 127.0.0.1, which loses everything when it stops."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="sameface-postgresql-"))
        shutil.chown(self._folder, "postgres", "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Its files, with a user sameface who may make databases."""
        password = self._folder / "password"
        password.write_text(PASSWORD)
        shutil.chown(password, "postgres", "postgres")
        self._run(
            "initdb",
            "--username=sameface",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            f"--pgdata={self._folder / 'data'}",
        )

    def start(self) -> None:
        """Returns when it answers."""
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self._folder),
            "fsync": "off",
            "max_connections": "200",
        }
        self._process = subprocess.Popen(
            [
                *_as_postgres("postgres"),
                *("-p", str(self.port), "-D", str(self._folder / "data")),
                *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
            ],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until_it_answers(self.port, self._process)
        while self._process.poll() is None and not self._is_ready():
            pass  # after a crash it first reads its journal

    def _is_ready(self) -> bool:
        asked = ("-h", "127.0.0.1", "-p", str(self.port), "-t", "1")
        return (
            subprocess.run(
                [*_as_postgres("pg_isready"), *asked], cwd="/", check=False, capture_output=True
            ).returncode
            == 0
        )

    def halt(self) -> None:
        """Stop it as a power cut would; what it holds stays."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(20)

    def stop(self) -> None:
        """Stop it, and leave nothing behind."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self.halt()
        shutil.rmtree(self._folder, ignore_errors=True)

    def storage(self, name: str | None = None) -> Storage:
        """A database of its own, empty, as sameface.toml would name it."""
        fresh = name or f"vault{next(_COUNT)}"
        if name is None:
            self.sql("postgres", f"CREATE DATABASE {fresh}")
        return Storage(f"postgresql://sameface@127.0.0.1:{self.port}/{fresh}", PASSWORD)

    def sql(self, database: str, statement: str) -> str:
        """What psql prints for it."""
        return self._run(
            "psql",
            *("-h", "127.0.0.1", "-p", str(self.port), "-U", "sameface", "-d", database),
            *("-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement),
        ).strip()

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [*_as_postgres(program), *arguments],
            cwd="/",
            env={**os.environ, "PGPASSWORD": PASSWORD},
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def _as_postgres(program: str) -> list[str]:
    """The command to run one of PostgreSQL's programs: it refuses to be run by root."""
    newest = max(Path("/usr/lib/postgresql").iterdir(), key=lambda path: int(path.name))
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    return [*user, str(newest / "bin" / program)]
