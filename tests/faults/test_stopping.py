"""A laboratory that is stopped leaves nothing behind: no process, no mount, no folder."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from faults.parts.brokers import wait_until
from faults.parts.card import needed
from faults.parts.missing import NotInstalled
from faults.parts.stages import ROOT, environment, siaga


@contextlib.contextmanager
def _laboratory(temporary: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """`siaga faults WORDS`, every temporary file of which lies in `temporary`."""
    with subprocess.Popen(
        [sys.executable, "-m", "siaga", "faults", *words],
        env=environment({}) | {"TMPDIR": str(temporary)},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _of(folder: Path) -> list[str]:
    """Every process that was given a place in `folder`."""
    found: list[str] = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            words = " ".join(process.cmdline())
            if process.pid != os.getpid() and (str(folder) in words or str(folder) in str(process.environ())):
                found.append(words)
    return found


def _alive(temporary: Path) -> int:
    """How many trials have a city with at least three processes."""
    return sum(len(_of(room)) >= 3 for room in temporary.glob("siaga-*"))


def _mounts(folder: Path) -> list[str]:
    return [line for line in Path("/proc/mounts").read_text().splitlines() if str(folder) in line]


@pytest.mark.slow
@pytest.mark.trial
@pytest.mark.timeout(240)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_city_that_is_stopped_is_gone(number: signal.Signals) -> None:
    """Whichever way: `siaga up`, its broker, its stages and its fleet end, and the exit code is a shell's."""
    with tempfile.TemporaryDirectory() as place, _laboratory(Path(place), "kill", "--short", "--seed", "1") as running:
        # A city in its flood: broker, three stages, fleet and pole.
        assert wait_until(lambda: len(_of(Path(place))) >= 8, 90, 0.2), _of(Path(place))
        running.send_signal(number)
        assert running.wait(60) == 130
        assert wait_until(lambda: not _of(Path(place)), 20, 0.2), _of(Path(place))
        assert list(Path(place).iterdir()) == []


@pytest.mark.slow
@pytest.mark.trial
@pytest.mark.timeout(240)
def test_a_card_is_taken_out() -> None:
    """Stopped while a writer works on it: nothing stays mounted."""
    try:
        needed()
    except NotInstalled as missing:
        pytest.skip(str(missing))
    with tempfile.TemporaryDirectory() as place, _laboratory(Path(place), "power-cut", "--seed", "1") as running:
        assert wait_until(lambda: len(_mounts(Path(place))) >= 2, 60, 0.02)
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 130
        assert _mounts(Path(place)) == []
        assert wait_until(lambda: not _of(Path(place)), 20, 0.2), _of(Path(place))
        assert list(Path(place).iterdir()) == []


@pytest.mark.slow
@pytest.mark.trial
@pytest.mark.timeout(240)
def test_a_campaign_that_is_stopped_takes_its_trials_with_it(tmp_path: Path) -> None:
    """It waits until each trial has taken down what it made; what was found before stays, and it goes on there."""
    results = tmp_path / "results"
    words = ["all", "--short", "--at-once", "2", "--seed", "1", "--results", str(results)]
    with tempfile.TemporaryDirectory() as place:
        with _laboratory(Path(place), *words) as running:
            assert wait_until(lambda: _alive(Path(place)) >= 2, 90, 0.2), _of(Path(place))
            running.send_signal(signal.SIGTERM)
            assert running.wait(60) == 130
        assert wait_until(lambda: not _of(Path(place)), 20, 0.2), _of(Path(place))
        assert list(Path(place).iterdir()) == []
    assert not results.exists() or not list(results.iterdir())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["kil"], "there is no fault 'kil'"),
        (["all", "--rounds", "3"], "a campaign has its own rounds"),
        (["all", "--folder", "here"], "a campaign has a folder a fault"),
        (["all", "--at-once", "0"], "Invalid value for '--at-once'"),
        (["kill", "--rounds", "0"], "Invalid value for '--rounds'"),
        (["kill", "--fast"], "No such option: --fast"),
        (["flapping", "--folder", "."], "a trial begins in an empty folder"),
    ],
)
def test_a_wrong_word_is_answered_in_a_sentence(words: list[str], sentence: str) -> None:
    """What is wrong, and no traceback."""
    said = siaga({}, "faults", *words)
    assert said.returncode == 2
    assert sentence in " ".join(said.stderr.replace("│", " ").split())
    assert "Traceback" not in said.stderr
    assert not said.stdout


def test_last_line_is_json() -> None:
    """As a program reads it: one round, a seed, every key."""
    said = siaga({}, "faults", "flapping", "--short", "--rounds", "1", "--seed", "5", "--json")
    told = json.loads(said.stdout.splitlines()[-1])
    assert said.returncode == 0
    assert (told["fault"], told["rounds"], told["seed"], told["pass"]) == ("flapping", 1, 5, True)
