"""What officers do with a case: take, answer, move, hand over, pause, merge, hide. Decided on what stands in the store
at that moment, and kept in one transaction with the line that says so.

Two officers who look at one case at once do not overwrite each other: who acts says what they saw (`seen_us`, the
case's `updated_us`), and where that is old they are told so and lose nothing but a second look. What a phone sends
again on a poor link carries the same key and happens once.

An officer's "done" is not the last word. While the event of the sensors is not over, the case is closed by the officer
and opened again by the sensors in the same breath, one step further up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

from complaints.dues import calendar_of, dues_of
from complaints.routing import agency_for, category_of
from contract.case import ENDED, CaseStatus, moves
from contract.city import Profile
from contract.clock import DAY_US
from contract.errors import BadInput, Rejected
from contract.masking import masked
from contract.promise import Pause, PauseReason
from contract.takedown import What
from store.cases import Case, CaseUpdate, CitizenReport, Moved, Sight
from store.ports import CityStore

SENSOR = "sensor"
RESIDENT = "warga"
REPLIES_A_DAY = 5
"""of one report"""
MOST_ESCALATED = 3
LONGEST = 2_000
VETO = {
    "id": "Ditutup petugas, tetapi sensor belum aman. Dibuka kembali.",
    "en": "Closed by an officer, but the sensors are not clear yet. Reopened.",
}
HEARD: dict[CaseStatus, dict[str, str]] = {
    "fixed_by_resident": {"id": "Warga menyatakan ini sudah selesai.", "en": "A resident says that this is done."},
    "confirmed": {"id": "Warga menyatakan ini belum selesai.", "en": "A resident says that this is not done."},
}
"""what everybody reads of a resident's word that moves a case; the word itself is for staff"""
_CLOSING: frozenset[CaseStatus] = frozenset({"fixed", "no_further_action"})


Decide = Callable[[Sight], Moved]


