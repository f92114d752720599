"""Decisions: one verdict per store, each with its reason, and never a needless write."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.vault.kit import HOUR, NOON

from sameface.settings import Conflict, OwnChoice, Removal, Wins
from sameface.sync import Call, Decision, Leave, Policy, decide
from sameface.sync.choosing import NO_PHOTO, by_stores, holds
from sameface.sync.decide import reached
from sameface.values import Account, Cell, Likeness, Person, Standing
from sameface.vault import Agreement, Pin

STORES = ("folder", "exchange", "sharepoint", "yammer")
ALICE = Person("p1", "Alice", "alice@x.test", tuple(Account(s, f"{s}-1") for s in STORES))


@st.composite
def cells_of(draw: st.DrawFn, store: str) -> Cell:
    """Anything that one store may hold."""
    standing = draw(st.sampled_from(list(Standing)))
    cell = Cell(store, standing, NOON, change_key=draw(st.sampled_from([None, "k1", "k2"])))
    if standing is not Standing.PHOTO:
        return cell
    photo = draw(st.sampled_from([None, "A", "B", "C"]))
    likeness = Likeness.SAME if photo else Likeness.CANNOT_TELL
    return replace(cell, photo=photo, likeness=likeness)


@st.composite
def agreements_of(draw: st.DrawFn, store: str) -> Agreement:
    """Anything that may have been agreed."""
    photo = draw(st.sampled_from([None, "A", "B"]))
    return Agreement("p1", store, photo, draw(st.sampled_from([None, "k1", "k2"])), NOON - HOUR)


def some_of(strategy: object) -> st.SearchStrategy[list[object]]:
    """For each of some stores, one of these."""
    subsets = st.lists(st.sampled_from(STORES), unique=True)
    return subsets.flatmap(lambda stores: st.tuples(*map(strategy, stores))).map(list)  # type: ignore[call-overload]


leaves = st.builds(
    Leave,
    st.booleans(),
    st.sampled_from([None, "the person uploads it"]),
    removes=st.booleans(),
    once=st.booleans(),
    reads=st.booleans(),
)
policies = st.builds(
    Policy,
    st.lists(st.sampled_from(STORES), unique=True).map(tuple),
    st.lists(st.sampled_from(STORES), unique=True).flatmap(
        lambda stores: st.fixed_dictionaries(dict.fromkeys(stores, leaves))
    ),
    st.frozensets(st.sampled_from(STORES)),
    wins=st.sampled_from(Wins),
    conflict=st.sampled_from(Conflict),
    removal=st.sampled_from(Removal),
    own_choice=st.sampled_from(OwnChoice),
    without=st.frozensets(st.sampled_from(STORES), max_size=1),
    excluded=st.sampled_from(["", "", "", "group board"]),
    pin=st.sampled_from([None, None, "A"]),
)
pins = st.none() | st.builds(
    Pin,
    st.just("p1"),
    st.sampled_from([None, "A", "B"]),
    st.sampled_from(["", "A", "B", "removed", "ask:folder"]),
    st.just(NOON),
    st.just("it was restored"),
)
cells = some_of(cells_of)
agreed = some_of(agreements_of)


@given(cells, agreed, policies, pins)
def test_every_connected_store_gets_one_verdict_with_a_reason(
    cells: list[Cell], agreed: list[Agreement], policy: Policy, pin: Pin | None
) -> None:
    """Whatever is observed, remembered and wished: an answer for each, and words for it."""
    decision = decide(ALICE, cells, agreed, policy, pin)

    judged = [verdict.store for verdict in decision.verdicts]
    held = [cell.store for cell in cells if cell.store in policy.stores]
    assert judged[: len(held)] == held
    assert len(judged) == len(set(judged))
    assert all(verdict.because for verdict in decision.verdicts)
    for verdict in decision.calling(Call.BY_HAND):
        assert verdict.because == f"{verdict.reason}: {verdict.remedy}"
    assert decision.because


@given(cells, agreed, policies, pins)
def test_nothing_is_written_that_may_not_be_or_is_there(
    cells: list[Cell], agreed: list[Agreement], policy: Policy, pin: Pin | None
) -> None:
    """Only to stores that may be written; never what they show already, never a guess."""
    decision = decide(ALICE, cells, agreed, policy, pin)
    held = {cell.store: cell for cell in cells}

    for action in decision.actions:
        cell, leave = held[action.store], policy.stores[action.store]
        assert leave.writes
        assert action.store not in policy.without
        assert not policy.excluded
        assert action.expected == cell.change_key
        assert cell.standing is not Standing.UNKNOWN
        if action.call is Call.REMOVE:
            assert leave.removes
            assert decision.emptied
            assert policy.removal is Removal.PROPAGATE
            assert cell.standing is Standing.PHOTO
        else:
            assert action.after == decision.wanted is not None
            assert action.after != action.before == cell.photo
            assert cell.likeness is Likeness.SAME
            assert cell.standing in NO_PHOTO or not leave.once


@given(cells, agreed, policies, pins)
def test_done_is_done(
    cells: list[Cell], agreed: list[Agreement], policy: Policy, pin: Pin | None
) -> None:
    """Once the writes have been made, and what was chosen is remembered, nothing is left to do."""
    first = decide(ALICE, cells, agreed, policy, pin)
    now, reached_now, pin_now = _after(first, cells, agreed, policy, pin)
    second = decide(ALICE, now, reached_now, policy, pin_now)

    assert second.actions == ()
    assert second.wanted == first.wanted
    open_ = (Call.BY_HAND, Call.ASK, Call.UNKNOWN)
    assert {v.store for v in second.calling(*open_)} == {v.store for v in first.calling(*open_)}


@given(cells, agreed, policies)
def test_what_is_shown_comes_from_the_first_authority_that_can_tell(
    cells: list[Cell], agreed: list[Agreement], policy: Policy
) -> None:
    """A lower authority, or none, has the word only where all higher ones have no photo."""
    plain = replace(
        policy,
        wins=Wins.AUTHORITY,
        conflict=Conflict.AUTHORITY,
        removal=Removal.ASK,
        own_choice=OwnChoice.OVERWRITE,
        pin=None,
    )
    decision = decide(ALICE, cells, agreed, plain)
    held = {c.store: c for c in cells if c.store in plain.stores and c.store not in plain.without}
    telling = [held[s] for s in plain.authorities if s in held and held[s].standing not in NO_PHOTO]

    assert decision.wanted is None or not telling or decision.wanted == telling[0].photo


@given(cells, agreed, policies, pins)
def test_agreements_are_what_was_found_and_new(
    cells: list[Cell], agreed: list[Agreement], policy: Policy, pin: Pin | None
) -> None:
    """Only stores that show what they should agree, and only what changed is remembered anew."""
    decision = decide(ALICE, cells, agreed, policy, pin)
    found = reached(decision, agreed, NOON)
    known = {a.store: (a.photo, a.change_key) for a in agreed}

    assert {a.store for a in found} <= {v.store for v in decision.calling(Call.NOTHING)}
    assert all(a.photo == decision.wanted for a in found)
    assert all(known.get(a.store) != (a.photo, a.change_key) for a in found)
    assert not (found and decision.emptied)


@given(cells, agreed, policies, st.sampled_from(["A", "B"]))
def test_a_pin_set_now_holds_now(
    cells: list[Cell], agreed: list[Agreement], policy: Policy, photo: str
) -> None:
    """Whatever the stores say, it is what they said when the pin was set."""
    held = {c.store: c for c in cells if c.store in policy.stores and c.store not in policy.without}
    base = by_stores(held, {a.store: a for a in agreed}, policy)

    assert holds(Pin("p1", photo, base.mark, NOON, "it was restored"), base)


def photo(store: str, name: str | None, key: str = "k1") -> Cell:
    """A cell that shows that photo, or one that nobody can tell."""
    likeness = Likeness.SAME if name else Likeness.CANNOT_TELL
    return Cell(store, Standing.PHOTO, NOON, name, likeness, key)


BOTH = Policy(("folder",), {"folder": Leave(False), "exchange": Leave(True)})


def reason(cell: Cell, *agreed: Agreement) -> tuple[Call, str]:
    """What exchange calls for, and why, where the folder shows A."""
    decision = decide(ALICE, (photo("folder", "A"), cell), agreed, BOTH)
    verdict = decision.verdicts[1]
    return verdict.call, verdict.because


def test_reasons_tell_one_difference_from_another() -> None:
    """Never had, deleted, a placeholder, another photo: each is said as it is."""
    told = {
        standing: reason(Cell("exchange", standing, NOON))[1]
        for standing in (Standing.NEVER, Standing.DELETED, Standing.NONE, Standing.PLACEHOLDER)
    }

    assert told == {
        Standing.NEVER: "never had a photo, unlike folder",
        Standing.DELETED: "had its photo deleted, unlike folder",
        Standing.NONE: "has no photo, unlike folder",
        Standing.PLACEHOLDER: "shows a placeholder, unlike folder",
    }
    assert reason(photo("exchange", "B"))[1] == "shows another photo than folder"


def test_reasons_tell_what_changed_since_the_last_agreement() -> None:
    """Drift and a newer original are different stories."""
    on_a = Agreement("p1", "exchange", "A", "k0", NOON - 24 * HOUR)
    on_b = Agreement("p1", "exchange", "B", "k0", NOON - 24 * HOUR)

    assert reason(photo("exchange", "B"), on_a)[1] == (
        "got another photo than folder since 22 Nov 2026"
    )
    assert reason(photo("exchange", "B"), on_b)[1] == (
        "still shows the photo of 22 Nov 2026, folder a newer one"
    )
    assert reason(Cell("exchange", Standing.NONE, NOON), on_a)[1] == (
        "lost the photo it had on 22 Nov 2026, unlike folder"
    )


KEPT = 'the photo of 23 Nov 2026 is no longer in folder, and the others keep it (removal = "keep")'
THREE = {**BOTH.stores, "yammer": Leave(False)}


@pytest.mark.parametrize(
    ("policy", "agreed", "why"),
    [
        (Policy(("folder", "yammer"), THREE), (), "yammer is the first authority that has a photo"),
        (Policy(("folder",), THREE, pin="A"), (), "it is pinned in the settings"),
        (Policy((), THREE, wins=Wins.NEWEST), (), "yammer has the newest photo"),
        (
            Policy(("folder", "yammer"), THREE, removal=Removal.KEEP),
            (Agreement("p1", "folder", "A", "k0", NOON),),
            KEPT,
        ),
    ],
)
def test_a_write_says_why_that_photo_is_the_right_one(
    policy: Policy, agreed: tuple[Agreement, ...], why: str
) -> None:
    """Where it is not simply the first authority's, whoever reads the plan is told whose it is."""
    empty = Cell("exchange", Standing.NONE, NOON)
    cells = (Cell("folder", Standing.NONE, NOON), photo("yammer", "A"), empty)

    into_none = decide(ALICE, cells, agreed, policy).verdicts[2]
    over_another = decide(ALICE, (*cells[:2], photo("exchange", "B", "k0")), agreed, policy)

    assert (into_none.call, into_none.after) == (Call.WRITE, "A")
    assert into_none.because == f"has no photo; {why}"
    if policy.wins is not Wins.NEWEST:
        assert over_another.verdicts[2].because.endswith(f"; {why}")


