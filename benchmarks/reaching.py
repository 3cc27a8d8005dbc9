"""A hundred thousand who follow, by six channels, and the first message of AWAS: how long until all of it is taken.

Real `siaga reach` as a process, on the one-machine profile's database, and all providers emulated in one other process:
each takes so many messages a second as is printed, refuses more with 429, and knows what it has taken by its key. The
time counts from the commit of the bulletin to the last message taken, by the providers' clock. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import psutil
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import create_engine

from alerts.reach.webpush import made_key
from benchmarks.machine import tell
from cities.load import load
from contract.bulletin import Bulletin, bulletin_id
from contract.clock import HOUR_US, SECOND_US, SystemClock
from contract.levels import Level
from contract.subscription import REACH_KINDS, ReachKind, Subscription
from faults.parts.brokers import free_port, wait_until
from faults.parts.stages import stage
from store import open_city
from store.city.schema import subscriptions
from store.ports import EngineCommit

CITY = "yogyakarta"
CLOCK = SystemClock()
FOLLOWERS = 100_000
Mix = Mapping[ReachKind, tuple[float, float]]
"""the part of all, and how many a second its provider takes"""
MIX: Mix = {
    "webpush": (0.70, 2_000.0),
    "email": (0.20, 500.0),
    "whatsapp": (0.045, 120.0),
    "sms": (0.04, 120.0),
    "telegram": (0.014, 28.0),
    "ntfy": (0.001, 20.0),
}
WITHIN_S = 60.0


@contextmanager
def providers(folder: Path, mix: Mix = MIX, journal: bool = False) -> Iterator[tuple[int, int, int]]:
    """HTTP port, SMTP port and process id."""
    http, smtp = free_port(), free_port()
    command = [sys.executable, "-m", "faults.parts.providers", "--http", str(http), "--smtp", str(smtp)]
    command += [f"--rate={kind}={rate * 1.05}" for kind, (_, rate) in mix.items()]
    command += ["--journal", str(folder / "journal")] if journal else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield http, smtp, process.pid
        finally:
            process.kill()


def counts(port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/counts", timeout=30) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def reach_file(folder: Path, http: int, smtp: int, mix: Mix = MIX) -> Path:
    (folder / "key").write_text(made_key(), encoding="utf-8")
    (folder / "word").write_text("word", encoding="utf-8")
    base = f"http://127.0.0.1:{http}"
    fields: Mapping[ReachKind, str] = {
        "webpush": 'contact = "mailto:bpbd@kota.example"\nsecret_file = "key"',
        "email": f'server = "127.0.0.1"\nport = {smtp}\nsecurity = "none"\nsender = "siaga@kota.example"',
        "telegram": f'url = "{base}"\nsecret_file = "word"',
        "whatsapp": f'url = "{base}/wa"\ntemplate = "peringatan"\nsecret_file = "word"',
        "sms": f'url = "{base}/sms"\nbody = "to={{to}}&text={{text}}&key={{key}}"',
        "ntfy": f'url = "{base}"',
    }
    text = "".join(
        f'[[provider]]\nkind = "{kind}"\nrate_per_s = {mix[kind][1]}\n{fields[kind]}\n\n' for kind in REACH_KINDS
    )
    path = folder / "reach.toml"
    path.write_text(text, encoding="utf-8")
    return path


def address(kind: ReachKind, number: int, http: int, key: str) -> str:
    if kind == "webpush":
        auth = base64.urlsafe_b64encode(number.to_bytes(16, "big")).rstrip(b"=").decode()
        told = {"endpoint": f"http://127.0.0.1:{http}/push/{number}", "keys": {"auth": auth, "p256dh": key}}
        return json.dumps(told, sort_keys=True, separators=(",", ":"))
    if kind == "email":
        return f"warga{number}@contoh.example"
    if kind == "ntfy":
        return f"http://127.0.0.1:{http}/warga-{number}"
    return f"+6281{number:09d}"


def followers(count: int, http: int, mix: Mix = MIX) -> Iterator[Subscription]:
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    raw = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    key = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    number = 0
    for kind, (part, _) in mix.items():
        for _ in range(round(part * count)):
            number += 1
            yield Subscription(
                id=f"sub-{number}", city=CITY, kind=kind, address=address(kind, number, http, key), language="id",
                topics=frozenset({"flood"}), whole_city=True, created_us=CLOCK.now_us(), state="active",
            )  # fmt: skip


def keep(url: str, every: Iterable[Subscription]) -> None:
    """All at once: through the port it would take minutes, and it is not what is measured."""
    rows = []
    for one in every:
        row = {field.name: getattr(one, field.name) for field in fields(one) if field.name != "serial"}
        row |= {"topics": sorted(one.topics), "gauges": [], "regions": [], "from_level": int(one.from_level)}
        rows.append(row | {"scope": one.scope, "manage_digest": "", "code_digest": "", "wrong_codes": 0})
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(subscriptions.insert(), rows)
    engine.dispose()


def awas(node: str, number: int = 1) -> Bulletin:
    now_us = CLOCK.now_us()
    until_us = now_us + HOUR_US
    text = "AWAS: air di Jembatan Gondolayu 312 cm, naik, pukul 02.10. Pergi SEKARANG ke SD Terban. Telepon 112."
    return Bulletin(
        id=bulletin_id("incident", number), city=CITY, event="event", incident="incident", node=node, number=number,
        kind="order", at_us=now_us, measured_us=now_us, crossed_us=now_us, level=Level.AWAS, expires_us=until_us,
        text={"id": text, "en": text}, sms={"id": text, "en": text}, script={}, ground="officer",
    )  # fmt: skip


def of_all(pid: int) -> list[psutil.Process]:
    """A process and those that it started."""
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]


def cpu_s(process: psutil.Process) -> float:
    return float(sum(process.cpu_times()[:2]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=FOLLOWERS, help="fewer, to try; the result is not kept")
    parser.add_argument("--senders", type=int, default=len(os.sched_getaffinity(0)), help="processes that send")
    options = parser.parse_args()
    city = load(CITY)
    node = next(one.node for one in city.nodes if one.kind == "gauge")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="siaga-benchmark-")))
        http, smtp, pid = stack.enter_context(providers(folder))
        settings = {
            "SIAGA_CITY": CITY,
            "SIAGA_DATA_FOLDER": folder / "data",
            "SIAGA_CITY_URL": f"sqlite:///{folder / 'city.db'}",
            "SIAGA_REACH_FILE": reach_file(folder, http, smtp),
            "SIAGA_OUTWARD_ALLOW": "127.0.0.0/8",
            "SIAGA_REACH_SENDERS": options.senders,
        }
        cities = stack.enter_context(closing(open_city(str(settings["SIAGA_CITY_URL"]))))
        cities.put_profile(city, CLOCK.now_us())
        keep(str(settings["SIAGA_CITY_URL"]), followers(options.count, http))
        reach = stack.enter_context(stage(folder / "log", settings, "reach"))
        must_lead = wait_until(lambda: reach.lines("reach.leading"), 30, 0.1)
        assert must_lead, reach.said()
        lease = cities.lease(CITY, "benchmark", CLOCK.now_us(), 600)
        assert lease is not None
        bulletin = awas(node)
        began_s = time.time()
        cities.commit(lease, EngineCommit(bulletins=(bulletin,)))
        committed_s = time.time()
        wait_until(lambda: reach.ended or sum(counts(http)["taken"].values()) >= options.count, 300, 0.5)
        told = counts(http)
        kept_s = CLOCK.now_us()
        wait_until(lambda: not any(cities.waiting_sends(CITY).values()), 30, 0.2)
        kept = (CLOCK.now_us() - kept_s) / SECOND_US
        figures: dict[str, Any] = {
            "followers": options.count,
            "senders": options.senders,
            "rates_per_s": {kind: rate for kind, (_, rate) in MIX.items()},
            "taken": told["taken"],
            "accepted_for_all_s": round(max(told["last_s"].values()) - committed_s, 1),
            "accepted_for_all_by_kind_s": {kind: round(at - committed_s, 1) for kind, at in told["last_s"].items()},
            "commit_s": round(committed_s - began_s, 3),
            "kept_after_s": round(kept, 1),
            "again_by_key": sum(told["again"].values()),
            "refused_429": sum(told["refused"].values()),
            "missing": options.count - sum(told["taken"].values()),
            "within_s": WITHIN_S,
            "reach_cpu_s": round(sum(map(cpu_s, of_all(reach.pid))), 1),
            "providers_cpu_s": round(cpu_s(psutil.Process(pid)), 1),
            "cores": len(os.sched_getaffinity(0)),
        }
        if reach.ended:
            sys.exit(reach.said())
    if options.count == FOLLOWERS:
        tell("reaching", figures)
    else:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
