"""The desk over HTTP: its buttons, its panels and pictures, its eras, its manners."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.tenant.conftest import Open
from tests.tenant.desk_kit import ROOT, Visitor, of
from tests.tenant.kit import Caller

from sameface.pictures import compare, fingerprint
from sameface.rules import rulebook_names
from sameface.values import Likeness

ERAS = rulebook_names()
ERA = "office365-2014"
SEARCH, PICKER, HOVER = (
    "sharepoint-people-search",
    "sharepoint-people-picker",
    "sharepoint-search-hover",
)
OUTLOOK, LYNC, SITE = "outlook-client", "lync-client", "sharepoint-my-site"


@pytest.fixture
def bob(caller: Caller) -> Visitor:
    """Bob at the desk of 2014, looking at Alice."""
    return Visitor(caller, ERA)


async def test_the_door_leads_to_the_tenants_own_era(open_tenant: Open) -> None:
    """`/_tenant/desk` is the era whose rules the tenant follows; every other is one link away."""
    caller = await open_tenant(rulebook=ERAS[0])
    answer = await caller.http.get(ROOT, follow_redirects=True)

    assert answer.url.path == f"{ROOT}/{ERAS[0]}"
    for era in ERAS:
        assert f'href="{ROOT}/{era}?' in answer.text


@pytest.mark.parametrize("era", ERAS)
async def test_everything_an_era_knows_is_on_its_page(caller: Caller, era: str) -> None:
    """A panel for every surface, and a button for every channel, action and switch of the rows."""
    visitor = Visitor(caller, era)
    page, book = await visitor.page(), visitor.stage.book
    pressed = set(re.findall(r'name="do" value="([^"]+)"', page.html))
    channels = {f"{verb}/{c.id}" for c in book.channels.values() for verb in c.does}

    assert page.panels.keys() == book.surfaces.keys()
    assert pressed == channels | set(book.actions)
    assert set(re.findall(r'name="option" value="([^"]+)"', page.html)) == set(book.options)


async def test_a_change_shows_where_the_rules_carry_it(bob: Visitor) -> None:
    """The seed: a change in Outlook is in Outlook and Lync, and not in SharePoint."""
    await bob.do("sign-in", client=LYNC)
    page = await bob.do("change/outlook-client", photo="B")

    assert page.seen()[LYNC] == page.seen()[HOVER] == ("photo B",)
    assert page.seen()[SEARCH] == ("photo A",)
    assert page.panels[SEARCH].place == "different"
    assert "Alice opens their own profile page" in page.panels[SEARCH].until
    assert any(
        "so the newest photo, B, is in Exchange" in one for one in page.panels[SEARCH].because
    )
    assert page.diary[:2] == ["Alice changed it in Outlook (photo B).", "Alice signs in to Lync."]


async def test_a_browser_keeps_search_results_but_not_the_picker(bob: Visitor) -> None:
    """The seed, with a browser that keeps what headers let it: search is stale, the picker new."""
    await bob.look_around()
    await bob.do("change/outlook-client", photo="B")
    await bob.do("visit")
    bob.asked.clear()
    page = await bob.look_around()
    search, picker = page.panels[SEARCH].shots[0], page.panels[PICKER].shots[0]

    assert (search[0], picker[0]) == ("photo A", "photo B")
    assert search[1] not in bob.asked
    assert picker[1] in bob.asked
    assert compare(fingerprint(bob.kept[search[1]]), fingerprint(bob.kept[picker[1]])) is (
        Likeness.DIFFERENT
    )


async def test_clearing_the_cache_changes_what_is_asked_for(bob: Visitor) -> None:
    """A cleared cache is another generation in the address; other viewers keep theirs."""
    emeka = bob.as_somebody("emeka")
    before, others = await bob.look_around(), await emeka.look_around()
    await bob.do("change/sharepoint-my-site", photo="B")
    after = await bob.do("clear-cache")

    assert after.panels[SEARCH].shots[0][1] != before.panels[SEARCH].shots[0][1]
    assert after.seen()[SEARCH] == ("photo B",)
    assert (await emeka.page()).panels[SEARCH].shots == others.panels[SEARCH].shots


async def test_one_file_has_one_address(bob: Visitor) -> None:
    """People search and the newsfeed show the same file, so one copy serves both (design 4)."""
    panels = (await bob.page()).panels

    assert panels[SEARCH].shots == panels["sharepoint-newsfeed"].shots
    assert panels[SEARCH].shots != panels[SITE].shots
    assert parse_qs(urlsplit(panels[PICKER].shots[0][1]).query).keys() == {"t"}


async def test_only_a_browsers_own_cache_is_left_to_it(bob: Visitor) -> None:
    """SharePoint's pictures may be kept for years, everything that the rules play not at all."""
    panels = (await bob.page()).panels
    answers = {s: await bob.http.get(panel.shots[0][1]) for s, panel in panels.items()}

    assert int(of(answers[SEARCH]).partition("max-age=")[2]) > 10**8
    assert of(answers[OUTLOOK]) == of(answers["yammer"]) == "no-store"
    assert (answers[LYNC].status_code, of(answers[LYNC])) == (404, "no-store")


