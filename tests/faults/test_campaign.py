"""What the laboratory itself promises: results that can be got again, and failures that are not forgotten."""

from __future__ import annotations

import json
import math
import random
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from contract.clock import SystemClock
from contract.errors import BadInput
from faults import campaign, register, report, seeds, trying
from faults.laboratory import Laboratory
from faults.parts.missing import NotInstalled
from faults.parts.must import Broken
from faults.register import Fault
from faults.result import KEYS, Result, nearest_rank


def _result(**counts: int) -> Result:
    result = Result("kill", 7, 10)
    for name, count in counts.items():
        setattr(result, name, count)
    return result


def _keep(results: Path, result: Result) -> None:
    campaign.keep(results, result, short=True, wall_s=1.0, clock=SystemClock(), made_of="abc")


def _bench(fault: Fault, folder: Path, seed: int = 7, rounds: int = 10) -> Laboratory:
    return Laboratory(fault.name, rounds, seed, random.Random(seed), folder, SystemClock(), print, short=True)


class _Ends(Fault):
    """A trial that does not come to its end."""

    def run(self, laboratory: Laboratory) -> Result:
        raise {"broken": Broken("no city"), "lacks": NotInstalled("ip is missing", "iproute2")}.get(
            self.name, RuntimeError("what nobody foresaw")
        )


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


@pytest.mark.parametrize(
    ("name", "why", "code"),
    [
        ("broken", "did not come to where the fault could be judged: no city", 1),
        ("lacks", "not tried: this machine: ip is missing", 2),
        ("other", "the trial ended with RuntimeError('what nobody foresaw')", 1),
    ],
)
def test_a_trial_without_an_end_is_told_all_the_same(tmp_path: Path, name: str, why: str, code: int) -> None:
    """A program that reads the last line finds every key, no pass, the rounds it asked for, and the reason."""
    fault = _Ends(name, "does", "holds", 1, 1)
    told = trying.tried(fault, _bench(fault, tmp_path)).as_json()
    assert [key for key in KEYS if key not in told] == []
    assert (told["pass"], told["rounds"], told["seed"], campaign.exit_code(told)) == (False, 10, 7, code)
    assert why in told["failures"][0]


def test_what_was_not_tried_is_never_counted_as_passed(tmp_path: Path) -> None:
    """In the campaign's last words, in the kept result, among the failed seeds and on the pages."""
    lacking = _result()
    lacking.not_tried = "ip is missing"
    _keep(tmp_path, lacking)
    kept = campaign.read(tmp_path, "kill")
    assert kept is not None
    assert list(campaign.summary({"kill": kept})) == ["0 of 1 faults passed", "kill: NOT tried: ip is missing"]
    assert seeds.load(tmp_path / seeds.FILE) == []
    page = report.table(tmp_path, [register.fault("kill")])
    assert "not tried: ip is missing" in page
    assert "| `kill`" not in page


def test_a_figure_without_end_is_told_as_none() -> None:
    """What reads the last line may be strict about JSON."""
    result = _result()
    result.figures["after_s"] = {"worst": math.inf, "usual": [1.0, math.nan]}
    assert result.as_json()["figures"] == {"after_s": {"worst": None, "usual": [1.0, None]}}


def test_a_changed_program_is_another_and_a_changed_page_is_not(tmp_path: Path) -> None:
    """What a campaign knows holds for the program it ran; that it writes its own results changes nothing."""
    file, page = tmp_path / "ingest.py", tmp_path / "docs" / "campaign" / "kill.json"
    page.parent.mkdir(parents=True)
    file.write_text("1\n")
    page.write_text("{}\n")
    assert campaign.made_of(tmp_path) == ""
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True)
    commit = campaign.made_of(tmp_path)
    assert len(commit) == 12
    page.write_text('{"pass": true}\n')
    assert campaign.made_of(tmp_path) == commit
    file.write_text("2\n")
    changed = campaign.made_of(tmp_path)
    assert changed.startswith(f"{commit}+")
    (tmp_path / "new.py").write_text("3\n")
    assert campaign.made_of(tmp_path) not in (commit, changed)


