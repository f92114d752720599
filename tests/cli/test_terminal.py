"""What a person reads in a terminal, and what a pipe gets."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable

import pytest
from rich.table import Table

from sameface.cli import progress, terminal
from sameface.cli.remaining import Remaining
from sameface.sync import Call, Decision, Progress, Verdict
from sameface.values import Person

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

    terminal.say(REASON)
    terminal.gap()
    terminal.say("A file: /" + "x" * 60)

    first, *more = screen.getvalue().splitlines()
    assert first == "  because  SharePoint asks Exchange only when the"
    assert more == ["           person opens the profile page;", "", "A file:", "/" + "x" * 60]


HOSTILE = "Eve\x1b[2J\x9b31m\u202enoitces\u2066\x7f\r\n  Bob, exchange: fine\ud800"
SHOWN = "Eve\\x1b[2J\\x9b31m\\u202enoitces\\u2066\\x7f Bob, exchange: fine\\ud800"
ARABIC = "\u0633\u0644\u0645\u0649 \U0001f642"


def through_table(text: str) -> None:
    """As `status` prints names."""
    table = Table(show_header=False)
    table.add_row(terminal.harmless(text), "=")
    terminal.console().print(table)


def through_remaining(text: str) -> None:
    """As `status`, `plan` and `sync` name who must act."""
    person = Person("0" * 16, text, "eve@x.test", ())
    with Remaining() as remaining:
        remaining.add(Decision(person, None, "", (Verdict("exchange", Call.ASK, "differs"),)))
        for line in remaining.lines():
            terminal.say(line)


def through_progress(text: str) -> None:
    """As errors are told while a run is under way."""
    with progress.bar() as watch:
        watch(Progress(1, 2, "exchange", "write", "eve@x.test", "failed", text))


@pytest.mark.parametrize(
    "tell",
    [
        terminal.out,
        terminal.say,
        terminal.complain,
        through_table,
        through_remaining,
        through_progress,
    ],
    ids=lambda tell: tell.__name__,
)
def test_whoever_chooses_a_name_commands_no_terminal(
    capsys: pytest.CaptureFixture[str], tell: Callable[[str], None]
) -> None:
    """Signs that clear, colour, turn or end a line are shown; a name makes no row of its own."""
    tell(HOSTILE)

    out, err = capsys.readouterr()
    (line,) = [one for one in (out + err).splitlines() if "Eve" in one or "Bob" in one]
    assert SHOWN in line


def test_a_table_shows_signs_that_nobody_made_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing gets through a table, though its column was measured without them."""
    table = Table(show_header=False)
    table.add_row("Eve\x1b[2J\u202e", "=")
    terminal.console().print(table)

    out = capsys.readouterr().out
    assert "Eve\\x1" in out
    assert not set("\x1b\u202e") & set(out)


def test_json_is_the_same_data_and_as_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    """What JSON lets stand in a text is spelt, and read again it is what it was."""
    terminal.data({"name": HOSTILE + ARABIC})

    out = capsys.readouterr().out
    assert json.loads(out) == {"name": HOSTILE + ARABIC}
    assert not set("\x1b\x9b\x7f\u202e\u2066") & set(out)
    assert ARABIC in out


def test_names_from_the_right_stay_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    """Arabic, Hebrew and signs of joy are names, not commands."""
    terminal.say(ARABIC)
    through_table(ARABIC)

    assert capsys.readouterr().out.count(ARABIC) == 2


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_an_output_that_cannot_carry_a_name_loses_letters_only(
    monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    """Tables and lines show question marks; JSON spells what it cannot carry."""
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding=encoding))

    through_table(ARABIC)
    terminal.say(ARABIC)
    terminal.data(ARABIC)
    sys.stdout.flush()

    *shown, data = raw.getvalue().decode(encoding).splitlines()
    assert sum("???? ?" in line for line in shown) == 2
    assert json.loads(data) == ARABIC


def test_an_error_names_its_store_once(capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence of a store that failed begins with it; that of a refused picture does not."""
    through_progress("exchange: refuses PUT")
    through_progress("it is no picture")

    assert capsys.readouterr().err.splitlines() == [
        "sameface: eve@x.test, exchange: refuses PUT",
        "sameface: eve@x.test, exchange: it is no picture",
    ]


def test_a_pipe_gets_each_line_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """What is read by programs is not broken, however long."""
    terminal.say(REASON * 3)

    assert capsys.readouterr().out == REASON * 3 + "\n"
