"""The soak sees what grows; its short form proves the instrument on a real city."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from support.bench import short

from faults.result import Result
from faults.trials.soak import PROCESSES, Trace, judge


def _trace(per_hour: float, leak: int = 0) -> Trace:
    """An hour in samples of 5 s: memory that breathes by 2 MiB and grows, descriptors that come and go."""
    at_s = [5.0 * number for number in range(720)]
    mib = [100 + per_hour * at / 3_600 + (number % 7) * 0.3 for number, at in enumerate(at_s)]
    descriptors = [20 + number % 4 + leak * number // 720 for number in range(720)]
    return Trace(at_s, mib, descriptors, [one + 15 for one in mib])


def _judged(trace: Trace) -> Result:
    result = Result("soak", 1, 1)
    judge({"ingest": trace}, result, warm_up_s=600, memory=True)
    return result


def test_growth_needs_samples() -> None:
    """Two say nothing."""
    with pytest.raises(ValueError, match="three samples"):
        Trace([0.0, 5.0]).mib_per_hour([1.0, 2.0])


def test_memory_that_breathes_is_flat() -> None:
    """Up and down by two MiB is no leak."""
    assert _judged(_trace(0.0)).passed


def test_a_heap_that_is_collected_now_and_then_is_flat() -> None:
    """It grows by fourteen MiB in ten minutes and gives them back, wherever in that the hour begins and ends."""
    for late_s in range(0, 600, 60):
        trace = _trace(0.0)
        trace.mib = [82 + (at_s + late_s) % 600 / 600 * 14 for at_s in trace.at_s]
        assert _judged(trace).passed


@pytest.mark.parametrize("most", [25, 140, 215])
def test_moments_that_are_fuller_by_chance_are_no_leak(most: int) -> None:
    """In the last third all but the fullest, the fuller half, or a few are three MiB more: the others are not."""
    trace = _trace(0.0)
    leanest_first = sorted(range(480, 720), key=lambda number: trace.mib[number])
    for number in leanest_first[-most:]:
        trace.mib[number] += 3.0
    assert _judged(trace).passed


def test_a_slow_leak_is_caught() -> None:
    """Two MiB an hour, hidden in breathing of the same size."""
    (failure,) = _judged(_trace(2.0)).failures
    assert failure.startswith("ingest grows by 2.0")


def test_pages_of_a_program_that_the_kernel_gives_back_are_told_and_no_leak() -> None:
    """The resident set grows by five MiB an hour, what is the process's own does not."""
    trace = _trace(0.0)
    trace.resident_mib = [mib + 5 * at_s / 3_600 for mib, at_s in zip(trace.mib, trace.at_s, strict=True)]
    result = _judged(trace)
    assert result.passed
    assert result.figures["ingest"]["resident_mib_per_hour"] == pytest.approx(5.0, abs=0.5)


_TAKES_16_MIB = "print(flush=True); input(); taken = bytearray(b'x' * (16 << 20)); print(flush=True); input()"


def test_a_process_s_own_memory_is_seen() -> None:
    """Sixteen MiB that are written to are its own, and resident."""
    trace = Trace()
    command = [sys.executable, "-c", _TAKES_16_MIB]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin
        assert child.stdout
        for at_s in (0.0, 5.0):
            child.stdout.readline()
            trace.look(psutil.Process(child.pid), at_s)
            child.stdin.write("\n")
            child.stdin.flush()
    assert 15 < trace.mib[1] - trace.mib[0] < 40
    assert trace.resident_mib[1] > trace.mib[1]


def test_descriptors_that_are_never_given_back_are_caught() -> None:
    """Thirty in an hour, whatever comes and goes meanwhile."""
    assert not _judged(_trace(0.0, leak=30)).passed


@pytest.mark.slow
@pytest.mark.trial
@pytest.mark.timeout(240)
def test_short_form_measures_every_process(tmp_path: Path) -> None:
    """As `siaga faults soak --short` runs it: every process has its figures, and nothing is lost."""
    result = short("soak", tmp_path, seed=1)
    assert result.passed, result.failures
    assert result.stored > 500
    for name in (*PROCESSES, "up", "edge"):
        assert result.figures[name]["resident_mib"] > result.figures[name]["mib"] > 5
        assert result.figures[name]["descriptors"] > 0
