"""A city is upgraded: its database while somebody pulls the plug, its nodes later than its servers.

Each round migrates a filled database of the first release, SQLite and PostgreSQL in turn, and kills the migrating
process (-9) at a random one of its statements or about its commit, one to three times. After each kill the schema is
the old one or the new one, a stage refuses the old one in a sentence, and every recorded row is there. Then the
migration is run to its end. Beside the rounds: the recorded messages of version 1 against today's ingest, and today's
answers against the schemas that version 1 has published; a spool of an agent of then under today's, and today's under
an agent of then.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections import Counter
from dataclasses import dataclass, field

from contract.clock import SECOND_US
from contract.errors import BadInput, PortError
from faults import old_nodes, old_spools
from faults.laboratory import Laboratory
from faults.parts import old_database, tiny_city
from faults.parts.migrating import COMMIT, migration
from faults.parts.must import must
from faults.parts.postgres import Postgres, postgres
from faults.parts.stages import siaga
from faults.result import Result
from store import open_city
from store.ports import Outgoing

OLD = "0001"
_NEWER = "9999"
_COMMITTING_S = 0.02
"""a commit is over by then"""
_SAY_EVERY_US = 5 * SECOND_US


def run(laboratory: Laboratory) -> Result:
    """See `faults.register`."""
    result = laboratory.result()
    old_nodes.try_them(result, laboratory.room("wire"))
    old_spools.try_them(result, laboratory.room("spools"))
    laboratory.say("old nodes at a new city, old spools under a new agent: done")
    with contextlib.ExitStack() as stack:
        kinds: list[_Sqlite | _OnPostgres] = [_Sqlite(laboratory), _OnPostgres(stack.enter_context(postgres()))]
        trials = [_Trial(laboratory, result, kind) for kind in kinds]
        said_us = laboratory.clock.mono_us()
        for number in range(laboratory.rounds):
            trials[number % 2].round(number)
            if laboratory.clock.mono_us() - said_us > _SAY_EVERY_US:
                laboratory.say(f"{number + 1} of {laboratory.rounds}")
                said_us = laboratory.clock.mono_us()
        for trial in trials:
            trial.refuses_a_newer_one()
            if not laboratory.short or trial is trials[0]:
                trial.a_stage_refuses_an_old_one()
            result.figures.update(trial.figures())
    return result


class _Sqlite:
    """Each round a new copy of one filled file."""

    name = "SQLite"

    def __init__(self, laboratory: Laboratory) -> None:
        self._folder = laboratory.room("databases")
        self._template = self._folder / "old.db"
        old_database.fill(f"sqlite:///{self._template}", OLD)
        self._made = 0

    def filled(self) -> str:
        self._made += 1
        made = self._folder / f"{self._made}.db"
        shutil.copy(self._template, made)
        return f"sqlite:///{made}"

    def empty(self) -> str:
        self._made += 1
        return f"sqlite:///{self._folder}/{self._made}.db"


class _OnPostgres:
    """The same on a real server, which a template copies."""

    name = "PostgreSQL"

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._template = server.empty()
        old_database.fill(self._template, OLD)

    def filled(self) -> str:
        return self._server.copy_of(self._template)

    def empty(self) -> str:
        return self._server.empty()


@dataclass
class _Trial:
    """The rounds on one kind of database."""

    laboratory: Laboratory
    result: Result
    kind: _Sqlite | _OnPostgres
    left: Counter[str] = field(default_factory=Counter)
    midway: int = 0

    def __post_init__(self) -> None:
        """Learn what old and new are, from databases that nobody disturbs, and how many statements lie between."""
        url = self.kind.filled()
        self._old = old_database.schema(url)
        self._rows = old_database.recorded(OLD)
        must(old_database.held(url, OLD) == self._rows, f"{self.kind.name} does not hold what was recorded")
        with migration(url, 0) as process:
            self._statements = process.mark().number
        fresh = self.kind.empty()
        open_city(fresh).close()
        self._new = old_database.schema(fresh)
        must(self._old != self._new, "there is nothing to migrate")
        self._expect(old_database.schema(url) == self._new, "an upgraded schema is not the one of a new city")

    def round(self, number: int) -> None:
        """One filled database, killed until it has had enough, then brought to its end."""
        rng = self.laboratory.rng
        url = self.kind.filled()
        for _ in range(rng.randint(1, 2 if self.laboratory.short else 3)):
            stop = rng.choice((rng.randint(1, self._statements), COMMIT))
            self._killed(url, stop if rng.random() < 0.5 else -stop, rng.uniform(0, _COMMITTING_S))
            found = old_database.schema(url)
            which = {self._old: "old", self._new: "new"}.get(found, "half")
            self.left[which] += 1
            self._expect(which != "half", f"round {number}: a half schema was left ({found[:40]}…)")
            self._expect(old_database.held(url, OLD) == self._rows, f"round {number}: rows were changed or lost")
            if which == "old":
                self._refuses(url, f"the schema is {OLD} and this version needs", migrate=False)
        try:
            open_city(url).close()
        except PortError as failure:
            self._expect(False, f"round {number}: running it again fails: {failure}")
            return
        self._expect(old_database.schema(url) == self._new, f"round {number}: running it again did not complete it")
        self._expect(old_database.held(url, OLD) == self._rows, f"round {number}: the upgrade changed or lost rows")
        self._works(url, number)

    def refuses_a_newer_one(self) -> None:
        """An older program neither migrates nor opens what a newer one has left, and touches nothing of it."""
        url = self.kind.filled()
        open_city(url).close()
        old_database.claim(url, _NEWER)
        before = old_database.schema(url)
        for migrate in (True, False):
            self._refuses(url, f"the schema is {_NEWER}, newer than this version's", migrate=migrate)
        self._expect(old_database.schema(url) == before, "a newer schema was touched")

    def a_stage_refuses_an_old_one(self) -> None:
        """`siaga ingest` on the old schema: exit 2, and one sentence that names the remedy."""
        url = self.kind.filled()
        folder = self.laboratory.room(f"stage-{self.kind.name}")
        tiny_city.write(folder / "cities")
        said = siaga({**tiny_city.settings(folder), "SIAGA_CITY_URL": url}, "ingest")
        sentence = said.stderr.strip()
        asked = f"the schema is {OLD} and this version needs" in sentence and "`siaga city apply`" in sentence
        alone = sentence.count("\n") == 0 and "Traceback" not in sentence
        self._expect(said.returncode == 2 and asked and alone, f"a stage on an old schema said: {sentence[-300:]}")
        self._expect(old_database.schema(url) == self._old, "a stage touched an old schema")

    def figures(self) -> dict[str, int]:
        """What the kills met."""
        name = self.kind.name.lower()
        return {
            f"{name}_kills": self.left.total(),
            f"{name}_kills_midway": self.midway,
            f"{name}_left_old": self.left["old"],
            f"{name}_left_new": self.left["new"],
            f"{name}_left_half": self.left["half"],
            f"{name}_statements": self._statements,
        }

    def _killed(self, url: str, stop: int, after_s: float) -> None:
        """Kill where it stands still (`stop` > 0), or some moment after it has passed there."""
        with migration(url, stop) as process:
            mark = process.mark()
            if stop < 0:
                threading.Event().wait(after_s)
            process.kill()
        self.midway += mark.midway

    def _refuses(self, url: str, sentence: str, *, migrate: bool) -> None:
        try:
            open_city(url, migrate=migrate).close()
        except BadInput as refusal:
            self._expect(sentence in str(refusal) and refusal.remedy, f"it was refused without a sentence: {refusal}")
        else:
            self._expect(False, f"a schema was opened that should be refused with {sentence!r}")

    def _works(self, url: str, number: int) -> None:
        """The city goes on where it was: what waited is still due, and something new can be said."""
        with contextlib.closing(open_city(url, migrate=False)) as store:
            before = store.outbox_depth("yogyakarta")
            store.put_outgoing([Outgoing(f"after-{number}", "yogyakarta", "desk", "", {}, 0)])
            after = store.outbox_depth("yogyakarta")
            self._expect(after == (before[0] + 1, before[1]), f"round {number}: the upgraded outbox takes nothing")
            self._expect(store.audit_head("yogyakarta") == (0, ""), f"round {number}: an audit log came from nowhere")

    def _expect(self, true: object, failure: str) -> None:
        self.result.expect(true, f"{self.kind.name}: {failure}")
