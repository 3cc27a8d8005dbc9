"""What is told of an engine's changes, and when. Pure: changes and time in, sayings out.

An engine says everything that happens; people are told what they can act on. A flood's first word, its levels, its
silence and its end never wait. Everything else is gathered event by event (`alerts.timing`), muted while something
graver explains it (`alerts.inhibit`), and bounded in each minute (`alerts.budget`): what is over the bound waits in
line and is told later if it is still so, and that it waits is itself said. Nothing of this touches what is kept.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from alerts.budget import Budget
from alerts.engine import Transition
from alerts.inhibit import Inhibition, Inhibitor, labels_of
from alerts.muted import Muted
from alerts.rules import Rule
from alerts.tellings import UNTOLD, Overflow, Saying, Tale, Telling, opening_of, telling_of
from alerts.timing import Entry, Reason, Standing, decide, due_us
from contract.clock import MINUTE_US, SECOND_US
from contract.incident import WATER, Incident, What, event_id
from contract.levels import Level
from store.ports import OVERFLOW, Placement

TOLD_PER_MIN = 60.0
_UPDATES = frozenset({What.RECOVERING, What.RELAPSED})
_GRAVE = frozenset({Level.AWAS, Level.SIAGA})


@dataclass(frozen=True, slots=True)
class Manners:
    """A city's own bounds: how many sayings a minute every channel gets at most, and what mutes what."""

    told_per_min: float = TOLD_PER_MIN
    inhibitions: tuple[Inhibition, ...] = ()


def _nobody(_opening: Transition) -> str:
    return ""


