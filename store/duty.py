"""The port for the roster: who is on duty when, how each is reached, who was called and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from contract.duty import Shift, Way
from store.people import Deed

if TYPE_CHECKING:
    from store.ports import Outgoing

PERSON = "person/"
"""how the channel of whatever goes to one person begins"""
SHIFTS_MOST = 5_000
"""shifts of one city that are not over"""
TRIAL_US = 30 * 60 * 1_000_000
"""for so long the word of a trial may be answered"""

PAUSE_MOST_US = 30 * 60 * 1_000_000
"""for so long at most nobody watches whether the server lives"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message to one person. `said` is what the channel said last; `state` whether that was its last word."""

    key: str
    event: str
    person: str
    channel: str
    created_us: int
    settled_us: int | None
    state: Literal["waiting", "delivered", "abandoned"]
    said: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """Somebody outside who sounds an alarm when the city's server is silent, and when they last asked."""

    city: str
    name: str
    seen_us: int


class DutyStore(Protocol):
    """Shifts are added and taken away; each with its deed in one transaction."""

    def shifts(self, city: str, from_us: int, to_us: int) -> Sequence[Shift]:
        """Those that touch this time, by their beginning."""

    def put_shifts(self, city: str, shifts: Sequence[Shift], deed: Deed) -> int:
        """Keep all or none, and return how many are new: one that stands there already (person, rung, times) is not
        kept twice. Raises BadInput as `check_shift`, Rejected(reason="unknown_person") for who is not there or
        disabled, (reason="too_many") beyond SHIFTS_MOST."""

    def remove_shift(self, city: str, shift_id: str, deed: Deed) -> bool:
        """False where there is none: then nothing is written."""

    def ways(self, city: str) -> Sequence[Way]:
        """Of everybody who is there and not disabled, by person and channel."""

    def put_way(self, way: Way, deed: Deed) -> None:
        """One address a person and channel; another address has never been tried, whatever `verified_us` says.
        Raises Rejected(reason="unknown_person")."""

    def remove_way(self, city: str, person: str, channel: str, deed: Deed) -> bool:
        """False where there is none: then nothing is written."""

    def ask_trial(self, way: Way, digest: str, outgoing: Outgoing, now_us: int) -> bool:
        """Send a word by this way that the person answers with; `digest` is the word's. A new one makes the one before
        it void. False where the way is not there any more: then nothing is sent."""

    def answer_trial(self, city: str, person: str, digest: str, now_us: int) -> str:
        """The channel by which this word came, which works from now on; "" for a word that was not sent to this person
        or is older than TRIAL_US."""

    def way_works(self, city: str, person: str, channel: str, now_us: int) -> None:
        """The person has answered by it."""

    def sent_to_people(self, city: str, event: str, *, limit: int = 500) -> Sequence[Sent]:
        """What went to persons about an event, the newest first."""

    def severities(self, city: str) -> Mapping[str, str]:
        """Rule -> how grave it is, as the engine last noted."""

    def engine_until_us(self, city: str) -> int:
        """Until when the lease of the city's engine holds, which it prolongs as it turns; 0 for none ever."""

    def pause(self, city: str, until_us: int, deed: Deed) -> None:
        """Somebody works on the server until then, and whoever watches from outside keeps quiet. Raises BadInput beyond
        PAUSE_MOST_US from the deed's moment."""

    def paused_until_us(self, city: str) -> int:
        """0 for never."""

    def watcher_seen(self, watcher: Watcher) -> None: ...

    def watchers(self, city: str) -> Sequence[Watcher]:
        """By name."""
