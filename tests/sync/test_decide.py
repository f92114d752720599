"""Decisions: one verdict per store, each with its reason, and never a needless write."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.vault.kit import HOUR, NOON

from sameface.sync import Call, Decision, Leave, Policy, decide
from sameface.sync.decide import NO_PHOTO, reached
from sameface.values import Account, Cell, Likeness, Person, Standing
from sameface.vault import Agreement

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


leaves = st.builds(Leave, st.booleans(), st.sampled_from([None, "the person uploads it"]))
policies = st.builds(
    Policy,
    st.lists(st.sampled_from(STORES), unique=True).map(tuple),
    st.lists(st.sampled_from(STORES), unique=True).flatmap(
        lambda stores: st.fixed_dictionaries(dict.fromkeys(stores, leaves))
    ),
    st.frozensets(st.sampled_from(STORES)),
)
cells = some_of(cells_of)
agreed = some_of(agreements_of)


@given(cells, agreed, policies)
def test_every_connected_store_gets_one_verdict_with_a_reason(
    cells: list[Cell], agreed: list[Agreement], policy: Policy
) -> None:
    """Whatever is observed, remembered and wished: an answer for each, and words for it."""
    decision = decide(ALICE, cells, agreed, policy)

    judged = [verdict.store for verdict in decision.verdicts]
    held = [cell.store for cell in cells if cell.store in policy.stores]
    assert judged[: len(held)] == held
    assert len(judged) == len(set(judged))
    assert all(verdict.because for verdict in decision.verdicts)
    assert decision.because


@given(cells, agreed, policies)
def test_nothing_is_written_that_may_not_be_or_is_there(
    cells: list[Cell], agreed: list[Agreement], policy: Policy
) -> None:
    """Only to stores that may be written; never what they show already, never a guess."""
    decision = decide(ALICE, cells, agreed, policy)
    held = {cell.store: cell for cell in cells}

    for action in decision.actions:
        cell = held[action.store]
        assert policy.stores[action.store].writes
        assert action.after == decision.wanted is not None
        assert action.after != action.before == cell.photo
        assert action.expected == cell.change_key
        assert cell.standing is not Standing.UNKNOWN
        assert cell.likeness is Likeness.SAME


@given(cells, agreed, policies)
def test_done_is_done(cells: list[Cell], agreed: list[Agreement], policy: Policy) -> None:
    """Once the writes have been made, there is nothing more to write."""
    first = decide(ALICE, cells, agreed, policy)
    second = decide(ALICE, *_after(first, cells, agreed), policy)

    assert second.actions == ()
    assert second.wanted == first.wanted
    assert {v.store for v in second.calling(Call.BY_HAND, Call.ASK, Call.UNKNOWN)} == {
        v.store for v in first.calling(Call.BY_HAND, Call.ASK, Call.UNKNOWN)
    }


@given(cells, agreed, policies)
def test_what_is_shown_comes_from_the_first_authority_that_can_tell(
    cells: list[Cell], agreed: list[Agreement], policy: Policy
) -> None:
    """A lower authority, or none, has the word only where all higher ones have no photo."""
    decision = decide(ALICE, cells, agreed, policy)
    held = {cell.store: cell for cell in cells if cell.store in policy.stores}
    telling = [
        held[s] for s in policy.authorities if s in held and held[s].standing not in NO_PHOTO
    ]

    assert decision.wanted is None or not telling or decision.wanted == telling[0].photo


@given(cells, agreed, policies)
def test_agreements_are_what_was_found_and_new(
    cells: list[Cell], agreed: list[Agreement], policy: Policy
) -> None:
    """Only stores that show what they should agree, and only what changed is remembered anew."""
    decision = decide(ALICE, cells, agreed, policy)
    found = reached(decision, agreed, NOON)
    known = {a.store: (a.photo, a.change_key) for a in agreed}

    assert {a.store for a in found} <= {v.store for v in decision.calling(Call.NOTHING)}
    assert all(a.photo == decision.wanted for a in found)
    assert all(known.get(a.store) != (a.photo, a.change_key) for a in found)


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
        Standing.NEVER: "never had a photo",
        Standing.DELETED: "had its photo deleted",
        Standing.NONE: "has no photo",
        Standing.PLACEHOLDER: "shows a placeholder",
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
        "lost the photo it had on 22 Nov 2026"
    )


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
    decision: Decision, cells: list[Cell], agreed: list[Agreement]
) -> tuple[list[Cell], list[Agreement]]:
    """Cells and agreements once the decision's writes have been made."""
    written = {verdict.store: verdict.after for verdict in decision.actions}
    now = [
        photo(cell.store, written[cell.store], "k9") if cell.store in written else cell
        for cell in cells
    ]
    receipts = [Agreement("p1", store, after, "k9", NOON) for store, after in written.items()]
    kept = {a.store: a for a in (*agreed, *receipts, *reached(decision, agreed, NOON))}
    return now, list(kept.values())
