"""An object store in this process: moto's S3, with a bucket for each test that wants one."""

from __future__ import annotations

import logging
from itertools import count

import httpx2 as httpx
from moto.server import ThreadedMotoServer

from sameface.settings import ObjectStore

SECRET = "a-secret-of-the-tests"


class Buckets:
    """Buckets on a free port of 127.0.0.1."""

    def __init__(self) -> None:
        self._heard = _Heard()
        logging.getLogger("werkzeug").addHandler(self._heard)
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        _, port = self._server.get_host_and_port()
        self.url = f"http://127.0.0.1:{port}"
        self._count = count(1)

    def stop(self) -> None:
        self._server.stop()
        logging.getLogger("werkzeug").removeHandler(self._heard)

    def fresh(self, prefix: str = "") -> ObjectStore:
        """A new bucket, as sameface.toml would name it."""
        name = f"faces{next(self._count)}"
        self._ask("PUT", f"/{name}")
        return ObjectStore(name, prefix, self.url, "us-east-1", "AKIDTESTS", SECRET)

    def put(self, bucket: ObjectStore, name: str, data: bytes | None) -> None:
        """Somebody else writes an object, or removes it."""
        path = f"/{bucket.bucket}/{bucket.prefix}/{name}".replace("//", "/")
        if data is None:
            self._ask("DELETE", path)
        else:
            self._ask("PUT", path, data)

    def names(self, bucket: ObjectStore) -> list[str]:
        """Names of all objects there."""
        listed = self._ask("GET", f"/{bucket.bucket}?list-type=2").text
        return [part.partition("</Key>")[0] for part in listed.split("<Key>")[1:]]

    def puts(self, bucket: ObjectStore) -> list[int]:
        """How each PUT of an object there was answered."""
        path = f"PUT /{bucket.bucket}/"
        return [int(line.split()[-2]) for line in self._heard.lines if path in line]

    def _ask(self, method: str, path: str, data: bytes = b"") -> httpx.Response:
        signed = "AWS4-HMAC-SHA256 Credential=AKIDTESTS/20261123/us-east-1/s3/aws4_request"
        answer = httpx.request(
            method,
            self.url + path,
            content=data,
            headers={"authorization": signed},
            trust_env=False,
        )
        assert answer.status_code < 300, answer.text
        return answer


class _Heard(logging.Handler):
    """The server's log of requests."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())
