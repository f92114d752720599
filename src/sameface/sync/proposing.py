"""Plans that a person asks for: restore a version, undo a run, forget somebody."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sameface.errors import BadUsage, VaultFailed
from sameface.http import Clock
from sameface.jobs import listening
from sameface.settings import Settings
from sameface.sync.choosing import NO_PHOTO, Call
from sameface.sync.decide import REMOVED_BY_HAND
from sameface.sync.left import Left
from sameface.sync.leftovers import is_leftover
from sameface.sync.observe import Pass, observe, observe_people, unseen
from sameface.sync.pinning import policy_of, version_of
from sameface.sync.plan import Action, Hold, Plan, Verb
from sameface.sync.policy import Policy
from sameface.sync.remembering import remembering
from sameface.sync.run import Connectors, Watch, last_file, maybe_person, person_of
from sameface.sync.work import Work, silent
from sameface.values import Cell, Person, Standing, Version
from sameface.vault import Deed, Dossier, Vault

_FEW = 50
"""So many people are looked at one by one; stores list more of them with fewer requests."""

_DOUBT = "say whose it is first (docs/keep.md), or remove it there"

_UNTOUCHED = ("moved", "refused", "already there")
"""Outcomes of actions that wrote nothing."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan, about whom it is, and what it does not do though it was asked to."""

    plan: Plan
    people: tuple[Person, ...]
    left: tuple[Left, ...] = ()


async def restore(
    settings: Settings,
    connectors: Connectors,
    vault: Vault,
    clock: Clock,
    progress: Watch = silent,
    *,
    name: str,
    version: str,
) -> Proposal:
    """Put a version of somebody's into every store that may be written, and pin it there.

    `version` is how its digest begins. Errors: UnknownPerson, BadUsage (no such version, or the
    settings leave that person alone), VaultFailed, BlobLost, Interrupted.
    """
    with listening() as stop:
        work = Work(settings, connectors, vault, clock, stop, progress, silent)
        dossier, policy = await _seen(work, name)
        wanted = await version_of(vault, dossier.person, version)
        await vault.picture(wanted.digest)
        if policy.alone:
            raise BadUsage(
                f"{dossier.person.upn} is left alone, {policy.alone}; change that in "
                f"{settings.file.name} first."
            )
        if policy.pin is not None:
            raise BadUsage(
                f"{dossier.person.upn} is pinned in {settings.file.name}, and the next sync would "
                "put that photo back; change the pin there instead."
            )
        because = f"is given back version {wanted.digest[:8]}"
        aims = {c.store: (wanted.photo or wanted.digest, because) for c in dossier.cells}
        plan, left = await _toward(work, dossier, policy, aims)
        why = f"version {wanted.digest[:8]} was restored on {clock.now():%d %b %Y}"
        pin = Hold(dossier.person.id, wanted.photo or wanted.digest, why)
        return Proposal(_plan(work, "restore", plan, (pin,)), (dossier.person,), tuple(left))


async def undo(
    settings: Settings,
    connectors: Connectors,
    vault: Vault,
    clock: Clock,
    progress: Watch = silent,
    *,
    run: str,
) -> Proposal:
    """Put back what that run changed, as far as stores still show what it left.

    Its people are then left as they are until an authority changes. Errors: BadUsage where there
    is no such run or it wrote nothing, VaultFailed, Interrupted.
    """
    deeds = await vault.deeds(run)
    if deeds is None:
        latest = ", ".join(await vault.latest_runs()) or "none so far"
        raise BadUsage(f'There is no run "{run}"; the latest that wrote something: {latest}.')
    done = _merged(d for d in deeds if d.outcome not in _UNTOUCHED)
    if not done:
        raise BadUsage(f"Run {run} wrote nothing, so there is nothing to undo.")
    with listening() as stop:
        work = Work(settings, connectors, vault, clock, stop, progress, silent)
        passes = await _look_at(work, {deed.person for deed in done})
        whole = await policy_of(work, [p.store for p in passes if p.failure is not None])
        actions: list[Action] = []
        left: list[Left] = []
        pins: list[Hold] = []
        people: list[Person] = []
        for dossier in await vault.dossiers_of({deed.person for deed in done}):
            theirs = [deed for deed in done if deed.person == dossier.person.id]
            versions = await vault.versions(dossier.person.id)
            aims, moved = _back(dossier, theirs, versions, run)
            policy = whole.of_person(dossier.person, dossier.withheld)
            if policy.alone:
                why = f"is left alone, {policy.alone}"
                left += [Left(dossier.person.upn, one, Call.LEAVE, why) for one in aims]
                left += moved
                continue
            some, more = await _toward(work, dossier, policy, aims)
            actions += some
            left += [*moved, *more]
            why = f"run {run} was undone on {clock.now():%d %b %Y}"
            if some or not (moved or more):  # something is put back, or all of it is as it was
                pins.append(Hold(dossier.person.id, None, why))
            people.append(dossier.person)
        plan = _plan(work, "undo", actions, tuple(pins))
        return Proposal(plan, tuple(people), tuple(left))


