"""The tenant as other people's clients meet it: over TLS, in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from tests.end_to_end.kit import Tenant, same

from sameface.pictures import compare, fingerprint, portrait
from sameface.values import Likeness

NODE = Path(__file__).parent / "node"
TENANT_ID = "7a1c7a2e-5a3e-4f5e-9c0a-5a3ef4ce0001"


@dataclass(frozen=True)
class Stage:
    """A tenant at work, and what a client that nobody here wrote needs to reach it."""

    tenant: Tenant
    url: str
    authority: str
    client_id: str
    secret: str
    certificate: Path
    yammer_token: str
    ca: Path
    password: str

    def upn(self, person: str) -> str:
        return next(str(p["upn"]) for p in self.tenant.people() if p["id"] == person)

    def holds(self, store: str, person: str) -> bytes | None:
        """The picture that a store has of somebody, seen from behind the counter."""
        return self.tenant.picture(f"stores/{store}/{person}")

    def surface(self, surface: str, person: str, viewer: str) -> bytes | None:
        """What a viewer would see there; their caches stay as they are."""
        return self.tenant.picture(f"surfaces/{surface}/{person}", viewer=viewer, peek="1")

    def pass_time(self, time: timedelta) -> None:
        self.tenant.post("clock", advance=f"{int(time.total_seconds())}s")

    def application_certificate(self) -> dict[str, str]:
        """The application's certificate and key, as msal wants them."""
        pem = self.certificate.read_text(encoding="utf-8")
        found = x509.load_pem_x509_certificate(pem[pem.index("-----BEGIN CERT") :].encode())
        return {"private_key": pem, "public_certificate": pem} | {
            "thumbprint": found.fingerprint(hashes.SHA1()).hex()  # the one that all of them take
        }

    def environment(self, **further: str) -> dict[str, str]:
        """For a client in its own process: it trusts the tenant, and no proxy is in its way."""
        kept = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        trust = dict.fromkeys(
            ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"),
            str(self.ca),
        )
        return kept | trust | further


def stage(tenant: Tenant) -> Stage:
    """What the settings file that the tenant wrote says of it."""
    told = tomllib.loads(tenant.settings.read_text(encoding="utf-8"))
    exchange, sharepoint, yammer = (_store(told, i) for i in ("exchange", "sharepoint", "yammer"))
    secret = Path(exchange["client-secret-file"])
    return Stage(
        tenant=tenant,
        url=exchange["url"],
        authority=exchange["authority"],
        client_id=exchange["client-id"],
        secret=secret.read_text(encoding="utf-8").strip(),
        certificate=Path(sharepoint["client-certificate-file"]),
        yammer_token=Path(yammer["token-file"]).read_text(encoding="utf-8").strip(),
        ca=Path(exchange["ca-file"]),
        password=(secret.parent / "people.password").read_text(encoding="utf-8").strip(),
    )


def _store(told: dict[str, Any], store: str) -> dict[str, Any]:
    return next(s for s in told["stores"] if s["id"] == store)


def node(script: str, stage: Stage, **told: str) -> Any:
    """What a script of tests/witnesses/node prints, read as JSON; `told` are its environment."""
    program = shutil.which("node")
    assert program is not None, "Node.js is missing; make test-witnesses installs it"
    done = subprocess.run(
        [program, str(NODE / script)],
        capture_output=True,
        text=True,
        timeout=120,
        env=stage.environment(TENANT_URL=stage.url, **told),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def picture(name: str) -> bytes:
    """A portrait that nobody in the tenant has."""
    return portrait(f"witness {name}")


def alike(one: bytes | None, other: bytes | None) -> bool:
    """Whether both are pictures, and show the same."""
    return one is not None and other is not None and same(one, other)


def different(one: bytes, other: bytes) -> bool:
    return compare(fingerprint(one), fingerprint(other)) is Likeness.DIFFERENT