class Notifier:
    """One city's. `take` and `tick` add to `sayings`, `overflows` and `rows()`; once these are committed, call `kept`.
    Until then they stay, so that a store that is away loses nothing."""

    def __init__(self, city: str, places: Mapping[str, Placement], manners: Manners | None = None) -> None:
        manners = manners or Manners()
        self._city = city
        self._places = places
        self._inhibitor = Inhibitor(manners.inhibitions)
        self._budget = Budget(manners.told_per_min)
        self._tellings: dict[str, Telling] = {}
        self._muted = Muted()
        self._deadlines: list[tuple[int, str]] = []
        self._reminders: list[tuple[int, str]] = []
        self._line: list[tuple[bool, int, str]] = []
        self._waiting = 0
        self._overflow: dict[str, Any] | None = None
        self._spokesman: Transition | None = None
        self._dirty: set[str] = set()
        self.sayings: list[Saying] = []
        self.overflows: list[Overflow] = []
        self.held_back_ever = 0
        """how often something had to wait for the next minute, since the start"""

    # ------------------------------------------------------------ what happens

    def take(self, transitions: Iterable[Transition], now_us: int, acknowledged: Collection[str] = ()) -> None:
        """The engine changed something, and time passes (`tick`). Each transition is taken once."""
        for transition in transitions:
            if transition.incident.audience != "shadow":
                self._note(transition, now_us)
        self.tick(now_us, acknowledged)

    def tick(self, now_us: int, acknowledged: Collection[str] = ()) -> None:
        """Time passes. `acknowledged`: the events that somebody has taken on, looked at where `reminds`."""
        while self._line and self._budget.next_us(now_us) <= now_us:
            telling = self._tellings.get(heapq.heappop(self._line)[2])
            if telling is not None and telling.waiting:
                self._step_out(telling)
                self._flush(telling, now_us)
        for heap in (self._deadlines, self._reminders):
            while heap and heap[0][0] <= now_us:
                telling = self._tellings.get(heapq.heappop(heap)[1])
                if telling is not None and not telling.waiting and telling.is_due(now_us):
                    self._flush(telling, now_us, acknowledged=telling.event.id in acknowledged)
        self._tell_overflow(now_us)

    def next_us(self, now_us: int) -> int | None:
        """When `tick` is next worth calling, None while nothing waits."""
        found = [heap[0][0] for heap in (self._deadlines, self._reminders) if heap]
        found += [self._budget.next_us(now_us)] if self._line else []
        return min(found, default=None)

    def reminds(self, now_us: int) -> bool:
        """Whether the next `tick` may remind somebody of something."""
        return bool(self._reminders) and self._reminders[0][0] <= now_us

    def released(self, holds: Collection[str], now_us: int, held_by: Callable[[Transition], str] = _nobody) -> None:
        """Silences or windows of people are over: what they held and is still open is told now, unless another holds it
        (`held_by`)."""
        for hold in holds:
            self._unmute(hold, now_us, held_by)
        self.tick(now_us)

    def settled(self, incident: Incident, now_us: int) -> None:
        """An incident that nobody watches any more was ended, and that was said, by somebody else."""
        self._inhibitor.ended(incident.id)
        self._unmute(incident.id, now_us)
        telling = self._tellings.get(incident.event)
        if incident.id in self._muted:
            self._muted.take(incident.id)
        elif telling is not None:
            telling.over += 1
            telling.fresh = [one for one in telling.fresh if one.incident.id != incident.id]
            self._dirty.add(incident.event)
        if telling is not None and telling.opened <= telling.over and incident.event not in self._muted.events:
            self._drop(telling)

    def place(self, places: Mapping[str, Placement]) -> None:
        """The registry changed."""
        self._places = places

    # ------------------------------------------------------------ how it stands

    @property
    def held_back(self) -> int:
        """How many events wait for the next minute."""
        return self._waiting

    @property
    def muted(self) -> int:
        """How many open incidents are not told because something explains them, or somebody silenced them."""
        return len(self._muted)

    def announced(self, event: str) -> bool:
        """Whether anybody was told of this event; what is unknown here was told by an engine before this one."""
        telling = self._tellings.get(event)
        return event not in self._muted.events if telling is None else telling.told is not None

    def rows(self) -> dict[str, Mapping[str, Any] | None]:
        """What is to be kept of each event that was touched, None where it is to be forgotten."""
        found: dict[str, Mapping[str, Any] | None] = {}
        for event in self._dirty | self._muted.touched:
            found[event] = self._overflow if event == OVERFLOW else self._row(event)
        return found

    def _row(self, event: str) -> Mapping[str, Any] | None:
        telling = self._tellings.get(event)
        if telling is None:
            return UNTOLD if event in self._muted.events else None
        return telling.row()

    def unsaid(self) -> bool:
        """Whether there is anything to be committed."""
        return bool(self.sayings or self.overflows or self._dirty or self._muted.touched)

    def kept(self) -> None:
        """All of it is committed."""
        self.sayings, self.overflows, self._dirty = [], [], set()
        self._muted.touched.clear()

    # ------------------------------------------------------------ restart

    def restore(
        self,
        tales: Sequence[Tale],
        rows: Mapping[str, Mapping[str, Any]],
        rules: Sequence[Rule],
        now_us: int,
        held: Mapping[str, str] | None = None,
    ) -> None:
        """Go on from what the store knows. Sources of inhibition come first, so that what they mute stays muted.
        `held`: incidents that nobody was told of -> the silence or window that holds them."""
        known = {rule.id: rule for rule in rules}
        tales = [self._hold_again(tale, known, held or {}) for tale in tales]
        told = [
            (tale, telling_of(tale, known[tale.event.rule], rows.get(tale.event.id)))
            for tale in tales
            if tale.event.rule in known and tale.incidents and tale.incidents[0].audience != "shadow"
        ]
        for tale, telling in told:
            for incident in tale.incidents:
                if incident.open:
                    place = self._places.get(incident.node)
                    self._inhibitor.opened(incident.id, labels_of(incident, telling.rule, tale.event, place))
        for _, telling in told:
            self._resume(telling, now_us)
        kept = {tale.event.id for tale, _ in told} | set(self._muted.events) | {OVERFLOW}
        self._dirty |= rows.keys() - kept
        overflow = rows.get(OVERFLOW)
        if overflow is not None:
            lead = next((telling.lead for _, telling in told), None)
            self._overflow = None if lead is None else dict(overflow)
            self._dirty |= {OVERFLOW} if lead is None else set()
            self._spokesman = lead

    def _hold_again(self, tale: Tale, rules: Mapping[str, Rule], held: Mapping[str, str]) -> Tale:
        """The event as people know it: without what they were never told of, which stays muted."""
        rule = rules.get(tale.event.rule)
        for incident in tale.incidents:
            if incident.open and incident.id in held and rule is not None:
                self._muted.add(held[incident.id], opening_of(tale, rule, incident))
        return Tale(tale.event, [one for one in tale.incidents if one.id not in held])

    def _resume(self, telling: Telling, now_us: int) -> None:
        if telling.told is None and telling.ended is not None:
            self._dirty.add(telling.event.id)
            return
        self._tellings[telling.event.id] = telling
        self._mute_again(telling)
        standing = Standing(telling.opened, telling.over, len(telling.held))
        reason = decide(standing, telling.told, telling.rule.timing, now_us)
        if telling.told is None:
            self._mute_late(telling)
            self._arm(telling, max(telling.due_us, 1))
        elif reason is not None and reason is not Reason.REMINDER:
            waited = _waits_for_room(telling, reason)
            self._arm(telling, now_us if waited else due_us(reason, telling.told, telling.rule.timing, now_us))
        self._remind(telling)

    # ------------------------------------------------------------ one change

    def _note(self, transition: Transition, now_us: int) -> None:
        incident, what = transition.incident, transition.change.what
        if self._is_muted(transition, now_us):
            return
        if transition.change.held and what not in {What.OPENED, What.RESOLVED}:
            return  # somebody silenced it; its end is told all the same where its beginning was
        telling = self._telling(transition)
        telling.rule = transition.rule
        telling.event = replace(transition.event, recurs=transition.event.recurs or telling.event.recurs)
        if what is What.OPENED:
            telling.opened += 1
        elif what is What.RESOLVED:
            telling.over += 1
            telling.held.pop(incident.id, None)
            telling.said.pop(incident.id, None)
        if transition.ends:
            telling.ended = transition
        if telling.told is None:
            self._gather(telling, transition, now_us)
        elif incident.subject in WATER:
            self._flood(telling, transition, now_us)
        else:
            self._outage(telling, transition, now_us)

    def _telling(self, transition: Transition) -> Telling:
        known = self._tellings.get(transition.event.id)
        if known is None:
            known = self._tellings[transition.event.id] = Telling(transition.event, transition.rule, transition)
            if transition.change.what is not What.OPENED:
                # Announced by an engine that kept no rows: it goes on as announced.
                known.opened, known.told = 1, Entry(1, 0, transition.event.opened_us)
            self._dirty.add(transition.event.id)
        return known

    def _gather(self, telling: Telling, transition: Transition, now_us: int) -> None:
        """Nobody knows of it yet."""
        what = transition.change.what
        if what is What.OPENED:
            telling.fresh.append(transition)
        else:
            telling.fresh = [
                replace(one, incident=transition.incident) if one.incident.id == transition.incident.id else one
                for one in telling.fresh
                if not (what is What.RESOLVED and one.incident.id == transition.incident.id)
            ]
        if telling.ended is not None:
            self._drop(telling)
        elif is_grave(transition) or not telling.rule.timing.group_wait_s:
            self._flush(telling, now_us)
        elif not telling.due_us and telling.fresh:
            self._arm(telling, due_us(Reason.FIRST, None, telling.rule.timing, now_us))

    def _flood(self, telling: Telling, transition: Transition, now_us: int) -> None:
        """Levels, silence, the end and what people say of it are news; what plays about a clear mark is an update."""
        if transition.change.what not in _UPDATES or transition.change.source != "sensor":
            self._at_once(telling, transition, now_us)
            return
        self._hold(telling, transition)
        interval_us = round(telling.rule.timing.group_interval_s * SECOND_US)
        if telling.held and not telling.due_us:
            self._arm(telling, max(now_us, telling.updated_us + interval_us))

    def _outage(self, telling: Telling, transition: Transition, now_us: int) -> None:
        """The whole event is told; a change of a single point's only where it is alone. What is announced anew is news
        of its own."""
        what, timing = transition.change.what, telling.rule.timing
        if telling.ended is not None:
            self._flush(telling, now_us)
            return
        reason = {What.OPENED: Reason.GROWN, What.RESOLVED: Reason.FEWER}.get(what, Reason.UPDATE)
        if reason is Reason.UPDATE:
            is_one_of_many = telling.opened - telling.over > 1 and what is not What.UPDATED
            if is_one_of_many or str(what) not in telling.rule.texts:
                return
            self._hold(telling, transition)
        else:
            telling.lead = transition if what is What.OPENED else telling.lead
        at_us = due_us(reason, telling.told, timing, now_us)
        if not telling.due_us or at_us < telling.due_us:
            self._arm(telling, at_us)

    def _hold(self, telling: Telling, transition: Transition) -> None:
        incident = transition.incident.id
        what = transition.change.what
        if what is not What.UPDATED and telling.said.get(incident) is what:
            telling.held.pop(incident, None)  # it is again as it was told
        else:
            telling.held[incident] = transition
        self._dirty.add(telling.event.id)

    # ------------------------------------------------------------ muting

    def _is_muted(self, transition: Transition, now_us: int) -> bool:
        """Whether this change is not told now. What is muted is told when nothing mutes it any more and it is still
        open."""
        incident, what = transition.incident, transition.change.what
        if what is What.OPENED:
            by = transition.change.held or self._explained_by(transition)
            if by:
                self._muted.add(by, transition)
            return bool(by)
        if what is What.RESOLVED and self._inhibitor.ended(incident.id):
            self._unmute(incident.id, now_us)
        if incident.id not in self._muted:
            return False
        if what is What.RESOLVED:
            self._muted.take(incident.id)
            self._end_without(transition, now_us)
        else:
            self._muted.change(transition)
        return True

    def _explained_by(self, transition: Transition) -> str:
        """The id of the open incident that mutes this opening, which may mute others itself; empty where none does."""
        if not self._inhibitor.any:
            return ""
        incident = transition.incident
        labels = labels_of(incident, transition.rule, transition.event, self._places.get(incident.node))
        self._inhibitor.opened(incident.id, labels)
        return self._inhibitor.muted_by(incident.id, labels)

    def _end_without(self, transition: Transition, now_us: int) -> None:
        """A muted incident was the last of its event: what of the event was told is told to be over."""
        telling = self._tellings.get(transition.event.id)
        if telling is None or not transition.ends:
            return
        telling.event, telling.ended = transition.event, transition
        self._flush(telling, now_us)

    def _unmute(self, source: str, now_us: int, held_by: Callable[[Transition], str] = _nobody) -> None:
        """A source is over: what only it muted and is still open is told now."""
        openings = [self._muted.take(incident) for incident in self._muted.by(source)]
        for opening in openings:
            self._note(replace(opening, change=replace(opening.change, held=held_by(opening))), now_us)

    def _mute_late(self, telling: Telling) -> None:
        """What began while the first word was waited for may be explained by then."""
        if not self._inhibitor.any:
            return
        kept = []
        for one in telling.fresh:
            by = self._explained_by(replace(one, event=telling.event))
            if by:
                self._muted.add(by, one)
                telling.opened -= 1
            else:
                kept.append(one)
        telling.fresh = kept

    def _mute_again(self, telling: Telling) -> None:
        """After a restart: what opened since the last word and is explained was muted before."""
        untold = 0 if telling.told is None else telling.opened - telling.told.opened
        for one in telling.openings[-untold:] if untold else ():
            by = self._explained_by(one)
            if by:
                self._muted.add(by, one)
                telling.opened -= 1

    # ------------------------------------------------------------ saying

    def _at_once(self, telling: Telling, transition: Transition, now_us: int) -> None:
        """A line of a flood. Only what is not grave can be over the bound, and then waits as the event's digest."""
        ends = transition.change.what is What.RESOLVED
        if not (ends or is_grave(transition) or self._budget.take(now_us)):
            if transition.change.what is What.OPENED:
                telling.fresh.append(transition)
            else:
                telling.held[transition.incident.id] = transition
            self._wait_in_line(telling)
            return
        fresh = [one for one in telling.fresh if one.incident.id != transition.incident.id]
        waited = telling.waiting
        telling.held.pop(transition.incident.id, None)
        telling.said[transition.incident.id] = transition.change.what
        reason = Reason.ALL_CLEAR if transition.ends else Reason.UPDATE
        self._say(telling, Saying(reason, transition, telling.opened, telling.over, telling.number, True), now_us)
        if telling.ended is None:
            self._leave_untold(telling, fresh, waited, now_us)

    def _leave_untold(self, telling: Telling, fresh: list[Transition], waited: bool, now_us: int) -> None:
        """A line told of one gauge: what waits of its neighbours goes on to wait, at the place that it has in line."""
        telling.fresh = fresh
        telling.told = Entry(telling.opened - len(fresh), telling.over, now_us)
        if waited and (fresh or telling.held):
            telling.waiting = True
            self._waiting += 1

    def _flush(self, telling: Telling, now_us: int, *, acknowledged: bool = False) -> None:
        """Tell what there is to tell of an event by now."""
        telling.due_us = 0
        if telling.told is None:
            self._mute_late(telling)
        standing = Standing(telling.opened, telling.over, len(telling.held))
        reason = decide(standing, telling.told, telling.rule.timing, now_us, acknowledged=acknowledged)
        if telling.ended is not None:
            reason = None if telling.told is None else Reason.ALL_CLEAR
        elif reason is Reason.ALL_CLEAR:
            reason = None  # what is left of it is muted
        if reason is None:
            if telling.ended is not None:
                self._drop(telling)
            self._remind(telling, now_us)
            return
        transition = self._spoken_of(telling, reason)
        if not (is_grave(transition) or self._budget.take(now_us)):
            self._wait_in_line(telling)
            return
        line = reason is Reason.FIRST or (reason is Reason.UPDATE and len(telling.held) == 1)
        news = tuple(telling.held.values() if reason is Reason.UPDATE else telling.fresh)
        if reason is not Reason.REMINDER:
            telling.updated_us = now_us if reason is Reason.UPDATE else telling.updated_us
            telling.said |= {one: held.change.what for one, held in telling.held.items()}
            telling.held = {} if reason is Reason.UPDATE else _announced_anew(telling.held)
        self._say(telling, Saying(reason, transition, telling.opened, telling.over, telling.number, line, news), now_us)
        if telling.held and telling.ended is None and reason is not Reason.REMINDER:
            self._arm(telling, due_us(Reason.UPDATE, telling.told, telling.rule.timing, now_us))

    def _spoken_of(self, telling: Telling, reason: Reason) -> Transition:
        if reason is Reason.ALL_CLEAR and telling.ended is not None:
            return telling.ended
        if reason is Reason.FIRST and telling.fresh:
            first = next((one for one in telling.fresh if is_grave(one)), telling.fresh[0])
            return replace(first, event=telling.event)
        if reason is Reason.UPDATE and len(telling.held) == 1:
            return next(iter(telling.held.values()))
        return replace(telling.lead, event=telling.event)

    def _say(self, telling: Telling, saying: Saying, now_us: int) -> None:
        self._step_out(telling)
        self.sayings.append(saying)
        self._dirty.add(telling.event.id)
        telling.number += 1
        telling.told = Entry(telling.opened, telling.over, now_us)
        telling.lead = telling.lead if telling.lead.incident.open else saying.transition
        telling.fresh = []
        if telling.ended is not None:
            self._drop(telling)
        else:
            self._remind(telling)

    def _drop(self, telling: Telling) -> None:
        self._step_out(telling)
        self._tellings.pop(telling.event.id, None)
        self._dirty.add(telling.event.id)

    # ------------------------------------------------------------ waiting

    def _arm(self, telling: Telling, at_us: int) -> None:
        telling.due_us = at_us
        heapq.heappush(self._deadlines, (at_us, telling.event.id))

    def _remind(self, telling: Telling, from_us: int = 0) -> None:
        repeat_us = round(telling.rule.timing.repeat_interval_s * SECOND_US)
        if telling.told is not None and telling.ended is None and repeat_us:
            telling.remind_us = max(telling.told.at_us, from_us) + repeat_us
            heapq.heappush(self._reminders, (telling.remind_us, telling.event.id))

    def _wait_in_line(self, telling: Telling) -> None:
        """Floods stand before outages."""
        self._dirty.add(telling.event.id)
        if not telling.waiting:
            telling.waiting = True
            self._waiting += 1
            self.held_back_ever += 1
            heapq.heappush(self._line, (telling.event.subject not in WATER, self.held_back_ever, telling.event.id))
            self._spokesman = telling.lead

    def _step_out(self, telling: Telling) -> None:
        if telling.waiting:
            telling.waiting = False
            self._waiting -= 1

    def _tell_overflow(self, now_us: int) -> None:
        """That something is held back is said at once, then each minute how much, and that it is over."""
        now, held_back, lead = self._overflow, self._waiting, self._spokesman
        if lead is None or not (now or held_back):
            return
        if now is not None and held_back and now_us - now["at_us"] < MINUTE_US:
            return
        if now is None:
            now = {"event": event_id(self._city, OVERFLOW, OVERFLOW, now_us), "number": 0}
        self._dirty.add(OVERFLOW)
        said = {"at_us": now_us, "number": now["number"] + 1, "held_back": held_back}
        self._overflow = now | said if held_back else None
        self.overflows.append(Overflow(now["event"], held_back, now["number"], not held_back, lead))


def is_grave(transition: Transition) -> bool:
    """AWAS, SIAGA, and a high river that nobody sees any more: told whatever else there is to tell."""
    incident = transition.incident
    return incident.subject in WATER and (incident.level in _GRAVE or incident.dangerous)


def _announced_anew(held: Mapping[str, Transition]) -> dict[str, Transition]:
    """What is not said by telling that the event grew or eased."""
    return {one: transition for one, transition in held.items() if transition.change.what is What.UPDATED}


def _waits_for_room(telling: Telling, reason: Reason) -> bool:
    """Whether what nobody was told of waited for the next minute alone: of a flood all but what waits for its
    interval."""
    timed = reason is Reason.UPDATE and all(one.change.what in _UPDATES for one in telling.held.values())
    return telling.event.subject in WATER and not timed