async def test_a_browser_that_asks_again_has_forgotten(bob: Visitor) -> None:
    """A forced reload fetches the new picture: then the viewer's cache counts as cleared."""
    before = await bob.look_around()
    await bob.do("change/sharepoint-my-site", photo="B")
    assert (await bob.page()).seen()[SEARCH] == ("photo A",)
    bob.kept.clear()
    await bob.picture(before.panels[SEARCH].shots[0][1])
    page = await bob.look_around()

    assert page.seen()[SEARCH] == ("photo B",)
    assert page.diary[0].startswith("Your browser asked again")


async def test_an_unchanged_picture_is_not_sent_twice(bob: Visitor) -> None:
    """A browser that only makes sure hears 304, and nothing counts as forgotten."""
    src = (await bob.look_around()).panels[SEARCH].shots[0][1]
    tag = (await bob.http.get(src)).headers["etag"]
    answer = await bob.http.get(src, headers={"If-None-Match": tag})

    assert (answer.status_code, answer.content) == (304, b"")
    assert (await bob.page()).diary == []


async def test_looking_at_oneself_is_a_visit_that_waits(caller: Caller) -> None:
    """The own profile is not opened by the way: only its button makes SharePoint ask."""
    alice = Visitor(caller, ERA, me="alice")
    await alice.do("change/outlook-client", photo="B")
    page = await alice.look_around()
    assert (page.panels[SITE].place, page.panels[SITE].shots) == ("closed", ())
    assert page.seen()[SEARCH] == ("photo A",)
    opened = await alice.press("look", surface=SITE)

    assert opened.seen()[SITE] == ("photo B",)
    assert opened.seen()[PICKER] == ("photo B",)


async def test_a_refusal_is_told(bob: Visitor) -> None:
    """What the rules refuse, and what cannot be read, is told in the diary; nothing happens."""
    too_much = await bob.do("change/set-userphoto", photo="B", bytes="512001")
    assert "takes at most 512,000 bytes" in too_much.diary[0]
    broken = await bob.upload("set-userphoto", b"GIF89a, or so")
    assert broken.diary[0].startswith("That could not be done.")
    unknown = await bob.do("change/lync-cleint", photo="B")
    assert "lync-client" in unknown.diary[0]

    assert unknown.seen()[HOVER] == ("photo A",)


async def test_a_file_of_ones_own_is_shown(bob: Visitor, face: bytes) -> None:
    """An upload is served where its photo is seen, and called by a number, never by its digest."""
    page = await bob.upload("set-userphoto", face)
    called, src = page.panels[HOVER].shots[0]

    assert called == "upload 1"
    assert compare(fingerprint(await bob.picture(src)), fingerprint(face)) is Likeness.SAME
    assert "sha256" not in " ".join([*page.diary, *page.panels[SEARCH].because])


async def test_one_file_of_sharepoint_can_be_set_alone(bob: Visitor) -> None:
    """An upload into User Photos may name a file; the others stay."""
    page = await bob.do("change/user-photos-upload", photo="B", file="medium")

    assert (page.seen()[SEARCH], page.seen()[SITE]) == (("photo B",), ("photo A",))


async def test_a_switch_can_be_set(bob: Visitor) -> None:
    """The picker shows no pictures where it is not configured to."""
    page = await bob.do("set", option="picker-shows-pictures", value="off")

    assert page.seen()[PICKER] == ("no picture",)
    assert page.diary[0].endswith("picker-shows-pictures is now off.")


async def test_the_clock_goes_on_and_never_back(bob: Visitor) -> None:
    """By an offset or to a date; processes run meanwhile; the past and nonsense are told."""
    chitra = bob
    chitra.whom = "chitra"
    await chitra.do("change/dirsync", photo="B", bytes="9000")
    assert (await chitra.press("clock", by="3h")).seen()[HOVER] == ("photo B", "no picture")
    assert (await chitra.press("clock", by="1d")).seen()[HOVER] == ("photo B",)
    to = await chitra.press("clock", to="2014-03-09T08:30")
    assert "Sunday 9 March 2014, 08:30:00" in to.html
    wrong = ({"to": "2014-03-01T08:30"}, {"by": "soon"}, {"to": ""}, {"by": "999999999d"})
    for told in wrong:
        page = await chitra.press("clock", **told)
        assert page.diary[0].startswith("That could not be done.")
        assert "Sunday 9 March 2014, 08:30:00" in page.html


