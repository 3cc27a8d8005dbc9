"""Residents who follow, the providers that carry what they are told, and a word of AWAS: what a city has to tell."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import create_engine

from alerts.reach.webpush import made_key
from contract.bulletin import Bulletin, bulletin_id
from contract.clock import HOUR_US, SystemClock
from contract.levels import Level
from contract.subscription import REACH_KINDS, ReachKind, Subscription
from faults.parts.brokers import free_port
from faults.parts.must import must
from faults.parts.stages import ROOT
from store.city.schema import subscriptions

CITY = "yogyakarta"
CLOCK = SystemClock()
Mix = Mapping[ReachKind, tuple[float, float]]
"""the part of all, and how many a second its provider takes"""


@contextmanager
def providers(folder: Path, mix: Mix, journal: bool = False) -> Iterator[tuple[int, int, int]]:
    """HTTP port, SMTP port and process id."""
    http, smtp = free_port(), free_port()
    command = [sys.executable, "-m", "faults.parts.providers", "--http", str(http), "--smtp", str(smtp)]
    command += [f"--rate={kind}={rate * 1.05}" for kind, (_, rate) in mix.items()]
    command += ["--journal", str(folder / "journal")] if journal else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        must(process.stdout is not None and process.stdout.readline(), "the emulated providers did not start")
        try:
            yield http, smtp, process.pid
        finally:
            process.kill()


def counts(port: int) -> dict[str, Any]:
    """What the providers say of themselves."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/counts", timeout=30) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def reach_file(folder: Path, http: int, smtp: int, mix: Mix) -> Path:
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


def followers(count: int, http: int, mix: Mix) -> Iterator[Subscription]:
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


def awas(node: str, number: int = 1, *, lasts_us: int = HOUR_US) -> Bulletin:
    """An order of the officer's, the incident's so-manieth word."""
    now_us = CLOCK.now_us()
    until_us = now_us + lasts_us
    text = "AWAS: air di Jembatan Gondolayu 312 cm, naik, pukul 02.10. Pergi SEKARANG ke SD Terban. Telepon 112."
    return Bulletin(
        id=bulletin_id("incident", number), city=CITY, event="event", incident="incident", node=node, number=number,
        kind="order", at_us=now_us, measured_us=now_us, crossed_us=now_us, level=Level.AWAS, expires_us=until_us,
        text={"id": text, "en": text}, sms={"id": text, "en": text}, script={}, ground="officer",
    )  # fmt: skip
