"""What the laboratory itself promises: results that can be got again, and failures that are not forgotten."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from contract.clock import SystemClock
from contract.errors import BadInput
from faults import campaign, register, report, seeds
from faults.laboratory import Laboratory
from faults.result import KEYS, Result, nearest_rank


def _result(**counts: int) -> Result:
    return Result("kill", 7, 10, **counts)


def test_every_key_of_the_interface_is_told() -> None:
    """Other programs read the last line."""
    told = _result().as_json()
    assert [key for key in KEYS if key not in told] == []
    assert json.loads(json.dumps(told)) == told


@pytest.mark.parametrize("count", ["lost", "duplicated", "notifications_duplicated"])
def test_one_of_a_million_is_too_many(count: str) -> None:
    """A reading lost, a thing kept or told twice: not passed."""
    assert _result(committed=1_000_000).passed
    assert not _result(committed=1_000_000, **{count: 1}).passed


def test_a_failure_in_words_is_a_failure() -> None:
    """What no count shows is said, and stands in the way of a pass."""
    result = _result()
    result.expect(1 + 1 == 2, "not reached")
    assert result.passed
    result.expect(result.events_opened, "no event was opened")
    assert result.failures == ["no event was opened"]
    assert not result.passed


def test_accounts_are_summed_and_nothing_is_hidden_by_it() -> None:
    """One city that lost a reading spoils the whole trial."""
    whole = _result(committed=5, stored=5)
    part = _result(committed=5, stored=4, lost=1)
    part.recoveries_s = [2.0]
    part.failures = ["said"]
    whole.add(part)
    assert (whole.committed, whole.stored, whole.lost) == (10, 9, 1)
    assert (whole.recoveries_s, whole.failures) == ([2.0], ["said"])


def test_nearest_rank() -> None:
    """p95 of twenty is the nineteenth; of one, that one."""
    assert nearest_rank(list(range(1, 21)), 0.95) == 19
    assert nearest_rank([4.5], 0.95) == 4.5
    with pytest.raises(ValueError, match="no value"):
        nearest_rank([], 0.95)


def test_a_failed_seed_is_kept_once(tmp_path: Path) -> None:
    """The same failure again is one line; another seed is another."""
    for seed in (3, 3, 4):
        campaign.keep(tmp_path, Result("kill", seed, 10, lost=2), short=True, wall_s=1.0, clock=SystemClock())
    kept = seeds.load(tmp_path / seeds.FILE)
    assert [(one.fault, one.seed, one.rounds, one.why) for one in kept] == [
        ("kill", 3, 10, "2 lost, 0 twice"),
        ("kill", 4, 10, "2 lost, 0 twice"),
    ]


def test_a_kept_result_says_how_to_get_it_again(tmp_path: Path) -> None:
    """The command with its seed, the commit and the machine stand beside the figures."""
    campaign.keep(tmp_path, _result(committed=3, stored=3), short=True, wall_s=1.0, clock=SystemClock())
    told = campaign.read(tmp_path, "kill")
    assert told is not None
    assert told["command"] == "siaga faults kill --rounds 10 --seed 7 --short --json"
    assert told["commit"] == campaign.commit_of(report.ROOT)


def test_half_a_result_is_none(tmp_path: Path) -> None:
    """A campaign that was cut short tries that fault again."""
    (tmp_path / "kill.json").write_text('{"fault": "kill", "pass": true')
    assert campaign.read(tmp_path, "kill") is None
    (tmp_path / "kill.json").write_text('{"fault": "kill", "pass": true}')
    assert campaign.read(tmp_path, "kill") is None


def test_every_fault_has_its_trial() -> None:
    """No name is registered that nothing stands behind, and none twice."""
    names = [fault.name for fault in register.FAULTS]
    assert len(set(names)) == len(names)
    trials = {path.stem for path in (Path(register.__file__).parent / "trials").glob("[a-z]*.py")}
    assert {name.replace("-", "_") for name in names} == trials


def test_an_unknown_fault_is_named_with_those_there_are() -> None:
    """A slip of the finger is told what would be right."""
    with pytest.raises(BadInput, match=r"there is no fault 'kil'.*One of: kill, pause"):
        register.fault("kil")


def test_the_pages_say_what_the_campaign_found() -> None:
    """docs/reliability.md and docs/security.md hold exactly what the kept results say."""
    for page, text in report.tables(report.RESULTS).items():
        written = page.read_text(encoding="utf-8")
        assert report.renewed(written, text, where=page.name) == written, "run `python -m faults.report`"


def test_what_the_pages_say_has_passed_and_can_be_repeated() -> None:
    """A kept result is a whole campaign's, of a clean checkout, and nothing in it failed."""
    for fault in register.FAULTS:
        told = campaign.read(report.RESULTS, fault.name)
        if told is not None:
            assert told["pass"], fault.name
            assert told["lost"] == told["duplicated"] == 0, fault.name


@pytest.mark.slow
@pytest.mark.alone
def test_what_failed_once_holds_now(tmp_path: Path) -> None:
    """Every seed that ever broke a promise is tried again, in its short form."""
    for kept in seeds.load():
        fault = register.fault(kept.fault)
        bench = Laboratory(
            fault=kept.fault,
            rounds=min(kept.rounds, fault.short_rounds),
            seed=kept.seed,
            rng=random.Random(kept.seed),
            folder=tmp_path / f"{kept.fault}-{kept.seed}",
            clock=SystemClock(),
            say=print,
            short=True,
        )
        bench.folder.mkdir()
        result = fault.run(bench)
        assert result.passed, list(result.lines())
