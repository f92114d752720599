"""A plan's page: every change with its two pictures and its reason, in one file."""

from __future__ import annotations

from tests.servers.memory_store import face

from sameface.views.plan import Change, Changes, Kept, plan_page

OLD, NEW = "a" * 64, "b" * 64
PEOPLE = [
    Changes(
        "alice@x.test",
        [
            Change("exchange", "write", OLD, NEW, "shows another photo than <folder>"),
            Change("yammer", "remove", "c" * 64, None, "still shows a photo"),
        ],
    ),
    Changes("bob@x.test", [Change("exchange", "write", None, NEW, "never had a photo")]),
]
PICTURES = {OLD: face("alice", 0, 96), NEW: face("alice", 1, 96)}


def page(people: list[Changes] = PEOPLE, *warnings: str) -> str:
    return plan_page("Contoso & Co", people, warnings, PICTURES, when="Now.", digest="0123")


def test_every_change_has_its_pictures_and_its_reason() -> None:
    """Before and after, each picture being in the file once, and words for what has none."""
    text = page()

    assert text.count('class="change"') == 3
    assert text.count("data:image/jpeg;base64,") == 2
    assert "before: no photo" in text
    assert "after: no photo" in text
    assert "before: a picture that is lost" in text
    assert "3 changes for 2 people" in text


def test_what_stores_say_is_text_and_nothing_else() -> None:
    """Names and reasons cannot become markup; no script and no address is in the page."""
    text = page([Changes("<b>@x.test", PEOPLE[0].changes)])

    assert "&lt;b&gt;@x.test" in text
    assert "&lt;folder&gt;" in text
    assert "Contoso &amp; Co" in text
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")


def test_warnings_come_first() -> None:
    """What cannot be taken back stands before the first change."""
    text = page(PEOPLE, "1 photo is removed from exchange.")

    assert text.index("1 photo is removed from exchange.") < text.index("alice@x.test")


def test_an_empty_plan_says_so() -> None:
    """Nothing to write is an answer too."""
    assert "Nothing to write" in page([])


def test_what_is_left_comes_last_by_what_it_calls_for() -> None:
    """The reason, whom it is of, and how many there are beyond those named; in no script."""
    left = [
        Kept("leave", "sharepoint", "is left alone (exclude-stores)", 1, ["dora@x.test"]),
        Kept("by hand", "yammer", "has no photo: <upload> it", 12, ["bob@x.test", "carla@x.test"]),
        Kept("unknown", "", "for another reason", 1, ["erik@x.test, exchange: broke off"]),
    ]

    text = plan_page("Contoso", PEOPLE, (), PICTURES, left=left, when="Now.", digest="0123")

    marks = [
        "alice@x.test</h2>",
        "Could not be observed",
        "erik@x.test, exchange: broke off",
        "Somebody has to change it there",
        "<b>yammer</b> of 12 people has no photo: &lt;upload&gt; it",
        "<li>carla@x.test</li>",
        "10 more, whom",
        "Left as it is</h2>",
        "<b>sharepoint</b> of 1 person is left alone",
    ]
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)
    assert "<script" not in text


def test_a_page_that_leaves_something_does_not_say_that_all_is_well() -> None:
    """Nothing to write, and yet something is to be done."""
    left = [Kept("by hand", "yammer", "has no photo", 1, ["bob@x.test"])]
    text = plan_page("Contoso", [], (), {}, left=left, when="Now.", digest="0123")

    assert "Nothing to write." in text
    assert "shows what it should" not in text
