"""The dead-man: sounds when Siaga falls silent, tells a dead network here from a dead server there, and is quiet for
half an hour at most where work was announced."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from support.seed import town
from support.web_server import KEY, give_key, serving

from contract.clock import MINUTE_US, SECOND_US, ManualClock, SystemClock
from contract.errors import BadInput
from faults.parts.brokers import free_port, wait_until
from siaga.deadman import Answer, Asking, Command, Deadman, Pin, Why, read, sounder
from store.people import Deed

GOOD = Answer("")
ROOT = Path(__file__).resolve().parents[2]


def at(seconds: float) -> int:
    return round(seconds * SECOND_US)


def test_it_sounds_after_its_time_without_a_good_word_and_is_quiet_at_the_first() -> None:
    watch = Deadman(120.0, at(0))
    assert not watch.hear(GOOD, at(10)).sounding
    assert not watch.hear(Answer("silent"), at(60)).sounding
    assert not watch.verdict(at(129)).sounding
    found = watch.hear(Answer("silent", "refused"), at(130))
    assert (found.sounding, found.why, found.since_s) == (True, "silent", 120.0)
    assert watch.hear(Answer("not_judging", "engine_silent"), at(140)).why == "not_judging"
    assert not watch.hear(GOOD, at(150)).sounding


def test_a_server_that_never_answered_is_silent_too() -> None:
    watch = Deadman(120.0, at(0))
    assert watch.hear(Answer("silent"), at(121)).sounding


def test_announced_work_is_waited_for_and_never_for_longer_than_half_an_hour() -> None:
    """Whatever the server says; what was not announced before is not waited for."""
    watch = Deadman(120.0, at(0))
    watch.hear(Answer("", paused_s=86_400.0), at(0))
    assert not watch.hear(Answer("silent"), at(1_799)).sounding
    assert watch.verdict(at(1_800)).sounding
    short = Deadman(120.0, at(0))
    short.hear(Answer("", paused_s=300.0), at(0))
    assert not short.hear(Answer("silent"), at(299)).sounding
    assert short.verdict(at(300)).sounding


@pytest.mark.parametrize(
    ("status", "text", "why"),
    [
        (200, '{"well": true, "wrong": [], "paused_s": 0}', ""),
        (200, '{"well": false, "wrong": ["engine_silent"], "paused_s": 0}', "not_judging"),
        (200, "<html>the hotel's own page</html>", "silent"),
        (200, "[]", "silent"),
        (503, '{"detail": "away"}', "silent"),
        (502, "", "silent"),
    ],
)
def test_only_a_good_word_of_siaga_is_one(status: int, text: str, why: Why) -> None:
    """A 200 of somebody in between is none."""
    assert read(status, text).why == why


def test_it_hears_whether_the_city_is_judged_and_the_duty_room_sees_who_watches(tmp_path: Path) -> None:
    """No engine, an engine, an engine whose lease has run out; announced work; a key that opens nothing."""
    city = town(tmp_path, ManualClock(1_769_223_600 * SECOND_US))
    code = city.profile.code
    with closing(city), serving(city) as address:
        asking = Asking(address, "pos jaga/1", KEY)
        assert (asking.ask().why, asking.ask().what) == ("not_judging", "engine_silent")
        city.cities.lease(code, "satu", city.now_us, 10.0)
        assert asking.ask() == GOOD
        assert [(one.name, one.seen_us) for one in city.cities.watchers(code)] == [("pos jaga-1", city.now_us)]
        city.cities.pause(code, city.now_us + 5 * MINUTE_US, Deed("system", "duty.paused", code, city.now_us))
        assert asking.ask().paused_s == 300.0
        city.clock.advance(11)  # type: ignore[attr-defined]
        assert asking.ask().what == "engine_silent"
        assert Asking(address, "x", "salah").ask().why == "refused"


def test_a_dead_network_here_is_told_from_a_dead_server_there() -> None:
    """By another machine of this network: if that answers, if only with a refusal, the server is to blame."""
    nobody = f"http://127.0.0.1:{free_port()}"
    assert Asking(nobody, "x", "k").ask().why == "silent"
    assert Asking(nobody, "x", "k", ("127.0.0.1", free_port())).ask().why == "silent"
    assert Asking(nobody, "x", "k", ("name.invalid", 80)).ask().why == "network"


def test_what_sounds_is_a_pin_or_a_command(tmp_path: Path) -> None:
    """A pin is set and taken back; a command is told why, begun once at a time and ended."""
    pin = tmp_path / "brightness"
    pin.write_text("0")
    buzzer = sounder(f"gpio:{pin}")
    assert isinstance(buzzer, Pin)
    buzzer.sound("silent")
    assert pin.read_text() == "1"
    buzzer.quiet()
    assert pin.read_text() == "0"
    told = tmp_path / "told"
    bell = sounder(f"sh -c 'echo $SIAGA_WHY >> {told}; exec sleep 60'")
    assert isinstance(bell, Command)
    bell.sound("silent")
    bell.sound("silent")
    assert wait_until(lambda: told.exists() and told.read_text() == "silent\n")
    bell.quiet()
    for wrong in ("gpio:/nowhere/buzzer", " "):
        with pytest.raises(BadInput):
            sounder(wrong)


@pytest.mark.slow
def test_a_server_that_is_stopped_is_heard_by_another_process(tmp_path: Path) -> None:
    """The real server stopped in its tracks (it still has its port open), the real dead-man beside it: it sounds; the
    server goes on, and it is quiet."""
    port, folder, pin = free_port(), tmp_path / "kota", tmp_path / "buzzer"
    pin.write_text("0")
    (tmp_path / "key").write_text(KEY)
    city = town(folder, SystemClock())
    give_key(city, KEY)
    city.cities.lease(city.profile.code, "satu", city.now_us, 3_600.0)
    city.close()
    paths = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    server = subprocess.Popen([sys.executable, ROOT / "tests/support/serve_city.py", folder, str(port)], env=paths)
    address = f"http://127.0.0.1:{port}"
    watch = None
    try:
        assert wait_until(lambda: _answers(address), 60)
        watch = subprocess.Popen(
            [
                sys.executable, "-m", "siaga", "deadman", "--url", address, "--key-file", tmp_path / "key",
                "--sound", f"gpio:{pin}", "--after-s", "1.5", "--every-s", "0.2", "--name", "luar",
            ],
            env=paths, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        with closing(town(folder, SystemClock(), register=False)) as again:
            assert wait_until(lambda: [one.name for one in again.cities.watchers(again.profile.code)] == ["luar"], 30)
        assert pin.read_text() == "0"
        server.send_signal(signal.SIGSTOP)
        assert wait_until(lambda: pin.read_text() == "1", 30)
        server.send_signal(signal.SIGCONT)
        assert wait_until(lambda: pin.read_text() == "0", 30)
        watch.terminate()
        assert watch.wait(10) == 0
    finally:
        for one in (watch, server):
            if one is not None and one.poll() is None:
                one.kill()
                one.wait()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
