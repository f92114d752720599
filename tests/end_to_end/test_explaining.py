"""Explain against the tenant: what it says of every surface, and what is really served there."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.end_to_end.kit import same, sameface, tenant, told


@pytest.mark.parametrize("seed", [1, 2])
def test_explain_says_what_the_surfaces_serve(tmp_path: Path, seed: int) -> None:
    """For a colleague, the picture served is among those explained; where one is certain, it is it.

    Explain saw only Graph, SharePoint and Yammer; the tenant's surfaces know what really is.
    """
    with tenant(tmp_path, people=24, seed=seed) as world:
        _, status = told("status", cwd=tmp_path)
        vault = {
            p.stem: p.read_bytes() for p in (tmp_path / "sameface-vault").rglob("*") if p.is_file()
        }
        checked = 0
        for row in status["rows"]:
            for spot in row["surfaces"]:
                served = world.picture(f"surfaces/{spot['id']}/{row['person']}", peek="1")
                names = spot["photos"]
                if served is None:
                    assert None in names, (row["person"], spot)
                    continue
                known = [vault[name] for name in names if name is not None]
                assert any(same(served, picture) for picture in known), (row["person"], spot)
                checked += 1
        assert checked > 100


def test_an_explanation_is_words_a_help_desk_can_use(tmp_path: Path) -> None:
    """The command names the place, the reasons, how each is known, and until when."""
    with tenant(tmp_path, people=24) as world:
        person = world.people()[0]["upn"]
        code, data = told("explain", person, "--surface", "yammer", cwd=tmp_path)
        assert code == 0
        (yammer,) = data["surfaces"]
        assert yammer["surface"] == "yammer"
        assert yammer["because"]
        assert {reason["mark"] for reason in yammer["because"]} <= {
            "observed",
            "deduced",
            "assumed",
        }
        assert yammer["until"]["kind"] in ("settled", "never")


def test_an_unknown_person_or_surface_is_answered_with_the_nearest(tmp_path: Path) -> None:
    """Exit code 2, one sentence, a name that was perhaps meant."""
    with tenant(tmp_path, people=4):
        told("status", cwd=tmp_path)
        person = sameface("explain", "amara.okafo@contoso.test", cwd=tmp_path)
        surface = sameface(
            "explain", "amara.okafor@contoso.test", "--surface", "jammer", cwd=tmp_path
        )

    assert (person.returncode, surface.returncode) == (2, 2)
    assert "amara.okafor@contoso.test" in person.stderr
    assert 'did you mean "yammer"' in surface.stderr
    assert person.stdout == surface.stdout == ""
    assert "Traceback" not in person.stderr + surface.stderr