async def forget(
    settings: Settings,
    connectors: Connectors,
    vault: Vault,
    clock: Clock,
    progress: Watch = silent,
    *,
    name: str,
) -> Proposal:
    """Remove somebody's photo from every store that allows it; the vault is `erase`d after that.

    Errors: UnknownPerson, BadUsage where the settings pin that person, VaultFailed, Interrupted.
    """
    _last_plan_may_go(vault)
    with listening() as stop:
        work = Work(settings, connectors, vault, clock, stop, progress, silent)
        dossier, policy = await _seen(work, name)
        for called, wishes in settings.policy.people:
            if wishes.pin is not None and called in policy.named(dossier.person):
                raise BadUsage(
                    f"{dossier.person.upn} is pinned in {settings.file.name}; take pin = "
                    f'"{wishes.pin}" out of the [[policy.people]] table of {called} first.'
                )
        because = "must not show somebody who is forgotten"
        aims = {cell.store: (None, because) for cell in dossier.cells}
        actions, left = await _toward(work, dossier, policy, aims)
        for doubt in await vault.review.doubts_like(dossier.person.id):
            why = f"an account that goes by a name of theirs keeps its photo: {doubt.why}; {_DOUBT}"
            left.append(Left(dossier.person.upn, doubt.account.store, Call.ASK, why))
        return Proposal(_plan(work, "forget", actions, ()), (dossier.person,), tuple(left))


async def erase(vault: Vault, clock: Clock, person: Person, run: str) -> tuple[str, ...]:
    """Remove everything about somebody from the vault; gives the hashes of their pictures.

    `run` is the one that emptied the stores. The last plan goes too: it may name the person.
    """
    async with vault.alone():
        last_file(vault).unlink(missing_ok=True)
        return await vault.erase(person.id, run, clock.now())


# ---------------------------------------------------------------------------


def _last_plan_may_go(vault: Vault) -> None:
    """What would keep the vault from being erased is found before any store is emptied."""
    if last_file(vault).is_dir():
        raise VaultFailed(
            f"{last_file(vault)} is a folder, where the last plan is kept; move it away first."
        )


Aim = tuple[str | None, str]
"""The photo a store is to show (None: no photo), and why."""


async def _seen(work: Work, name: str) -> tuple[Dossier, Policy]:
    """That person as the stores have them now, and what holds for them."""
    known = await maybe_person(work.vault, name)
    passes = await observe_people(work, [(known.upn if known else name, known)])
    person = await person_of(work.vault, known, name)
    (dossier,) = await work.vault.dossiers_of([person.id])
    policy = await policy_of(work, [p.store for p in passes if p.failure is not None])
    return dossier, policy.of_person(person, dossier.withheld)


async def _look_at(work: Work, ids: Collection[str]) -> tuple[Pass, ...]:
    """Look at these people; at everybody where one by one would take more requests than that."""
    if len(ids) > _FEW:
        passes = await observe(work)
        work.unless_stopped(unseen(work, passes))
        return passes
    people = [dossier.person for dossier in await work.vault.dossiers_of(ids)]
    return await observe_people(work, [(person.upn, person) for person in people])


async def _toward(
    work: Work, dossier: Dossier, policy: Policy, aims: Mapping[str, Aim]
) -> tuple[list[Action], list[Left]]:
    """The actions that bring these stores there, and where that cannot be done."""
    actions: list[Action] = []
    left: list[Left] = []
    person = dossier.person
    for cell in dossier.cells:
        if cell.store not in aims or cell.store not in policy.stores:
            continue
        photo, because = aims[cell.store]
        if photo is not None and cell.photo == photo and cell.standing is Standing.PHOTO:
            continue
        if photo is None and cell.standing in NO_PHOTO:
            continue
        call, why = _may(cell, policy, removes=photo is None)
        account = person.account(cell.store)
        if call is not None or account is None:
            left.append(Left(person.upn, cell.store, call or Call.LEAVE, why))
            continue
        known = (await work.vault.remembered(cell.store, [account.ref])).get(account.ref)
        shown = known.version if known and cell.standing is Standing.PHOTO else None
        verb = Verb.REMOVE if photo is None else Verb.WRITE
        actions.append(
            Action(
                person=person.id,
                name=person.upn,
                store=cell.store,
                account=account.ref,
                verb=verb,
                before=cell.photo if cell.standing is Standing.PHOTO and cell.photo else shown,
                after=photo,
                expected=cell.change_key,
                because=because,
            )
        )
    return actions, left


