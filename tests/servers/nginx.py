"""A real nginx with one worker, whose sites are given as text."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.servers.samba import until_it_answers

_CONFIGURATION = """
daemon off;
worker_processes 1;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/unused1;
    uwsgi_temp_path {folder}/unused2;
    scgi_temp_path {folder}/unused3;
    include {folder}/site.conf;
}}
"""


class Nginx:
    """Listens where its site says, on the loopback."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, site: str, port: int, *before: str) -> None:
        """Returns when it answers on that port; `before` is a command that starts it."""
        (self._folder / "site.conf").write_text(site)
        user = "user root;" if os.geteuid() == 0 else ""
        file = self._folder / "nginx.conf"
        file.write_text(_CONFIGURATION.format(folder=self._folder, user=user))
        self._process = subprocess.Popen(
            [*before, "/usr/sbin/nginx", "-c", str(file), "-e", str(self._folder / "error.log")],
            stdin=subprocess.DEVNULL,
        )
        until_it_answers(port, self._process)

    @property
    def complaints(self) -> str:
        """What it has written into its log."""
        return (self._folder / "error.log").read_text()

    def stop(self) -> None:
        """Ends at once."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)
