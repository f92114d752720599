"""What a person reads in a terminal, and what a pipe gets."""

from __future__ import annotations

import io

import pytest

from sameface.cli import terminal

REASON = "  because  SharePoint asks Exchange only when the person opens the profile page;"


class Screen(io.StringIO):
    """A terminal that remembers what was written."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_whole_words_under_where_they_began(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Lines are broken between words, and go on under the sentence, not under "because"."""
    screen = Screen()
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setenv("COLUMNS", "50")

    terminal.say(REASON + "\n\nA file: /" + "x" * 60)

    first, *more = screen.getvalue().splitlines()
    assert first == "  because  SharePoint asks Exchange only when the"
    assert more == ["           person opens the profile page;", "", "A file:", "/" + "x" * 60]


def test_a_pipe_gets_each_line_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """What is read by programs is not broken, however long."""
    terminal.say(REASON * 3)

    assert capsys.readouterr().out == REASON * 3 + "\n"