class Refused(BadInput):
    """What an officer wants cannot be. `code` names the reason for pages that speak two languages."""

    def __init__(self, code: str, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.code = code


class Stale(Refused):
    """Somebody else was at the case since it was looked at."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does something, when, and the key under which it happens once. `office` is what the public reads, `person`
    who of theirs, by id. `seen_us`: the case's `updated_us` as they saw it."""

    key: str
    person: str
    office: str
    at_us: int
    seen_us: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a deed. `again`: it had happened before, and nothing changed now."""

    case: Case
    again: bool
    vetoed: bool = False


class Casework:
    """One city's. Every deed raises Rejected for a case that there is not, or Refused with what cannot be."""

    def __init__(self, cities: CityStore, profile: Profile) -> None:
        self._cities = cities
        self._profile = profile
        self._calendar = calendar_of(profile)

    def take(self, number: str, deed: Deed) -> Done:
        """An officer makes a case theirs. Taking a colleague's is allowed, and the thread says so."""

        def decide(sight: Sight) -> Moved:
            case = _open(sight.case)
            status: CaseStatus = "confirmed" if case.status in ("submitted", "internal_referral") else case.status
            taken = replace(case, owner=deed.person, status=status, triaged_us=case.triaged_us or deed.at_us)
            words = {"id": "Sedang diperiksa petugas.", "en": "An officer is looking into it."}
            return self._moved(sight, taken, deed, words)

        return self._do(number, deed, decide)

    def look_at(self, number: str, deed: Deed, public: str = "") -> Done:
        """Triage: somebody has looked. `public` is what of the residents' words everybody may read, "" for none."""

        def decide(sight: Sight) -> Moved:
            case = _open(sight.case)
            status: CaseStatus = "confirmed" if case.status == "submitted" else case.status
            words = masked(_within(public, least=0))
            told = {"id": words, "en": words} if words else case.description
            seen = replace(case, triaged_us=case.triaged_us or deed.at_us, status=status, description=told)
            return self._moved(sight, seen, deed, {"id": "Laporan sudah diperiksa.", "en": "The report was checked."})

        return self._do(number, deed, decide)

    def answer(self, number: str, deed: Deed, text: str, *, english: str = "", inner: bool = False) -> Done:
        """A line for whoever follows the case, or for staff alone. The first public one is the city's answer.
        `english`: the same in English, where the words are not the officer's own."""

        def decide(sight: Sight) -> Moved:
            answered_us = sight.case.answered_us if inner else (sight.case.answered_us or deed.at_us)
            words = _within(text)
            told = {"id": words, "en": english or words}
            return self._moved(sight, replace(sight.case, answered_us=answered_us), deed, told, inner=inner)

        return self._do(number, deed, decide)

    def move(self, number: str, deed: Deed, status: CaseStatus, text: str) -> Done:
        """To another state, with a line that says why. A "done" while the sensors' event is not over is kept, and
        opened again by the sensors: `Done.vetoed`."""

        def decide(sight: Sight) -> Moved:
            case = sight.case
            if status != case.status and status not in moves(case.status, "officer"):
                raise Refused(
                    "moves",
                    f"a case that is {case.status} cannot become {status}",
                    where="status",
                    remedy="Look at the case again: somebody may have closed it meanwhile.",
                )
            words = _within(text)
            moved = replace(
                case,
                status=status,
                triaged_us=case.triaged_us or deed.at_us,
                answered_us=case.answered_us or deed.at_us,
                reopened=case.reopened + (case.status in ENDED and status not in ENDED),
            )
            return self._moved(sight, moved, deed, {"id": words, "en": words})

        return self._do(number, deed, decide)

    def hear(self, number: str, deed: Deed, text: str = "", status: CaseStatus | None = None) -> Done:
        """A resident's words, for staff alone to read; and, where `status` is one of HEARD, that it is done or is not,
        which everybody is told. What the sensors still see no resident ends."""

        def decide(sight: Sight) -> Moved:
            case = sight.case
            words = _within(text, least=0 if status else 1)
            both = {"id": words, "en": words}
            line = CaseUpdate(deed.key, number, deed.at_us, deed.at_us, case.status, both, RESIDENT, inner=True)
            if status is None or status == case.status:
                if not words:
                    raise Refused("moves", f"the case is {case.status} already", where="status", remedy="Say why.")
                said_us = max(deed.at_us, case.updated_us + 1)
                return Moved(replace(case, updated_us=said_us), [replace(line, said_us=said_us)], sight.pauses)
            if status not in HEARD or status not in moves(case.status, "resident"):
                raise Refused(
                    "moves",
                    f"a case that is {case.status} cannot become {status} by a resident's word",
                    where="status",
                    remedy="Look at the case again, or report anew.",
                )
            if sight.standing and status in ENDED:
                raise Refused("standing", "the sensors still see it", where="status", remedy="Say what you see.")
            reopened = case.reopened + (case.status in ENDED)
            heard = replace(case, status=status, reopened=reopened)
            moved = self._moved(sight, heard, replace(deed, office=RESIDENT, person=""), HEARD[status])
            if words:
                further = replace(line, key=f"{deed.key}/words", said_us=moved.case.updated_us, status=status)
                return replace(moved, updates=[*moved.updates, further])
            return moved

        return self._do(number, deed, decide)

    def hand_over(self, number: str, deed: Deed, agency: str, text: str) -> Done:
        """To another office. Its clock is the same clock: what one office lost the next one has not."""
        names = {one.code: one.name for one in self._profile.agencies}
        if agency not in names:
            raise Refused(
                "agency",
                f"{self._profile.name} has no agency {agency!r}",
                where="agency",
                remedy=f"Choose one of: {', '.join(names)}.",
            )

        reported = self._cities.reports(number)

        def decide(sight: Sight) -> Moved:
            case = _open(sight.case)
            if any(one.about_office for one in reported) and agency == self._answering(case):
                raise Refused(
                    "interest", f"a resident reports {agency} itself", where="agency", remedy="Choose another office."
                )
            if agency == case.agency:
                raise Refused(
                    "agency_same", f"the case is {agency}'s already", where="agency", remedy="Choose another office."
                )
            why = _within(text)
            words = {
                "id": f"Diteruskan ke {names[agency].id}. {why}",
                "en": f"Handed on to {names[agency].en}. {why}",
            }
            handed = replace(
                case,
                agency=agency,
                owner="",
                status="internal_referral",
                triaged_us=case.triaged_us or deed.at_us,
            )
            return self._moved(sight, handed, deed, words)

        return self._do(number, deed, decide)

    def _answering(self, case: Case) -> str:
        """Whose case it would be by its category and place."""
        return agency_for(self._profile, category_of(self._profile, case.category), case.region)

    def pause(self, number: str, deed: Deed, reason: PauseReason, text: str) -> Done:
        """The clock stands still, for a reason that everybody reads."""

        def decide(sight: Sight) -> Moved:
            case = _open(sight.case)
            if case.paused_us is not None:
                raise Refused("paused", "its clock stands still already", where="pause", remedy="Let it run first.")
            words = _within(text)
            paused = replace(case, paused_us=deed.at_us)
            pauses = [*sight.pauses, Pause(deed.at_us, None, reason, words)]
            return self._moved(sight, paused, deed, {"id": words, "en": words}, pauses)

        return self._do(number, deed, decide)

    def resume(self, number: str, deed: Deed) -> Done:
        """The clock runs again; what is due moves by what the pause took of the time that counts."""

        def decide(sight: Sight) -> Moved:
            if sight.case.paused_us is None:
                raise Refused("running", "its clock is running", where="pause", remedy="There is nothing to do.")
            words = {"id": "Pekerjaan dilanjutkan.", "en": "Work goes on."}
            return self._moved(sight, sight.case, deed, words, _ended(sight.pauses, deed.at_us))

        return self._do(number, deed, decide)

    def merge(self, number: str, deed: Deed, into: str) -> Done:
        """It is the same thing as another case, in which it goes on. Two cases of sensors are two events and stay
        two."""
        other = self._cities.case(into)
        if other is None or other.city != self._profile.code or other.duplicate_of or into == number:
            raise Refused(
                "into", f"there is no other case {into} to go on in", where="into", remedy="Check its number."
            )

        def decide(sight: Sight) -> Moved:
            case = _open(sight.case)
            if case.event is not None:
                raise Refused(
                    "into_sensors",
                    "the sensors' own case cannot be a double",
                    where="into",
                    remedy="Merge the residents' case into this one.",
                )
            words = {"id": f"Sama dengan {into}; lanjut di sana.", "en": f"The same as {into}; it goes on there."}
            return self._moved(sight, replace(case, status="duplicate", duplicate_of=into), deed, words)

        return self._do(number, deed, decide)

    def hide(self, number: str, deed: Deed, why: str) -> Done:
        """Out of public sight, as spam or on request. What the sensors filed is not hidden."""

        def decide(sight: Sight) -> Moved:
            _check_hidable(sight.case)
            words = _within(why)
            hidden = replace(sight.case, status="hidden", public=False)
            return self._moved(sight, hidden, deed, {"id": words, "en": words}, inner=True)

        return self._do(number, deed, decide)

    def taken_down(self, what: What, deed: Deed, why: str) -> Decide | None:
        """What becomes of a case of which words, or all of it, are taken out of public sight; None for a photo."""

        def decide(sight: Sight) -> Moved:
            _check_hidable(sight.case)
            emptied = replace(sight.case, description={})
            hidden = replace(emptied, status="hidden", public=False) if what == "case" else emptied
            return self._moved(sight, hidden, deed, {"id": why, "en": why}, inner=True)

        return None if what == "photo" else decide

    def reply(self, report: CitizenReport, key: str, text: str, at_us: int) -> Done:
        """What the one who reported writes back: for whoever works on the case and for themselves, without telephone
        and identity numbers. A clock that waits for them runs again. Officers at the case are not overtaken by it.
        Raises Refused for a case that is over, a report that was erased, and more than `REPLIES_A_DAY`."""
        deed = Deed(f"{report.id}/reply/{key}", report.id, RESIDENT, at_us)

        def decide(sight: Sight) -> Moved:
            if report.id in sight.erased:
                raise Refused("erased", "the reporter's data was erased", where="text", remedy="Report it anew.")
            case = _open(sight.case)
            words = masked(_within(text))
            told = {"id": words, "en": words}
            if any(one.until_us is None and one.reason == "reporter" for one in sight.pauses):
                return self._moved(sight, case, deed, told, _ended(sight.pauses, at_us), inner=True)
            line = CaseUpdate(deed.key, case.number, at_us, at_us, case.status, told, RESIDENT, True, report.id)
            return Moved(case, [line], sight.pauses)

        said = [one for one in self._cities.updates(report.number, inner=True) if one.person == report.id]
        if any(one.key == deed.key for one in said):
            return self._do(report.number, deed, decide)
        if sum(one.at_us > at_us - DAY_US for one in said) >= REPLIES_A_DAY:
            raise Refused("replies", f"{REPLIES_A_DAY} answers came within a day", remedy="Write again tomorrow.")
        return self._do(report.number, deed, decide)

    def _do(self, number: str, deed: Deed, decide: Decide) -> Done:
        def looked(sight: Sight) -> Moved:
            if deed.seen_us is not None and sight.case.updated_us != deed.seen_us:
                raise Stale(
                    "stale",
                    "somebody else was at this case since you looked",
                    where=number,
                    remedy="Look at it again; what you wrote is still in the form.",
                )
            return decide(sight)

        moved = self._cities.move_case(number, deed.key, looked)
        if moved is None:
            case = self._cities.case(number)
            if case is None:
                raise Rejected(f"there is no case {number}", reason="unknown_case")
            return Done(case, again=True)
        return Done(moved.case, again=False, vetoed=any(one.author == SENSOR for one in moved.updates))

    def _moved(
        self,
        sight: Sight,
        case: Case,
        deed: Deed,
        words: dict[str, str],
        pauses: Sequence[Pause] | None = None,
        *,
        inner: bool = False,
    ) -> Moved:
        """The case with its new dues, and its lines: the deed's, and the sensors' where they disagree."""
        at_us = max(deed.at_us, sight.case.updated_us + 1)
        kept = sight.pauses if pauses is None else pauses
        if case.status in ENDED:
            kept = _ended(kept, deed.at_us)
        updates = [
            CaseUpdate(deed.key, case.number, deed.at_us, at_us, case.status, words, deed.office, inner, deed.person)
        ]
        if case.status in _CLOSING and sight.standing:
            case = replace(
                case,
                status="confirmed",
                reopened=case.reopened + 1,
                escalated=min(MOST_ESCALATED, case.escalated + 1),
            )
            veto = CaseUpdate(f"{deed.key}/veto", case.number, deed.at_us, at_us + 1, "confirmed", VETO, SENSOR)
            updates.append(veto)
            at_us += 1
        if case.respond_due_us is not None or case.finish_due_us is not None:
            category = category_of(self._profile, case.category)
            case = replace(case, **asdict(dues_of(category.promise, case.opened_us, self._calendar, kept, deed.at_us)))
        closed_us = (case.closed_us if case.closed_us is not None else deed.at_us) if case.status in ENDED else None
        standing = next((one.from_us for one in kept if one.until_us is None), None)
        return Moved(replace(case, updated_us=at_us, closed_us=closed_us, paused_us=standing), updates, kept)


def appended(sight: Sight, update: CaseUpdate) -> Moved:
    """The case with one more line, in that line's state: over since then, or open; the clock of what is over does not
    stand still, for it has ended."""
    case, over = sight.case, update.status in ENDED
    closed_us = (case.closed_us if case.closed_us is not None else update.at_us) if over else None
    moved = replace(
        case,
        status=update.status,
        updated_us=max(case.updated_us, update.said_us),
        closed_us=closed_us,
        paused_us=None if over else case.paused_us,
    )
    return Moved(moved, [update], _ended(sight.pauses, update.at_us) if over else sight.pauses)


def _check_hidable(case: Case) -> None:
    if case.event is not None:
        raise Refused(
            "hide_sensors",
            "what the sensors filed is not hidden",
            where="status",
            remedy="Call the warning wrong, or silence the rule.",
        )


def _open(case: Case) -> Case:
    """The case. Raises BadInput for one that is over."""
    if case.status in ENDED:
        raise Refused(
            "closed", "the case is closed", where=case.number, remedy="Open it again first, if it is not done."
        )
    return case


def _within(text: str, least: int = 1) -> str:
    """What somebody wrote, trimmed. Raises BadInput where that is nothing or endless."""
    trimmed = text.strip()
    if not least <= len(trimmed) <= LONGEST:
        raise Refused("text", f"the text has {len(trimmed)} characters", where="text", remedy=f"Write 1 to {LONGEST}.")
    return trimmed


def _ended(pauses: Sequence[Pause], at_us: int) -> list[Pause]:
    """None of them lasts any more."""
    return [one if one.until_us is not None else replace(one, until_us=max(at_us, one.from_us)) for one in pauses]
