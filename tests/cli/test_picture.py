"""`sameface picture` answers in words for people and in lines of JSON for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import pyvips
from tests.photographs import photograph

from sameface.cli import main
from sameface.pictures import inspect

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files as people send them."""
    folder = tmp_path_factory.mktemp("photos")
    image = pyvips.Image.new_from_file(str(photograph("astronaut"))).copy_memory()
    lying = image.thumbnail_image(132).rot270().copy_memory().copy()
    lying.set_type(pyvips.GValue.gint_type, "orientation", 6)
    lying.set_type(pyvips.GValue.gstr_type, "exif-ifd3-GPSLatitude", "48/1 51/1 24/1")
    lying.jpegsave(str(folder / "turned.jpg"))
    image.jpegsave(str(folder / "face.jpg"), Q=92)
    image.crop(20, 20, 470, 470).jpegsave(str(folder / "cropped.jpg"))
    image.fliphor().jpegsave(str(folder / "mirrored.jpg"))
    (image * 0 + 200).cast("uchar").pngsave(str(folder / "blank.png"))
    (folder / "signin.jpg").write_text("<!doctype html><title>Sign in</title>")
    (folder / "cut.jpg").write_bytes((folder / "face.jpg").read_bytes()[:9000])
    return folder


def lines(capsys: Capture) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_inspect_tells_what_a_person_would_want_to_read(photos: Path, capsys: Capture) -> None:
    """The verdict, its reasons, and what to do."""
    assert main(["picture", "inspect", str(photos / "turned.jpg")]) == 0

    told = capsys.readouterr().out
    assert "turned.jpg: fit (JPEG, 132 x 132 px" in told
    assert "Turned sideways: we will turn it." in told
    assert "132 px wide: Teams will look blurred; 648 px or more is best." in told
    assert "where it was taken" in told


def test_inspect_gives_one_line_per_file_and_a_refusal_is_a_verdict(
    photos: Path, capsys: Capture
) -> None:
    """Exit code 0 whatever the files are: the question was what they are."""
    names = ("turned.jpg", "blank.png", "signin.jpg", "cut.jpg")
    assert main(["picture", "inspect", "--json", *(str(photos / name) for name in names)]) == 0

    turned, blank, signin, cut = lines(capsys)
    assert [turned["file"], turned["ok"], turned["verdict"]] == [
        str(photos / "turned.jpg"),
        True,
        "fit",
    ]
    codes = [reason["code"] for reason in turned["reasons"]]
    assert codes == ["turned", "small", "located"]
    assert (turned["width_px"], turned["media_type"], turned["turned"]) == (132, "image/jpeg", True)
    assert (blank["ok"], blank["verdict"]) == (False, "not-a-photo")
    assert (signin["verdict"], signin["error"]["code"]) == ("refused", "SF-201")
    assert (cut["verdict"], cut["error"]["code"], cut["width_px"]) == ("refused", "SF-202", 512)


@pytest.mark.parametrize(
    ("store", "sides", "ceiling"),
    [
        ("active-directory", [96, 96], 102_400),
        ("entra-id", [512], 100_000),
        ("exchange", [48, 64, 96, 120, 240, 360, 432, 504, 512], 500_000),
        ("sharepoint", [48, 72, 200, 300], None),
        ("yammer", [512], None),
    ],
)
def test_render_writes_what_a_store_would_get(
    photos: Path, tmp_path: Path, capsys: Capture, store: str, sides: list[int], ceiling: int | None
) -> None:
    """Every file the store keeps, as named in the answer, none enlarged, none above its ceiling."""
    command = ["picture", "render", "--json", "--for", store, "-o", str(tmp_path / "made")]
    assert main([*command, str(photos / "face.jpg")]) == 0

    (told,) = lines(capsys)
    assert told["store"] == store
    assert [row["width_px"] for row in told["made"]] == sides
    assert len({row["file"] for row in told["made"]}) == len(sides)
    for row in told["made"]:
        data = Path(row["file"]).read_bytes()
        assert (inspect(data).width_px, len(data)) == (row["width_px"], row["size_bytes"])
        assert ceiling is None or len(data) <= ceiling


def test_render_refuses_in_a_sentence(photos: Path, tmp_path: Path, capsys: Capture) -> None:
    """A file that is none, a store that is none and a folder that is none each say what to do."""
    render = ["picture", "render", "-o", str(tmp_path)]
    assert main([*render, "--for", "yammer", str(photos / "cut.jpg")]) == 4
    said = capsys.readouterr().err
    assert "cut.jpg: This JPEG is cut short or damaged" in said
    assert main([*render, "--for", "myspace", str(photos / "face.jpg")]) == 2
    assert "choose one of active-directory" in capsys.readouterr().err
    blocked = ["picture", "render", "-o", str(photos / "face.jpg"), "--for", "yammer"]
    assert main([*blocked, str(photos / "face.jpg")]) == 2
    assert "SF-105" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("other", "code", "says"),
    [
        ("turned.jpg", 0, "the same picture"),
        ("cropped.jpg", 0, "a part of the other"),
        ("mirrored.jpg", 1, "different"),
        ("blank.png", 5, "nobody can tell"),
        ("signin.jpg", 5, "web page"),
    ],
)
def test_compare_answers_by_its_exit_code(
    photos: Path, capsys: Capture, other: str, code: int, says: str
) -> None:
    """0 the same picture, 1 another, 5 where nobody can tell."""
    assert main(["picture", "compare", str(photos / "face.jpg"), str(photos / other)]) == code
    assert says in capsys.readouterr().out


def test_compare_takes_many_files_and_one_difference_counts(photos: Path, capsys: Capture) -> None:
    """Every file is compared with the first, in a line of its own."""
    names = ("face.jpg", "turned.jpg", "blank.png", "mirrored.jpg")
    assert main(["picture", "compare", "--json", *(str(photos / name) for name in names)]) == 1
    assert [one["likeness"] for one in lines(capsys)] == ["same", "cannot tell", "different"]


def test_a_file_that_is_not_there_is_bad_usage(photos: Path, capsys: Capture) -> None:
    """So is a comparison of one."""
    assert main(["picture", "inspect", str(photos / "nobody.jpg")]) == 2
    assert "nobody.jpg cannot be read" in capsys.readouterr().err
    assert main(["picture", "compare", str(photos / "face.jpg")]) == 2
    assert "two files" in capsys.readouterr().err
