"""`sameface tenant --open`: the desk in the system's browser, or its address."""

from __future__ import annotations

import os
from pathlib import Path

import httpx2 as httpx
import pytest
from tests.end_to_end.kit import sameface, tenant


def test_the_systems_browser_is_sent_to_the_desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the browser is told to open is the desk of the running tenant."""
    told, browser = tmp_path / "told", tmp_path / "browser"
    os.mkfifo(told)
    browser.write_text(f'#!/bin/sh\necho "$1" > {told}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    with tenant(tmp_path / "tenant", "--open", people=1) as opened:
        address = told.read_text().strip()
        page = httpx.get(address, follow_redirects=True, trust_env=False)

    assert address == f"{opened.url}/_tenant/desk"
    assert "<title>The desk" in page.text


def test_without_a_browser_its_address_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine without one, the last line says where the desk is."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with tenant(tmp_path / "tenant", "--open", people=1) as opened:
        assert opened.process.stdout is not None
        line = next(line for line in opened.process.stdout if "No browser" in line)

    assert f"open {opened.url}/_tenant/desk in yours" in line


def test_there_is_nothing_to_open_without_control(tmp_path: Path) -> None:
    """`--no-control` takes the desk away: both together are a mistake, and said to be one."""
    done = sameface("tenant", "--open", "--no-control", cwd=tmp_path)

    assert done.returncode == 2
    assert "--no-control" in done.stderr


@pytest.mark.parametrize("there", ["another file", "a folder"])
def test_settings_are_not_put_over_what_somebody_wrote(tmp_path: Path, there: str) -> None:
    """Only what an earlier tenant wrote is written anew."""
    file = tmp_path / "sameface.toml"
    if there == "a folder":
        file.mkdir()
    else:
        file.write_text("[organisation]\n")

    done = sameface("tenant", "--port", "0", "--settings", "sameface.toml", cwd=tmp_path)

    assert done.returncode == 2
    assert "; name another file. [SF-1" in done.stderr
    assert file.is_dir() or file.read_text() == "[organisation]\n"