def _may(cell: Cell, policy: Policy, *, removes: bool) -> tuple[Call | None, str]:
    """None where Sameface may act there; else what it calls for, and why."""
    leave = policy.stores[cell.store]
    if cell.standing is Standing.UNKNOWN:
        return Call.UNKNOWN, cell.error or "could not be observed"
    if why := _left_out(cell.store, policy, removes=removes):
        return Call.LEAVE, why
    if leave.writes and (leave.removes or not removes):
        return None, ""
    if leave.writes:
        return Call.BY_HAND, f"does not let Sameface remove a photo: {REMOVED_BY_HAND}"
    if leave.by_hand is not None:
        by_hand = REMOVED_BY_HAND if removes else leave.by_hand
        return Call.BY_HAND, f"is not written by Sameface: {by_hand}"
    return Call.LEAVE, "stays as it is; Sameface only reads there"


def _left_out(store: str, policy: Policy, *, removes: bool) -> str:
    """Why nothing is done there, "" where it may be."""
    if store in policy.without:
        return "is left alone (exclude-stores)"
    if store in policy.withheld and not removes:
        return "gets no photo: the person withholds it from there"
    return ""


def _merged(deeds: Iterable[Deed]) -> list[Deed]:
    """One deed for each store of each person: from before the first to after the last."""
    found: dict[tuple[str, str], Deed] = {}
    for deed in deeds:
        place = (deed.person, deed.store)
        first = found.get(place, deed)
        found[place] = Deed(
            deed.person,
            deed.store,
            deed.verb,
            first.before,
            deed.after,
            deed.outcome,
            first.standing,
        )
    return list(found.values())


def _back(
    dossier: Dossier, deeds: Iterable[Deed], versions: Iterable[Version], run: str
) -> tuple[dict[str, Aim], list[Left]]:
    """What each store is to show again; and those that changed since the run."""
    photos = {version.digest: version.photo or version.digest for version in versions}
    photos |= {photo: photo for photo in photos.values()}
    cells = {cell.store: cell for cell in dossier.cells}
    aims: dict[str, Aim] = {}
    moved: list[Left] = []
    for deed in deeds:
        cell = cells.get(deed.store)
        before = deed.before and photos.get(deed.before, deed.before)
        after = deed.after and photos.get(deed.after, deed.after)
        if cell is not None and cell.standing is Standing.UNKNOWN:
            aims[deed.store] = before, ""
        elif cell is None:
            why = "has no such account any more"
            moved.append(Left(dossier.person.upn, deed.store, Call.UNKNOWN, why))
        elif deed.standing == Standing.PHOTO and deed.before is None:
            why = f"had no picture that can be put back before run {run}; it is left as it is"
            moved.append(Left(dossier.person.upn, deed.store, Call.UNKNOWN, why))
        elif before is not None and before not in photos and _photo(cell) != before:
            why = f"showed {before[:8]} before run {run}, which the vault does not keep any more"
            moved.append(Left(dossier.person.upn, deed.store, Call.UNKNOWN, why))
        elif is_leftover(cell) or _photo(cell) in (before, after):
            aims[deed.store] = before, f"is put back as it was before run {run}{_was(deed)}"
        else:
            why = f"got another photo since run {run}; it is left as it is"
            moved.append(Left(dossier.person.upn, deed.store, Call.UNKNOWN, why))
    return aims, moved


def _photo(cell: Cell) -> str | None:
    return cell.photo if cell.standing is Standing.PHOTO else None


def _was(deed: Deed) -> str:
    """How the store stood, where it had no photo before the run."""
    told = {
        Standing.NEVER: "; it never had a photo before",
        Standing.DELETED: "; its photo had been deleted before",
    }
    return told.get(Standing(deed.standing), "") if deed.standing and not deed.before else ""


def _plan(work: Work, verb: str, actions: Iterable[Action], pins: tuple[Hold, ...]) -> Plan:
    """The plan, with what whoever applies it should know first.

    Asked to stop while it was made, nobody gets it: its writes would follow after all.
    """
    work.unless_stopped()
    some = tuple(actions)
    now, warnings = work.clock.now(), tuple(remembering(some))
    return Plan(work.settings.organisation, now, some, pins, verb, warnings)
