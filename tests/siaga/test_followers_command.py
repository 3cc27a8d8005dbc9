"""`siaga followers`: an address that asks for it is forgotten."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from support.commands import new_city, run
from support.subscriptions import subscription
from typer.testing import CliRunner

from contract.errors import BadInput
from siaga import wiring
from siaga.cli import app
from siaga.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    made = new_city(tmp_path, monkeypatch)
    with closing(wiring.cities(made)) as store:
        for name, kind, address in (
            ("a", "email", "wiji@contoh.example"),
            ("b", "sms", "+6281234567890"),
            ("c", "whatsapp", "+6281234567890"),
        ):
            one = subscription(id=name, city=made.city, kind=kind, address=address, state="active")
            store.put_subscription(one, f"d{name}", None)
    return made


def test_an_address_is_forgotten_by_whatever_way_it_is_told(settings: Settings) -> None:
    """A number written as people write it, by text message and by WhatsApp; others stay, and the log has no address."""
    assert run("followers", "count").split() == [
        "email",
        "active",
        "1",
        "sms",
        "active",
        "1",
        "whatsapp",
        "active",
        "1",
    ]
    assert "ended: 2" in run("followers", "erase", "0812-3456-7890")
    with closing(wiring.cities(settings)) as store:
        counts = store.subscription_counts(settings.city)
        assert counts == {("email", "active"): 1, ("sms", "left"): 1, ("whatsapp", "left"): 1}
        rows = [one for one in store.audit(settings.city) if one.what == "subscription.left"]
        assert {one.object for one in rows} == {"subscription/b", "subscription/c"}
        assert all(one.actor.startswith("cli:") for one in rows)
        assert "81234567890" not in repr(rows)


def test_it_may_come_by_the_standard_input(settings: Settings) -> None:
    """So that it stands in no shell's history."""
    answer = CliRunner().invoke(app, ["followers", "erase", "-"], input="wiji@contoh.example\n", catch_exceptions=False)
    assert "ended: 1" in answer.output


@pytest.mark.parametrize(
    ("written", "why"),
    [("di Terban", "no address by which anybody is told"), ("lain@contoh.example", "nobody follows by this address")],
)
def test_what_cannot_be_done_is_said(settings: Settings, written: str, why: str) -> None:
    """A typing error must not look as if something had been forgotten."""
    with pytest.raises(BadInput, match=why):
        CliRunner().invoke(app, ["followers", "erase", written], catch_exceptions=False)
