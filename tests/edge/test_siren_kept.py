"""A siren that sounds falls silent when whoever sounds it is killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from contract.clock import SystemClock
from edge.siren.kept import KeptSirens
from edge.siren.port import Blow, Blown, Wiring
from faults.parts.brokers import wait_until

CLOCK = SystemClock()
SOUND = Blow("menara", "k1", "sound", 60.0, drill=False)
AGENT = """
import sys, threading
from edge.siren.kept import KeptSirens
from edge.siren.port import Blow, Wiring

woken = threading.Event()
sirens = KeptSirens([Wiring("menara", "file", file=sys.argv[1])], woken.set)
sirens.ask(Blow("menara", "k1", "sound", float(sys.argv[2]), False))
woken.wait(30)
print(sirens.answered(0)[0].trouble or sirens.pid, flush=True)
threading.Event().wait()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "line"


@pytest.fixture
def sirens(file: Path) -> Iterator[KeptSirens]:
    woken = threading.Event()
    with contextlib.closing(KeptSirens([Wiring("menara", "file", file=str(file))], woken.set, pause_s=0.1)) as made:
        yield made


def on(file: Path) -> bool:
    return file.exists() and file.read_text() == "1\n"


def came(sirens: KeptSirens) -> Blown:
    said: list[Blown] = []
    assert wait_until(lambda: said.extend(sirens.answered(0)) or said, 20)
    return said[0]


@pytest.mark.parametrize(("how", "for_s"), [(signal.SIGKILL, "60"), (signal.SIGSTOP, "0.5")])
def test_an_agent_that_is_killed_or_hangs_leaves_silence(file: Path, how: signal.Signals, for_s: str) -> None:
    """kill -9 in the middle of an order silences; a loop that stands still does not stretch an order's time."""
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", AGENT, str(file), for_s],
        stdout=subprocess.PIPE, env={"PYTHONPATH": str(root)}, text=True,
    ) as agent:  # fmt: skip
        assert agent.stdout is not None
        said = next(line for line in agent.stdout if line.strip().isdigit())
        keeper = psutil.Process(int(said))
        assert on(file)
        agent.send_signal(how)
        assert wait_until(lambda: not on(file), 5)
        agent.kill()
        assert psutil.wait_procs([keeper], timeout=5)[1] == []


def test_a_holder_that_is_killed_is_followed_by_silence(sirens: KeptSirens, file: Path) -> None:
    """Its line stays as it was until the next one takes it, which is at once; orders are carried out again."""
    sirens.ask(SOUND)
    assert not came(sirens).trouble
    assert on(file)
    first = sirens.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert wait_until(lambda: not on(file) and sirens.pid not in (None, first), 10)
    sirens.ask(SOUND._replace(key="k2"))
    assert not came(sirens).trouble
    assert on(file)


def test_a_holder_that_hangs_is_killed_and_said(file: Path) -> None:
    """Whoever asked is answered within the time that a line may take."""
    made = KeptSirens([Wiring("menara", "file", file=str(file))], lambda: None, answer_s=0.3, pause_s=0.1)
    with contextlib.closing(made):
        made.ask(SOUND)
        assert not came(made).trouble
        assert made.pid is not None
        os.kill(made.pid, signal.SIGSTOP)
        made.ask(SOUND._replace(key="k2"))
        assert came(made).trouble == "the process that holds the lines gave no answer"
        assert wait_until(lambda: not on(file), 10)


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (("/nowhere/python",), "No such file or directory"),
        ((sys.executable, "-c", "print('Segmentation fault', flush=True); input()"), "Expecting value"),
        ((sys.executable, "-c", ""), "did not start"),
    ],
)
def test_a_holder_that_cannot_be_had_is_said(file: Path, program: tuple[str, ...], said: str) -> None:
    """Each order is answered, whatever becomes of the process."""
    with contextlib.closing(
        KeptSirens([Wiring("menara", "file", file=str(file))], lambda: None, pause_s=0.1, program=program)
    ) as made:
        for _ in range(2):
            made.ask(SOUND)
            assert said in came(made).trouble


def test_lines_that_cannot_be_had_are_said_and_tried_again(tmp_path: Path) -> None:
    """Rather than ending the agent: its readings go on, and a technician may mend the wiring meanwhile."""
    folder = tmp_path / "later"
    made = KeptSirens([Wiring("menara", "file", file=str(folder / "line"))], lambda: None, pause_s=0.1)
    with contextlib.closing(made):
        made.ask(SOUND)
        assert came(made).trouble.startswith(f"menara: {folder / 'line'} cannot be written")
        folder.mkdir()

        def mended() -> bool:
            made.ask(SOUND)
            return not came(made).trouble

        assert wait_until(mended, 10)
        assert on(folder / "line")