async def test_an_era_begins_anew(bob: Visitor) -> None:
    """Start anew: first photos, first day, no diary, and addresses no browser has seen."""
    first = await bob.look_around()
    await bob.do("change/sharepoint-my-site", photo="B")
    await bob.press("clock", by="1d")
    page = await bob.press("reset")

    assert set(page.seen().values()) == {("photo A",), ("no picture",)}
    assert "Monday 3 March 2014, 09:00:00" in page.html
    assert page.diary == []
    assert page.panels[SEARCH].shots[0][1] != first.panels[SEARCH].shots[0][1]


async def test_eras_are_worlds_of_their_own(caller: Caller) -> None:
    """What happens in one era is unknown to the others, to the organisation and to its log."""
    people = (await caller.http.get("/_tenant/people")).json()
    before = {era: (await Visitor(caller, era).page()).seen() for era in ERAS}
    for channel in ("yammer", "set-userphoto"):
        await Visitor(caller, ERA).do(f"change/{channel}", photo="B")
    after = {era: (await Visitor(caller, era).page()).seen() for era in ERAS}

    assert after[ERA] != before[ERA]
    assert {**after, ERA: None} == {**before, ERA: None}
    assert (await caller.http.get("/_tenant/people")).json() == people
    assert (await caller.http.get("/_tenant/requests")).json()["total"] == 0


async def test_the_tour_tells_the_seed(bob: Visitor) -> None:
    """Six stops: a change that stays away, a visit, two caches, a change that does not stick."""
    seen = [await _at(bob, "start")] + [await _at(bob, "next") for _ in range(5)]
    search, picker, hover, outlook = (
        [names[surface] for names in seen] for surface in (SEARCH, PICKER, HOVER, OUTLOOK)
    )
    a, b, c = ("photo A",), ("photo B",), ("photo C",)

    assert hover == [a, b, b, b, c, c]
    assert picker == [a, a, b, b, b, c]
    assert search == [a, a, a, b, b, b]
    assert outlook == [a, (*a, *b), (*a, *b), b, (*b, *c), (*b, *c)]
    assert [names["yammer"] for names in seen] == [a] * 6
    assert [names[LYNC] for names in seen] == [a, b, b, b, c, ("no picture",)]


async def _at(visitor: Visitor, go: str) -> dict[str, tuple[str, ...]]:
    await visitor.press("tour", go=go)
    page = await visitor.look_around()
    assert 'class="different lit"' in page.html or 'class="same lit"' in page.html
    return page.seen()


async def test_the_tour_goes_back(bob: Visitor) -> None:
    """Back is the stop before as it was, in the browser too; on again is as before."""
    there = [await _at(bob, "start")] + [await _at(bob, "next") for _ in range(5)]
    back = [await _at(bob, "back") for _ in range(5)]
    again = [await _at(bob, "next") for _ in range(5)]

    assert back == there[-2::-1]
    assert again == there[1:]
    assert "Stop " not in (await bob.press("tour", go="leave")).html


async def test_pages_run_nothing_but_our_own(bob: Visitor) -> None:
    """A strict policy, no inline script or style, nothing from elsewhere, no broken link."""
    answer = await bob.http.get(f"{ROOT}/{ERA}")
    policy = answer.headers["content-security-policy"]
    links = {*re.findall(r'(?:src|href|action)="([^"#]+)"', answer.text)}

    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r'<style|style="|<script(?! src=)|\son[a-z]+="|javascript:', answer.text)
    assert all(link.startswith(f"{ROOT}/") for link in links)
    for link in links - set(re.findall(r'action="([^"]+)"', answer.text)):
        status = (await bob.http.get(link.replace("&amp;", "&"))).status_code
        assert status == (404 if "photo=none" in link else 200), link


async def test_another_site_cannot_press(bob: Visitor) -> None:
    """A browser says when a form comes from elsewhere; nothing happens then."""
    answer = await bob.http.post(
        f"{ROOT}/{ERA}/do",
        data={"do": "change/yammer", "photo": "B"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert answer.status_code == 403
    assert (await bob.page()).diary == []


@pytest.mark.parametrize(
    "path",
    [
        "office365-2041",
        "static/desk.php",
        f"photos/{ERA}/alice/Z",
        f"photos/{ERA}/mallory/A",
        f"looks/{ERA}/bob/alice/delve",
        f"looks/{ERA}/bob/mallory/yammer",
        f"pictures/{ERA}/bob/x/browser/alice/yammer/none",
    ],
)
async def test_what_is_not_here_is_404(bob: Visitor, path: str) -> None:
    """Unknown eras, files, people, surfaces and addresses; the nearest name where there is one."""
    answer = await bob.http.get(f"{ROOT}/{path}")

    assert answer.status_code == 404


async def test_the_desk_goes_with_the_control(open_tenant: Open) -> None:
    """Without `/_tenant/` there is no desk."""
    caller = await open_tenant(people=1, control=False)

    assert (await caller.http.get(f"{ROOT}/{ERA}")).status_code == 404