def test_nearest_rank() -> None:
    """p95 of twenty is the nineteenth; of one, that one."""
    assert nearest_rank(list(range(1, 21)), 0.95) == 19
    assert nearest_rank([4.5], 0.95) == 4.5
    with pytest.raises(ValueError, match="no value"):
        nearest_rank([], 0.95)


def test_a_failed_seed_is_kept_once(tmp_path: Path) -> None:
    """The same failure again is one line; another seed is another."""
    for seed in (3, 3, 4):
        _keep(tmp_path, Result("kill", seed, 10, lost=2))
    kept = seeds.load(tmp_path / seeds.FILE)
    assert kept == [
        seeds.Seed("kill", 3, 10, True, "2 lost, 0 twice"),
        seeds.Seed("kill", 4, 10, True, "2 lost, 0 twice"),
    ]


def test_a_kept_result_says_how_to_get_it_again(tmp_path: Path) -> None:
    """The command with its seed, the commit and the machine stand beside the figures."""
    _keep(tmp_path, _result(committed=3, stored=3))
    told = campaign.read(tmp_path, "kill")
    assert told is not None
    assert told["command"] == "siaga faults kill --rounds 10 --seed 7 --short --json"
    assert told["commit"] == "abc"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_campaign_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    """What passed is not tried again; what another program found and what is half written is."""
    flapping = [register.fault("flapping")]
    said: list[str] = []
    file = tmp_path / "flapping.json"

    def tried() -> bool:
        said.clear()
        assert campaign.run(tmp_path, short=True, seed=5, say=said.append, faults=flapping) == 0
        assert said[-1] == "1 of 1 faults passed"
        return said[0] != "[1/1] flapping: passed before"

    assert tried()
    assert not tried()
    known = json.loads(file.read_text())
    assert (known["seed"], known["short"]) == (5, True)
    file.write_text(json.dumps(known | {"commit": "another"}))
    assert tried()
    file.write_text(file.read_text()[:-20])
    assert tried()


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
        if told is not None and told.get("not_tried") is None:
            assert told["pass"], fault.name
            assert told["lost"] == told["duplicated"] == 0, fault.name


def _again(kept: Sequence[seeds.Seed], folder: Path) -> dict[seeds.Seed, Result]:
    """Each once more. A short form is the same story; of a campaign's there is only time for a short one."""
    found: dict[seeds.Seed, Result] = {}
    for number, one in enumerate(kept):
        fault = register.fault(one.fault)
        rounds = one.rounds if one.short else min(one.rounds, fault.short_rounds)
        room = folder / str(number)
        room.mkdir()
        found[one] = trying.tried(fault, _bench(fault, room, one.seed, rounds))
    return found


def test_a_kept_seed_is_tried_again_as_it_was(tmp_path: Path) -> None:
    """The same fault, seed and rounds, also where the campaign's list is another than ours."""
    seeds.keep(tmp_path / seeds.FILE, Result("flapping", 11, 3, lost=1), short=True)
    seeds.keep(tmp_path / seeds.FILE, Result("flapping", 12, 200, lost=1), short=False)
    told = list(_again(seeds.load(tmp_path / seeds.FILE), tmp_path).values())
    assert [(one.fault, one.seed, one.rounds, one.passed) for one in told] == [
        ("flapping", 11, 3, True),
        ("flapping", 12, 10, True),
    ]


@pytest.mark.slow
@pytest.mark.trial
def test_what_failed_once_holds_now(tmp_path: Path) -> None:
    """Every seed that ever broke a promise, here or in a campaign."""
    for result in _again(seeds.load() + seeds.load(report.RESULTS / seeds.FILE), tmp_path).values():
        assert result.passed or result.not_tried, list(result.lines())
