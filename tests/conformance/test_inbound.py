"""What people send by message, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

from support.city_data import NOON_US
from support.people_data import CITY

from contract.inbound import Came, Echo, Tally
from store.inbound import KEPT_US
from store.ports import CityStore, Outgoing

CAME = Came(
    city=CITY, source="sms", message="m1", sender="s1", at_us=NOON_US, intent="level", about="jog-gauge-05",
    answer="NORMAL K.Code 62 cm",
)  # fmt: skip
SAID = Echo(
    city=CITY, incident="i1", sender="s1", bulletin="b1", said="yes", place="34.71.03.1005", source="sms", at_us=NOON_US
)


def test_a_message_is_kept_once(city_store: CityStore) -> None:
    """Delivered again it changes nothing: neither what was said nor what is sent out."""
    row = Outgoing(key="answer/sms/m1", city=CITY, channel="answer/wa", event="", body={}, created_us=NOON_US)
    assert city_store.inbound(CITY, "sms", "m1") is None
    assert city_store.keep_inbound(CAME, SAID, [row])
    assert not city_store.keep_inbound(replace(CAME, at_us=NOON_US + 9), replace(SAID, said="help"), [row])
    assert city_store.inbound(CITY, "sms", "m1") == CAME
    assert city_store.inbound(CITY, "wa", "m1") is None
    assert (city_store.inbound_heard(CITY), city_store.inbound_heard("sleman")) == ({"sms": NOON_US}, {})
    assert city_store.echoes(CITY, ["i1"]) == {"i1": [Tally("yes", SAID.place, 1, NOON_US)]}
    assert [one.key for one in city_store.due(CITY, NOON_US)] == [row.key]


def test_a_sender_counts_once_and_their_last_word_counts(city_store: CityStore) -> None:
    """By incident; an older message that comes late does not speak against a newer one."""
    later = replace(SAID, said="help", bulletin="b2", at_us=NOON_US + 5)
    assert city_store.keep_inbound(CAME, SAID)
    assert city_store.keep_inbound(replace(CAME, message="m2"), later)
    assert city_store.keep_inbound(replace(CAME, message="m3"), replace(SAID, said="no", at_us=NOON_US + 1))
    assert city_store.keep_inbound(replace(CAME, message="m4", sender="s2"), replace(SAID, sender="s2"))
    assert city_store.keep_inbound(replace(CAME, message="m5"), replace(SAID, incident="i2"))
    assert city_store.echoes(CITY, ["i1"]) == {
        "i1": [Tally("help", SAID.place, 1, NOON_US + 5), Tally("yes", SAID.place, 1, NOON_US)]
    }
    assert set(city_store.echoes(CITY, ["i1", "i2", "i3"])) == {"i1", "i2"}
    assert city_store.echoes("sleman", ["i1"]) == {}
    assert city_store.echoes(CITY, []) == {}


def test_what_somebody_wrote_of_last_is_known_for_a_while(city_store: CityStore) -> None:
    """Of this sender, and not before the moment that is asked for."""
    city_store.keep_inbound(CAME)
    city_store.keep_inbound(replace(CAME, message="m2", about="jog-gauge-06", at_us=NOON_US + 7))
    city_store.keep_inbound(replace(CAME, message="m3", about="", at_us=NOON_US + 8))
    city_store.keep_inbound(replace(CAME, message="m4", sender="s2", about="jog-gauge-07", at_us=NOON_US + 9))
    assert city_store.last_about(CITY, "s1", NOON_US) == "jog-gauge-06"
    assert city_store.last_about(CITY, "s1", NOON_US + 8) == ""
    assert city_store.last_about(CITY, "s3", 0) == ""


def test_messages_are_forgotten_after_a_month(city_store: CityStore) -> None:
    """With the next one that comes; what they said of a warning stays."""
    city_store.keep_inbound(CAME, SAID)
    city_store.keep_inbound(replace(CAME, message="m2", intent="help", at_us=NOON_US + KEPT_US))
    assert city_store.inbound_counts(CITY, 0) == {"level": 1, "help": 1}
    city_store.keep_inbound(replace(CAME, message="m3", intent="help", at_us=NOON_US + KEPT_US + 1))
    assert city_store.inbound_counts(CITY, 0) == {"help": 2}
    assert city_store.inbound_counts(CITY, NOON_US + KEPT_US + 1) == {"help": 1}
    assert city_store.echoes(CITY, ["i1"])