def test_what_nobody_can_tell_is_for_a_person() -> None:
    """Perhaps it is the same photo: it is neither overwritten nor passed over."""
    call, because = reason(photo("exchange", None))

    assert call is Call.ASK
    assert because == "may or may not show the same photo as folder: look at both, and replace one"


def test_without_an_authority_that_has_a_photo_agreement_is_enough() -> None:
    """Where the others show the same, nobody is asked; where they differ, somebody must be."""
    stores = {store: Leave(True) for store in ("exchange", "sharepoint")}
    policy = Policy(("folder",), stores)
    same = decide(ALICE, (photo("exchange", "A"), photo("sharepoint", "A")), (), policy)
    apart = decide(ALICE, (photo("exchange", "A"), photo("sharepoint", "B")), (), policy)

    assert {v.call for v in same.verdicts} == {Call.NOTHING}
    assert [v.call for v in apart.verdicts] == [Call.ASK, Call.LEAVE]
    assert apart.because == (
        "no authority has a photo, exchange and sharepoint do: put one into folder"
    )


def _after(
    decision: Decision,
    cells: list[Cell],
    agreed: list[Agreement],
    policy: Policy,
    pin: Pin | None,
) -> tuple[list[Cell], list[Agreement], Pin | None]:
    """Cells, agreements and pin once the decision's writes have been made."""
    done = {verdict.store: verdict.after for verdict in decision.actions}
    now = [_done(cell, done[cell.store]) if cell.store in done else cell for cell in cells]
    receipts = [Agreement("p1", store, after, "k9", NOON) for store, after in done.items()]
    kept = {a.store: a for a in (*agreed, *receipts, *reached(decision, agreed, NOON))}
    if decision.pin:
        held = {c.store: c for c in now if c.store in policy.stores}
        base = by_stores({s: c for s, c in held.items() if s not in policy.without}, kept, policy)
        pin = Pin("p1", decision.wanted, base.mark, NOON, decision.because)
    return now, list(kept.values()), pin


def _done(cell: Cell, after: str | None) -> Cell:
    if after is None:
        return Cell(cell.store, Standing.NONE, NOON, change_key="k9")
    return photo(cell.store, after, "k9")
