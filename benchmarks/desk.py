"""How many requests a second the desk's two lists bear at 10,000 cases and 1,500 nodes. Prints one JSON object.

The server is one process on SQLite; requests come at their moments whatever became of those before, over lines that
stay open, once while nothing changes and once while another process writes five times a second. A rate is borne where
nineteen of twenty answers are there within 50 ms. And: what 10,000 reports from fifty accounts leave in the queue.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from statistics import median

import httpx

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.seed import Town, normal, town
from support.visitors import person, signed_in

from benchmarks.machine import tell
from complaints.intake import Intake, Said
from contract.clock import DAY_US, MINUTE_US, SystemClock
from faults.parts.brokers import free_port
from store.cases import CaseUpdate, Inbox

CASES, NODES, ACCOUNTS, SPAM = 10_000, 1_500, 50, 10_000
RATES_PER_S, FOR_S, LINES, BORNE_MS = (50, 100, 200), 6.0, 64, 50.0
WRITES_PER_S = 5
LISTS = {
    "open311_50": "/open311/v2/requests.json?page_size=50",
    "open311_open": "/open311/v2/requests.xml?status=open&page_size=50",
    "open311_max": "/open311/v2/requests.json",
    "inbox": "/petugas",
}


def filled(folder: Path) -> Town:
    """A city with so many cases of residents, a third of them open, over ninety days; and so many nodes."""
    city = town(folder, SystemClock(), register=False)
    points = city.nodes("wifi")
    more = [
        replace(points[at % len(points)], node=f"{points[at % len(points)].node}-{at}")
        for at in range(NODES - len(city.profile.nodes))
    ]
    city.profile = replace(city.profile, nodes=(*city.profile.nodes, *more))
    city.cities.put_profile(city.profile, city.now_us - 100 * DAY_US)
    normal(city)
    rng, intake = random.Random(1), Intake(city.cities, city.profile)
    regions, categories = city.profile.regions, city.profile.categories
    for number in range(CASES):
        place, category = rng.choice(regions), rng.choice(categories)
        at_us = city.now_us - rng.randrange(90 * DAY_US)
        where = (place.lat + rng.uniform(-0.02, 0.02), place.lon + rng.uniform(-0.02, 0.02))
        said = Said(f"b/{number}", "web", category.code, *where, place.code, f"Laporan {number}")
        taken = intake.take(said, at_us)
        if taken.case is not None and not taken.joined and number % 3:
            _end(city, taken.case.number, at_us + DAY_US // 2)
    return city


def _end(city: Town, number: str, at_us: int) -> None:
    from complaints.casework import appended

    line = CaseUpdate(f"{number}/end", number, at_us, at_us, "fixed", {"id": "Selesai", "en": "Done"}, "BPBD")
    city.cities.move_case(number, line.key, lambda sight: appended(sight, line))


@contextmanager
def writing(folder: Path, per_s: float) -> Iterator[None]:
    """Another process, which says something of one open case after the other."""
    words = [sys.executable, "-m", "benchmarks.desk", "write", str(folder), str(per_s)]
    paths = f"{Path(__file__).parents[1]}:{Path(__file__).parents[1] / 'tests'}"
    writer = subprocess.Popen(words, env={"PYTHONPATH": paths, "PATH": "/usr/bin:/bin"}, stdout=subprocess.PIPE)
    try:
        assert writer.stdout is not None
        writer.stdout.readline()
        yield
    finally:
        writer.terminate()
        writer.wait(10)


def write(folder: Path, per_s: float) -> None:
    """Until it is ended. Every second write is of one of the newest cases, which the lists begin with."""
    city = town(folder, SystemClock(), register=False)
    code = city.profile.code
    pressing = city.cities.inbox(code, Inbox(), limit=100)
    newest = city.cities.find_cases(code, limit=200, open_=True, counted=False).cases
    print("writing", flush=True)
    began_s = time.perf_counter()
    for number in count():
        case = (pressing, newest)[number % 2][number % 100]
        _say(city, case.number)
        time.sleep(max(0.0, began_s + (number + 1) / per_s - time.perf_counter()))


def _say(city: Town, number: str) -> None:
    from complaints.casework import appended

    words = {"id": "Regu di jalan", "en": "A team is on its way"}
    key = f"{number}/{time.time_ns()}"
    line = CaseUpdate(key, number, city.now_us, city.now_us, "in_progress", words, "BPBD")
    city.cities.move_case(number, line.key, lambda sight: appended(sight, line))


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """The port of a server of that city."""
    port = free_port()
    words = [sys.executable, str(Path(__file__).parents[1] / "tests/support/serve_city.py"), str(folder), str(port)]
    paths = f"{Path(__file__).parents[1]}:{Path(__file__).parents[1] / 'tests'}"
    server = subprocess.Popen(words, env={"PYTHONPATH": paths, "PATH": "/usr/bin:/bin"})
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(10)


async def asked(port: int, path: str, headers: Mapping[str, str], rate_per_s: int) -> list[float]:
    """Milliseconds from the moment that a request was due to the end of its answer, of each request."""
    due: asyncio.Queue[float] = asyncio.Queue()
    took: list[float] = []
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    wire = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{more}\r\n".encode()

    async def line() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while True:
            at_s = await due.get()
            writer.write(wire)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head[:80].decode("latin-1"))
            length = next(int(one[15:]) for one in head.lower().split(b"\r\n") if one.startswith(b"content-length:"))
            await reader.readexactly(length)
            took.append(1_000 * (time.perf_counter() - at_s))
            due.task_done()

    lines = [asyncio.create_task(line()) for _ in range(LINES)]
    began_s = time.perf_counter()
    for number in range(round(rate_per_s * FOR_S)):
        await asyncio.sleep(max(0.0, began_s + number / rate_per_s - time.perf_counter()))
        due.put_nowait(began_s + number / rate_per_s)
    waiting = asyncio.create_task(due.join())
    await asyncio.wait([waiting, *lines], return_when=asyncio.FIRST_COMPLETED, timeout=60)
    for one in lines:
        if one.done():
            one.result()
        one.cancel()
    waiting.cancel()
    return took


def borne(name: str, port: int, path: str, headers: Mapping[str, str]) -> dict[str, float]:
    """The figures of one list, up to the first rate that it does not bear."""
    found: dict[str, float] = {f"{name}_borne_per_s": 0}
    for rate in RATES_PER_S:
        took = sorted(asyncio.run(asked(port, path, headers, rate)))
        p95_ms = round(took[len(took) * 95 // 100], 1)
        found |= {f"{name}_ms_p50_at_{rate}": round(median(took), 1), f"{name}_ms_p95_at_{rate}": p95_ms}
        print(name, rate, p95_ms, file=sys.stderr)
        if p95_ms > BORNE_MS:
            break
        found[f"{name}_borne_per_s"] = rate
    return found


def spammed(folder: Path) -> dict[str, int]:
    """Fifty accounts send ten thousand reports within an hour, all over the city."""
    city = town(folder)
    intake, rng = Intake(city.cities, city.profile), random.Random(2)
    for number in range(SPAM):
        place = rng.choice(city.profile.regions)
        where = (place.lat + rng.uniform(-0.03, 0.03), place.lon + rng.uniform(-0.03, 0.03))
        said = Said(f"s/{number}", "web", "banjir", *where, place.code, "BANJIR", account=f"a{number % ACCOUNTS}")
        intake.take(said, city.now_us + number * MINUTE_US // 200)
    code = city.profile.code
    found = {
        "spam_reports": SPAM,
        "spam_in_queue": len(city.cities.inbox(code, Inbox(), limit=SPAM)),
        "spam_kept": len(city.cities.aside(code, limit=SPAM)),
        "spam_warnings": len(city.cities.bulletins(code)),
    }
    city.close()
    return found


def main() -> None:
    found: dict[str, float] = {"cases": CASES, "nodes": NODES}
    with tempfile.TemporaryDirectory() as folder:
        city = filled(Path(folder))
        visitor = signed_in(city, person(city, "officer", "officer", agency="bpbd"))
        city.close()
        with served(Path(folder)) as port:
            for name, path in LISTS.items():
                sent = visitor.sent if name == "inbox" else {}
                httpx.get(f"http://127.0.0.1:{port}{path}", headers=sent, timeout=30).raise_for_status()
                found |= borne(name, port, path, sent)
                with writing(Path(folder), WRITES_PER_S):
                    found |= borne(f"{name}_written", port, path, sent)
    with tempfile.TemporaryDirectory() as folder:
        found |= spammed(Path(folder))
    tell("desk", found)


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        write(Path(sys.argv[2]), float(sys.argv[3]))
    main()
