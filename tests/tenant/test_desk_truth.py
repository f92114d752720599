"""The desk tells what the interpreter says: button by button, and picture by picture."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tenant.desk_kit import ROOT, Page, Visitor, drawn
from tests.tenant.kit import Caller

from sameface.documents import Table
from sameface.rules import Photo, World, load_rulebook, rulebook_names
from sameface.rules.steps import FIELDS, read_step
from sameface.tenant.calls import Call
from sameface.tenant.desk import wire
from sameface.tenant.desk.cast import CAST
from sameface.values import iso
from sameface.views.narrative import with_alternatives

ERAS = rulebook_names()
STEPS = 60


def world(era: str) -> World:
    """The cast under an era's rules, without any desk."""
    book = load_rulebook(era)
    found = World(book, book.dated, names={role.member.id: role.member.name for role in CAST})
    for role in CAST:
        found.add(role.member.id, Photo("A") if role.has_photo else None, role.options(book))
    return found


def told(found: World, me: str, whom: str) -> dict[str, tuple[tuple[str, ...], str]]:
    """What is seen on every surface that is open to be looked at, and all ways in which it ends."""
    seen = {}
    for row in found.book.surfaces.values():
        if not (row.owner_views_large and me == whom):
            sighting = found.peek(me, row.id, whom)
            names = tuple("no picture" if n is None else f"photo {n}" for n in sighting.photos)
            seen[row.id] = (names, with_alternatives(sighting.until))
    return seen


def shown(page: Page) -> dict[str, tuple[tuple[str, ...], str]]:
    """The same as the page tells it; its heading of an end is a word or two before the sentence."""
    return {
        surface: (panel.called, panel.until)
        for surface, panel in page.panels.items()
        if panel.shots
    }


def agree(page: Page, found: World, me: str, whom: str) -> None:
    expected, there = told(found, me, whom), shown(page)
    assert there.keys() == expected.keys()
    for surface, (names, until) in expected.items():
        assert there[surface][0] == names, surface
        assert there[surface][1].lower().endswith(until.lower()), surface


def presses(page: Page) -> list[dict[str, str]]:
    """Every way to press a button that does something: the fields that its form would send."""
    found = []
    for form in re.findall(r"<form[^>]*/do\".*?</form>", page.html, re.DOTALL):
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        for name in ("client", "process"):
            choices = re.findall(
                rf'<select name="{name}".*?<option value="([^"]+)"', form, re.DOTALL
            )
            fields |= {name: choices[0]} if choices else {}
        if "multipart" in form:
            fields["photo"] = "B"
        for name, value in re.findall(r'<button name="(do|value)" value="([^"]+)"', form):
            found.append({**fields, name: value})
    return found


def step(press: dict[str, str]) -> dict[str, object]:
    """The scenario step that a press means."""
    verb, _, channel = press["do"].partition("/")
    given: dict[str, object] = {
        **press,
        "person": press["whom"],
        "viewer": press["me"],
        "page": "own-profile",
        "channel": channel,
    }
    if "value" in press:
        given["value"] = {"on": True, "off": False}.get(press["value"], press["value"])
    return {"do": verb, **{name: given[name] for name in FIELDS[verb] if name in given}}


@pytest.mark.parametrize("era", ERAS)
async def test_each_button_does_what_the_interpreter_says(caller: Caller, era: str) -> None:
    """After any button, every panel tells the photos and the end that the rules alone tell."""
    visitor = Visitor(caller, era, me="bob", whom="alice")
    buttons = presses(await visitor.page())
    for press in buttons:
        await visitor.press("reset")
        alone = world(era)
        event = read_step(Table(step(press), "the test", ""), alone.book, set(alone.people)).event
        alone.do(event)
        agree(await visitor.press("do", **press), alone, "bob", "alice")

    assert len(buttons) > 20


@pytest.mark.parametrize("era", ERAS)
async def test_pictures_and_sightings_agree(caller: Caller, era: str) -> None:
    """Whatever is pressed, a browser shows, as bytes, what the panel says: old copies included."""
    dice = random.Random(era)
    visitor = Visitor(caller, era)
    await visitor.press("tour", go="start")
    for _ in range(STEPS):
        await press_anything(visitor, dice)
        page = await visitor.look_around()
        for panel in page.panels.values():
            for called, src in panel.shots:
                picture = await visitor.picture(src)
                if called != "no picture":
                    assert picture == await drawn(visitor, called, picture), (called, src)


async def press_anything(visitor: Visitor, dice: random.Random) -> None:
    """Somebody at the desk who does not think."""
    if dice.random() < 0.15:
        visitor.me, visitor.whom = dice.choice(("bob", "alice")), dice.choice(("alice", "diego"))
        return
    if dice.random() < 0.2:
        await visitor.press("clock", by=dice.choice(("10s", "1h", "3h", "1d")))
    elif dice.random() < 0.2:
        await visitor.press("tour", go=dice.choice(("next", "back")))
    else:
        press = dice.choice(presses(await visitor.page()))
        if "photo" in press:
            press["photo"] = dice.choice("ABCDEF")
        await visitor.press("do", **press)


async def test_a_page_tells_when_it_is(caller: Caller) -> None:
    """The clock of an era begins with its rulebook's date."""
    for era in ERAS:
        dated = load_rulebook(era).dated
        page = await Visitor(caller, era).page()
        assert f'datetime="{dated.isoformat()}"' in page.html, iso(dated)


@given(st.binary(max_size=300), st.text(st.characters(codec="utf-8"), max_size=30))
def test_a_form_is_read_as_it_was_sent(picture: bytes, text: str) -> None:
    """Multipart is taken apart at its boundary and nowhere else: every byte of a file arrives."""
    body = (
        b'--edge\r\nContent-Disposition: form-data; name="do"\r\n\r\n'
        + text.encode()
        + b'\r\n--edge\r\nContent-Disposition: form-data; name="picture"; filename="a.jpg"\r\n'
        + b"Content-Type: image/jpeg\r\n\r\n"
        + picture
        + b"\r\n--edge--\r\n"
    )
    headers = {"content-type": "multipart/form-data; boundary=edge"}
    call = Call("POST", ROOT, "", headers, body, "", load_rulebook(ERAS[0]).dated, "")
    form = wire.form(call)

    assert (form.get("do"), form.picture) == (text, picture)
