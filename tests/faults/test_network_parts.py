"""The laboratory's own networks, and what its trials reckon with."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.dial import ping_s
from contract.clock import SECOND_US, SystemClock
from faults.parts.brokers import wait_until
from faults.parts.must import Broken
from faults.parts.netns import Network, busy, network
from faults.parts.stages import ROOT
from faults.trials.broker_down import client_id

CLOCK = SystemClock()


@pytest.fixture
def net() -> Iterator[Network]:
    """A hub with two spokes."""
    with network("one", "two") as made:
        yield made


@pytest.fixture
def door(net: Network) -> Iterator[int]:
    """A port at the hub where somebody listens."""
    with net.hub.entered():
        server = socket.create_server(("0.0.0.0", 0))  # noqa: S104  in a network of its own
    with server:
        yield int(server.getsockname()[1])


def test_spokes_reach_the_hub_and_our_own_network_stays_ours(net: Network, door: int) -> None:
    """Whoever has left a network is where they were."""
    before = Path("/proc/thread-self/ns/net").readlink()
    assert all(spoke.reaches(door, 5.0) for spoke in net.spokes.values())
    assert Path("/proc/thread-self/ns/net").readlink() == before


def test_a_cable_is_pulled_and_put_back(net: Network, door: int) -> None:
    """One spoke's, not the other's."""
    net.spokes["one"].down()
    assert not net.spokes["one"].reaches(door, 0.5)
    assert net.spokes["two"].reaches(door, 5.0)
    net.spokes["one"].up()
    assert net.spokes["one"].reaches(door, 5.0)


@pytest.mark.parametrize(("up", "down"), [(1.0, 0.0), (0.0, 1.0), (1.0, 1.0)])
def test_packets_vanish_until_they_do_not(net: Network, door: int, up: float, down: float) -> None:
    """Either direction is enough, and healing is whole; how many were lost is known."""
    net.spokes["one"].lose(up=up, down=down)
    assert not net.spokes["one"].reaches(door, 0.5)
    assert net.spokes["one"].heal() > 0
    assert net.spokes["one"].heal() == 0
    assert net.spokes["one"].reaches(door, 5.0)


def test_only_one_port_may_vanish(net: Network, door: int) -> None:
    """So one broker of two is gone."""
    net.spokes["one"].lose(up=1.0, down=1.0, port=door + 1 if door < 65_535 else door - 1)
    assert net.spokes["one"].reaches(door, 5.0)
    net.spokes["one"].lose(up=1.0, down=1.0, port=door)
    assert not net.spokes["one"].reaches(door, 0.5)


def test_a_crawling_link_crawls(net: Network) -> None:
    """16 kB at 64 kbit/s take well over a second, also where the sender would like to be fast."""
    spoke = net.spokes["one"]
    with net.hub.entered():
        server = socket.create_server(("0.0.0.0", 0))  # noqa: S104  in a network of its own
    spoke.crawl(64_000)
    with spoke.place.entered():
        sender = socket.create_connection((spoke.hub_address, server.getsockname()[1]), 10)
    with server, sender, server.accept()[0] as receiver:
        before_us = CLOCK.mono_us()
        sender.sendall(b"x" * 16_000)
        sender.shutdown(socket.SHUT_WR)
        got = 0
        while part := receiver.recv(65_536):
            got += len(part)
        assert got == 16_000
        assert (CLOCK.mono_us() - before_us) / SECOND_US > 1.0


def test_a_link_that_others_use_has_packets_waiting(net: Network) -> None:
    """A neighbour fills it; an idle one of the same width has nothing to wait for."""
    spoke = net.spokes["one"]
    spoke.crawl(64_000)
    assert spoke.run_free() == 0
    spoke.crawl(64_000)
    with busy(spoke):
        assert wait_until(lambda: spoke.waited() > 0, 10.0)
    assert spoke.run_free() > 0


def test_a_command_that_fails_is_said(net: Network) -> None:
    """With the words of the program."""
    with pytest.raises(Broken, match="no-such-device"):
        net.hub.run("ip", "link", "set", "no-such-device", "up")


_HELD = """
import sys
from faults.parts.netns import network
with network("one") as net:
    print(open("/proc/self/comm").read() and net.spokes["one"].place.path, flush=True)
    sys.stdin.read()
"""


def test_nothing_is_left_when_its_owner_is_killed(net: Network) -> None:
    """No named namespace, no device: a killed trial leaves the machine as it was."""
    named = Path("/run/netns")
    before = (set(Path("/sys/class/net").iterdir()), set(named.iterdir()) if named.exists() else set())
    with subprocess.Popen(
        [sys.executable, "-c", _HELD], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        path = owner.stdout.readline().strip()
        assert Path(path).exists()
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    assert wait_until(lambda: not Path(path).exists())
    assert (set(Path("/sys/class/net").iterdir()), set(named.iterdir()) if named.exists() else set()) == before
    assert net.spokes["one"].place.path != path


@pytest.mark.parametrize("keepalive_s", [3, 5, 10, 30, 60, 3_600])
def test_two_waits_of_paho_and_its_loop_fit_into_one_and_a_half_keep_alives(keepalive_s: int) -> None:
    """It pings after one wait and gives up after another; each may be seen up to 0.8 s late by the loop that asks."""
    assert 2 * (ping_s(keepalive_s) + 0.8) <= 1.5 * keepalive_s


def test_the_name_in_a_connect_is_read() -> None:
    """By it the proxy's callers have names, whatever the length before it."""
    for name in ("n", "cth-wifi-1000", "x" * 190):
        body = b"\x00\x04MQTT\x04\x02\x00\x3c" + len(name).to_bytes(2, "big") + name.encode()
        size = len(body)
        length = bytes([size]) if size < 128 else bytes([size % 128 | 0x80, size // 128])
        assert client_id(b"\x10" + length + body) == name
    assert client_id(b"") == ""
