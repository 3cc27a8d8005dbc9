"""Networks of our own: a hub and its spokes, whose links go down, crawl and lose what they carry.

Each place is a network namespace. It has no name: it lives as long as somebody holds it open, so that nothing of it
is left on the machine, also where we are killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from faults.parts.missing import NotInstalled
from faults.parts.must import must

_CLONE_NEWNET = 0x4000_0000
_PREFIX = "10.213"
_PATH = "/usr/sbin:/sbin:/usr/bin:/bin"
_BUFFERED = "1s"
_CONNECT_S = 5.0
_LOAD = bytes(16_384)


class Namespace:
    """A network of its own. Threads and processes started in `entered` stay in it."""

    def __init__(self) -> None:
        """Raises NotInstalled where this process may not make one."""
        self._fd = _new_network()

    @property
    def path(self) -> str:
        return f"/proc/{os.getpid()}/fd/{self._fd}"

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """This thread is in it, and then again where it was."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _enter(self._fd)
            try:
                yield
            finally:
                _enter(home)
        finally:
            os.close(home)

    def run(self, *words: str) -> str:
        """A command in it; what it said. Raises Broken with its words where it fails."""
        with self.entered():
            done = subprocess.run([_program(words[0]), *words[1:]], capture_output=True, text=True, check=False)
        must(done.returncode == 0, f"{' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def close(self) -> None:
        os.close(self._fd)


@dataclass(frozen=True)
class Spoke:
    """A place and its link to the hub. `address` is its own, `hub_address` the hub's on that link."""

    name: str
    place: Namespace
    hub: Namespace
    address: str
    hub_address: str

    def down(self) -> None:
        """The cable is out, on this side."""
        self.place.run("ip", "link", "set", "hub", "down")

    def up(self) -> None:
        self.place.run("ip", "link", "set", "hub", "up")

    def lose(self, *, up: float = 0.0, down: float = 0.0, port: int | None = None) -> None:
        """Packets to (`up`) and from (`down`) the hub vanish, by share; nobody is told. `port`: only those of this TCP
        port of the hub."""
        self.heal()
        self.place.run("nft", "add", "table", "inet", "lost")
        for share, hook, end in ((up, "output", "dport"), (down, "input", "sport")):
            if share:
                chain = f"{{ type filter hook {hook} priority 0 ; }}"
                self.place.run("nft", "add", "chain", "inet", "lost", hook, chain)
                which = [] if port is None else ["tcp", end, str(port)]
                dice = [] if share >= 1 else ["numgen", "random", "mod", "1000", "<", str(round(share * 1_000))]
                self.place.run("nft", "add", "rule", "inet", "lost", hook, *which, *dice, "counter", "drop")

    def heal(self) -> int:
        """Every packet arrives again. Returns how many were lost."""
        rules = json.loads(self.place.run("nft", "-j", "list", "ruleset"))["nftables"]
        self.place.run("nft", "flush", "ruleset")
        said = [part for one in rules if "rule" in one for part in one["rule"]["expr"]]
        return sum(int(part["counter"]["packets"]) for part in said if "counter" in part)

    def reaches(self, port: int, within_s: float = 0.2) -> bool:
        """Whether a TCP port of the hub answers from here."""
        with self.place.entered():
            try:
                socket.create_connection((self.hub_address, port), within_s).close()
            except OSError:
                return False
        return True

    def crawl(self, bits_per_s: int) -> None:
        """Both directions at this rate. What comes faster waits for a second in the modem's buffer, then is lost."""
        for place, device in ((self.place, "hub"), (self.hub, self.name)):
            place.run(
                "tc", "qdisc", "replace", "dev", device, "root", "tbf",
                "rate", f"{bits_per_s}bit", "burst", "3000", "latency", _BUFFERED,
            )  # fmt: skip

    def waited(self) -> int:
        """How often a packet had to wait for its turn on a crawling link."""
        ends = ((self.place, "hub"), (self.hub, self.name))
        said = [
            one for place, end in ends for one in json.loads(place.run("tc", "-s", "-j", "qdisc", "show", "dev", end))
        ]
        return sum(int(one.get("overlimits", 0)) for one in said if one["kind"] == "tbf")

    def run_free(self) -> int:
        """No bound on the rate any more. Returns `waited`."""
        waited = self.waited()
        for place, device in ((self.place, "hub"), (self.hub, self.name)):
            place.run("tc", "qdisc", "del", "dev", device, "root")
        return waited


@contextlib.contextmanager
def busy(spoke: Spoke) -> Iterator[None]:
    """Somebody else at the spoke sends to the hub whatever the link takes."""
    with spoke.hub.entered():
        door = socket.create_server((spoke.hub_address, 0))
    with spoke.place.entered():
        source = socket.create_connection(door.getsockname(), _CONNECT_S)
    source.settimeout(None)
    sink, _ = door.accept()

    def send() -> None:
        with contextlib.suppress(OSError):
            while True:
                source.send(_LOAD)

    def swallow() -> None:
        with contextlib.suppress(OSError):
            while sink.recv(len(_LOAD)):
                pass

    threads = [threading.Thread(target=one, name="a busy link") for one in (send, swallow)]
    try:
        for thread in threads:
            thread.start()
        yield
    finally:
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()
        for end in (source, sink, door):
            end.close()


@dataclass(frozen=True)
class Network:
    """A hub and its spokes by name. Spokes do not hear each other."""

    hub: Namespace
    spokes: dict[str, Spoke]


@contextlib.contextmanager
def network(*names: str) -> Iterator[Network]:
    """A hub with one spoke a name (at most 11 letters each).

    Raises NotInstalled where this process may not make networks, or ip, tc or nft are missing.
    """
    for program, package in (("ip", "iproute2"), ("tc", "iproute2"), ("nft", "nftables")):
        if shutil.which(program, path=_PATH) is None:
            raise NotInstalled(f"{program} is missing", package)
    with contextlib.ExitStack() as stack:
        hub = _opened(stack)
        spokes: dict[str, Spoke] = {}
        for number, name in enumerate(names, start=1):
            place = _opened(stack)
            spoke = Spoke(name, place, hub, f"{_PREFIX}.{number}.2", f"{_PREFIX}.{number}.1")
            hub.run("ip", "link", "add", name, "type", "veth", "peer", "name", "hub", "netns", place.path)
            hub.run("ip", "address", "add", f"{spoke.hub_address}/24", "dev", name)
            hub.run("ip", "link", "set", name, "up")
            place.run("ip", "address", "add", f"{spoke.address}/24", "dev", "hub")
            spoke.up()
            spokes[name] = spoke
        yield Network(hub, spokes)


def _opened(stack: contextlib.ExitStack) -> Namespace:
    place = stack.enter_context(contextlib.closing(Namespace()))
    place.run("ip", "link", "set", "lo", "up")
    return place


def _program(name: str) -> str:
    return shutil.which(name, path=_PATH) or name


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _enter(fd: int) -> None:
    if _libc().setns(fd, _CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _new_network() -> int:
    """A descriptor of a new network. Made by a thread that ends with it, so that ours stays where it is."""
    made: list[int] = []

    def make() -> None:
        if _libc().unshare(_CLONE_NEWNET) == 0:
            made.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC))

    thread = threading.Thread(target=make, name="new network")
    thread.start()
    thread.join()
    if not made:
        raise NotInstalled("network namespaces are not allowed here: they need root")
    return made[0]
