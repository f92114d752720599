"""Sign-ins on their way: device codes that wait for a person, codes that wait to be redeemed."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum

_LETTERS = "BCDFGHJKLMNPQRSTVWXYZ2346789"

LIFE = timedelta(minutes=15)


class Stage(Enum):
    """How far a device's sign-in has come."""

    PENDING = "pending"
    GRANTED = "granted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class DeviceFlow:
    """A device that waits for a person, who types `user_code` in a browser."""

    device_code: str
    user_code: str
    client_id: str
    scopes: tuple[str, ...]
    ends: float
    stage: Stage = Stage.PENDING
    person: str = ""


@dataclass(frozen=True, slots=True)
class Redeemable:
    """What an authorization code stands for. `challenge` is PKCE's, with its method."""

    client_id: str
    person: str
    redirect_uri: str
    scopes: tuple[str, ...]
    nonce: str
    challenge: str
    method: str
    ends: float

    def is_proved_by(self, verifier: str) -> bool:
        """Whether the verifier is the challenge's (RFC 7636); without one none is needed."""
        if not self.challenge:
            return True
        told = verifier
        if self.method.upper() == "S256":
            digest = hashlib.sha256(verifier.encode()).digest()
            told = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        return secrets.compare_digest(told.encode(), self.challenge.encode())


class Pending:
    """All of them. They run on real time, as tokens do, and end after `life`."""

    def __init__(self, life: timedelta = LIFE) -> None:
        self.life_s = life.total_seconds()
        self._devices: dict[str, DeviceFlow] = {}
        self._codes: dict[str, Redeemable] = {}
        self._redeemed: set[str] = set()

    def begin_device(self, client_id: str, scopes: tuple[str, ...]) -> DeviceFlow:
        """A device asks for a code."""
        self._tidy()
        user_code = "".join(secrets.choice(_LETTERS) for _ in range(9))
        flow = DeviceFlow(secrets.token_urlsafe(48), user_code, client_id, scopes, self.ends())
        self._devices[flow.device_code] = flow
        return flow

    def of_user_code(self, user_code: str) -> DeviceFlow | None:
        """The device that waits for that code, None where none does (any more)."""
        wanted, now = user_code.strip().upper(), time.monotonic()
        return next(
            (
                flow
                for flow in self._devices.values()
                if flow.user_code == wanted and flow.stage is Stage.PENDING and flow.ends > now
            ),
            None,
        )

    def decide(self, flow: DeviceFlow, person: str | None) -> None:
        """Somebody signed the device in, or (None) declined."""
        stage = Stage.DECLINED if person is None else Stage.GRANTED
        self._devices[flow.device_code] = replace(flow, stage=stage, person=person or "")

    def of_device_code(self, device_code: str) -> DeviceFlow | None:
        """The flow that a device asks about; None for a code that is none."""
        return self._devices.get(device_code)

    def end_device(self, flow: DeviceFlow) -> None:
        """It has its token, or will never have one."""
        self._devices.pop(flow.device_code, None)

    def has_ended(self, ends: float) -> bool:
        return ends <= time.monotonic()

    def issue(self, told: Redeemable) -> str:
        """A code for a sign-in that succeeded."""
        self._tidy()
        code = secrets.token_urlsafe(48)
        self._codes[code] = told
        return code

    def ends(self) -> float:
        """When a code that is made now ends."""
        return time.monotonic() + self.life_s

    def redeem(self, code: str) -> Redeemable | None:
        """What the code stands for, once; None for one that is none."""
        found = self._codes.pop(code, None)
        if found is not None:
            self._redeemed.add(code)
        return found

    def was_redeemed(self, code: str) -> bool:
        return code in self._redeemed

    def _tidy(self) -> None:
        """Forget, long after, what nobody came back for."""
        past = time.monotonic() - self.life_s
        self._devices = {k: flow for k, flow in self._devices.items() if flow.ends > past}
        self._codes = {k: code for k, code in self._codes.items() if code.ends > past}
