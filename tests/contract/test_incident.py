"""The life of an incident, walked at random."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import incident as life
from contract.incident import Change, Incident, State, What
from contract.levels import Level

Step = tuple[str, float, Level, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["level", "recovering", "relapsed", "silent", "back"]),
        st.floats(-500, 500),
        st.sampled_from(Level),
        st.integers(1, 1_000_000),
    ),
    max_size=12,
)


def new() -> Incident:
    crossed_us = 1_000_000
    return Incident(
        id=life.incident_id("yogyakarta", "river", "gauge-01/level", crossed_us),
        city="yogyakarta",
        rule="river",
        rule_version="1",
        entity="gauge-01/level",
        node="gauge-01",
        subject="flood",
        audience="public",
        event=life.event_id("yogyakarta", "river", "code", crossed_us),
        state=State.FIRING,
        no_data=False,
        level=Level.WASPADA,
        peak=Level.WASPADA,
        value=151.0,
        peak_value=151.0,
        crossed_us=crossed_us,
        opened_us=crossed_us + 60,
        changed_us=crossed_us + 60,
        resolved_us=None,
        changes=1,
    )


def apply(incident: Incident, step: Step) -> tuple[Incident, Change]:
    name, value, level, at_us = step
    said_us = at_us + 5
    moves: dict[str, Callable[[], tuple[Incident, Change]]] = {
        "level": lambda: life.level_changed(incident, level, value, at_us, said_us),
        "recovering": lambda: life.recovering(incident, value, at_us, said_us),
        "relapsed": lambda: life.relapsed(incident, value, at_us, said_us),
        "silent": lambda: life.fell_silent(incident, at_us, said_us),
        "back": lambda: life.data_back(incident, value, at_us, said_us),
    }
    return moves[name]()


@given(STEPS)
def test_a_life_is_numbered_and_open_until_its_end(steps: list[Step]) -> None:
    """Each change has the next number and the incident's own id; nothing but `resolved` ends an incident."""
    incident = new()
    assert life.opened(incident, 99).number == 1
    for number, step in enumerate(steps, start=2):
        incident, change = apply(incident, step)
        assert (change.number, incident.changes) == (number, number)
        assert change.incident == incident.id
        assert change.at_us == incident.changed_us == step[3]
        assert incident.open
        assert incident.resolved_us is None


@given(STEPS)
def test_the_peak_is_the_worst_there_was(steps: list[Step]) -> None:
    """`peak` is the worst level of the whole life, also after the end."""
    incident = new()
    worst = [Level.WASPADA]
    for step in steps:
        incident, change = apply(incident, step)
        assert change.level is not None
        worst.append(change.level)
        assert incident.peak == min(worst)
    ended, change = life.resolved(incident, 10.0, 5, 6)
    assert ended.peak == min(worst)
    assert change.level is Level.NORMAL


@given(STEPS)
def test_silence_never_resolves(steps: list[Step]) -> None:
    """Silence changes neither state nor level nor value, and marks an open flood as dangerous."""
    incident = new()
    for step in steps:
        incident, _ = apply(incident, step)
    silent, change = life.fell_silent(incident, 7, 8)
    assert change.what is What.NO_DATA
    assert silent.no_data
    assert silent.dangerous
    assert (silent.state, silent.level, silent.value) == (incident.state, incident.level, incident.value)
    back, _ = life.data_back(silent, 3.0, 9, 10)
    assert not back.no_data
    assert not back.dangerous
    assert back.state is incident.state


@given(STEPS, st.integers(2, 10**15))
def test_resolved_is_final(steps: list[Step], at_us: int) -> None:
    """After the end nothing moves any more: a recurrence is a new incident."""
    incident = new()
    for step in steps:
        incident, _ = apply(incident, step)
    ended, change = life.resolved(incident, 100.0, at_us, at_us + 1)
    assert change.what is What.RESOLVED
    assert (ended.state, ended.open, ended.no_data, ended.resolved_us) == (State.RESOLVED, False, False, at_us)
    for name in ("level", "recovering", "relapsed", "silent", "back"):
        with pytest.raises(ValueError, match="is resolved"):
            apply(ended, (name, 1.0, Level.AWAS, at_us))
    with pytest.raises(ValueError, match="is resolved"):
        life.resolved(ended, 1.0, at_us, at_us)
    with pytest.raises(ValueError, match="is resolved"):
        life.with_value(ended, 1.0)


@given(st.lists(st.floats(-500, 500), min_size=1))
def test_the_peak_value_follows_the_direction(values: list[float]) -> None:
    """The highest value where high is bad, the lowest where low is."""
    highest = lowest = replace(new(), value=None, peak_value=None)
    for value in values:
        highest = life.with_value(highest, value)
        lowest = life.with_value(lowest, value, higher_is_worse=False)
    assert (highest.value, highest.peak_value) == (values[-1], max(values))
    assert (lowest.value, lowest.peak_value) == (values[-1], min(values))


def test_states_of_recovery() -> None:
    """Firing, recovering, back to firing: each is said once."""
    incident, change = life.recovering(new(), 120.0, 2, 3)
    assert (incident.state, change.what) == (State.RECOVERING, What.RECOVERING)
    incident, change = life.relapsed(incident, 160.0, 4, 5)
    assert (incident.state, change.what) == (State.FIRING, What.RELAPSED)


def test_an_outage_has_no_level() -> None:
    """A node's incident knows no river level, also at its end, and is never called dangerous."""
    outage = replace(new(), subject="outage", level=None, peak=None)
    silent, _ = life.fell_silent(outage, 2, 3)
    assert not silent.dangerous
    ended, change = life.resolved(outage, 0.0, 4, 5)
    assert ended.level is None
    assert change.level is None


def test_the_same_onset_has_the_same_id() -> None:
    """Judging an onset twice opens one incident; another onset, entity, rule or city is another one."""
    base = ("yogyakarta", "river", "gauge-01/level", 1)
    others = [("semarang", *base[1:]), (base[0], "rain", *base[2:]), (*base[:2], "gauge-02/level", 1), (*base[:3], 2)]
    assert life.incident_id(*base) == life.incident_id(*base)
    assert len({life.incident_id(*key) for key in [base, *others]}) == 5
    assert life.incident_id(*base) != life.event_id(*base)
