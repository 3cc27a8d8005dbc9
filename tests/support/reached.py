"""A city whose residents were told: followers, messages in every state, a day's spending."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from zoneinfo import ZoneInfo

from support.reaching import sent, telling
from support.seed import Town
from support.subscriptions import subscription

from contract.clock import MINUTE_US, SECOND_US
from contract.levels import Level
from contract.reach import ProviderInfo, SendState, Settled, Walk
from contract.reach_shown import day_of
from contract.subscription import ReachKind, SubscriptionState, Telling
from store.sends import reach_lease

PROVIDERS = (
    ProviderInfo(kind="webpush", rate_per_s=500.0),
    ProviderInfo(kind="email", rate_per_s=20.0, budget_day=50),
    ProviderInfo(kind="sms", rate_per_s=0.5, budget_day=10),
    ProviderInfo(kind="telegram", rate_per_s=25.0, posts=True),
)
Counts = Mapping[ReachKind, Mapping[SendState, int]]


def deliver(city: Town, ttl_s: float = 60.0) -> None:
    """Somebody delivers, and has said so just now."""
    assert city.cities.lease(reach_lease(city.profile.code), "penyampai", city.now_us, ttl_s) is not None


def told(city: Town, name: str, counts: Counts, *, ago_us: int = MINUTE_US, reason: str = "gone", **of: Any) -> Telling:
    """A telling that went out so long ago, and what became of its sends; a provider took the last 40 s after it."""
    code = city.profile.code
    at_us = city.now_us - ago_us
    one = telling(name, **{"city": code, "at_us": at_us, "link": f"/siaran/{name}", **of})
    lease = city.cities.lease(reach_lease(code), "penyampai", city.now_us, 60.0)
    assert lease is not None
    walk = Walk(telling=one)
    number = city.cities.reach_cursor(code, "bulletins") + 1
    city.cities.begin_walk(lease, walk, "bulletins", number, at_us + SECOND_US)
    made = [
        sent(at, name, key=f"{name}/{kind}/{state}/{at}", kind=kind, token=f"{name}-{kind}-{state}-{at}", thread=name,
             subscription=f"{kind}-{state}-{at}", not_before_us=at_us, expires_us=None)
        for kind, states in counts.items() for state, count in states.items() for at in range(count)
    ]  # fmt: skip
    city.cities.put_sends(lease, Walk(telling=one, done=True), made, at_us + 2 * SECOND_US)
    taken_us, phones, came = at_us + 40 * SECOND_US, list[str](), list[Settled]()
    for kind in counts:
        for due in city.cities.sends_due(code, kind, city.now_us, limit=10_000):
            state = cast(SendState, due.send.subscription.split("-")[1])
            if due.send.telling == name and state != "waiting":
                why = reason if state == "failed" else ""
                came.append(Settled(send=due.send, state="accepted" if state == "delivered" else state, reason=why))
                phones += [due.send.token] if state == "delivered" else []
    city.cities.settle(lease, came, day_of(city.now_us, ZoneInfo(city.profile.zone)), taken_us)
    city.cities.put_receipts(phones, taken_us + SECOND_US)
    return one


def followers(city: Town, kind: ReachKind, state: SubscriptionState, count: int) -> None:
    for at in range(count):
        one = subscription(
            id=f"{kind}-{state}-{at}", city=city.profile.code, kind=kind, state=state,
            address=f"rahasia{at}-{state}-{kind}@contoh.example",
        )  # fmt: skip
        city.cities.put_subscription(one, f"d-{kind}-{state}-{at}", None)


def busy(city: Town) -> None:
    """A flood evening: an order under way, a first word, an update that was overtaken, and what no phone heard."""
    for kind, state, count in (
        ("webpush", "active", 6), ("webpush", "bounced", 2), ("email", "active", 4), ("email", "paused", 1),
        ("email", "pending", 1), ("sms", "active", 3), ("whatsapp", "active", 2),
    ):  # fmt: skip
        followers(city, kind, state, count)  # type: ignore[arg-type]
    place = "K. Code di Gondolayu"
    told(city, "kabar-1", {}, ago_us=300 * MINUTE_US, text={"id": f"WASPADA {place} 96 cm.", "en": f"WATCH {place}."})
    told(
        city, "kabar-2", {"sms": {"expired": 1, "superseded": 2}, "email": {"superseded": 3}}, ago_us=90 * MINUTE_US,
        exempt=False, text={"id": f"WASPADA {place} 104 cm, naik.", "en": f"WATCH {place} 104 cm, rising."},
    )  # fmt: skip
    told(
        city, "kabar-3", {"webpush": {"accepted": 24, "delivered": 1}, "email": {"accepted": 30, "failed": 2}},
        ago_us=60 * MINUTE_US, level=Level.SIAGA,
        text={"id": f"SIAGA {place} 160 cm, naik. Belum dikonfirmasi petugas.", "en": f"ALERT {place} 160 cm, rising."},
    )  # fmt: skip
    told(
        city, "kabar-4",
        {"webpush": {"delivered": 9, "accepted": 3}, "email": {"accepted": 12, "unknown": 1},
         "sms": {"accepted": 10, "waiting": 240}, "telegram": {"accepted": 1}},
        ago_us=3 * MINUTE_US, level=Level.AWAS, order=True,
        text={"id": f"AWAS banjir {place} 310 cm naik. Pergi SEKARANG ke SD Terban. Ajak lansia.",
              "en": f"DANGER flood {place} 310 cm rising. Go NOW to SD Terban. Help the old."},
    )  # fmt: skip
