"""What a message is answered, what of it is kept, and what it says of a warning. Knows no provider and no route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians

from api import tokens
from api.context import Context
from api.following import Following
from api.gauges import Gauge, gauges_of
from api.inbound_following import Follows, Writer, is_of, writer_of
from api.inbound_payloads import Sent
from api.inbound_texts import fitted, level_text, levels_text, listed, where_words
from api.language import Language, Speech
from api.snapshot import Snapshots
from complaints.envelope import Envelope
from contract.bulletin import Bulletin
from contract.chain import kecamatan_of, standing
from contract.clock import DAY_US, HOUR_US, SECOND_US
from contract.errors import Rejected
from contract.inbound import CHANNEL, Came, Echo, Heard, Said, Source, heard
from contract.place_names import Place, find, places_of
from contract.subscription import Subscription
from store.ports import Outgoing

PER_MINUTE = 10
"""messages of one sender that are read"""
UNREAD_PER_HOUR = 5
"""so often somebody is told that they were not understood: two machines must not talk for ever"""
NEWS_US = 3 * DAY_US
PLACE_MOST = 60
REMEMBERED_US = 12 * HOUR_US
"""for so long it is known what place somebody wrote of"""
ANSWER_S = 600.0
"""an answer that could not be given within this is not given late"""
_SAID: Mapping[str, Said] = {"yes": "yes", "no": "no", "help": "help"}
_FIGURES: Mapping[Said, str] = {"yes": "1", "no": "2", "help": "3"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered, the place it was about, and what it says of a warning. `understood`: a person is told so as
    often as they ask."""

    text: str
    about: str = ""
    echo: tuple[Bulletin, Said, str] | None = None
    understood: bool = True


class Answering:
    """Of one city. Raises Unavailable where a store is away: the provider brings the message again."""

    def __init__(self, context: Context, snapshots: Snapshots, sources: Sequence[Source]) -> None:
        self._context = context
        self._snapshots = snapshots
        self._follows = Follows(context)
        self._envelopes = {one.name: Envelope(one.secret) for one in sources}

    def take(self, source: Source, sent: Sent) -> str:
        """Read a message once, keep it, and return what is said in the reply: "" for nothing, and where the answer
        goes by the outbox. Brought again it changes nothing and is answered the same."""
        cities, city, now_us = self._context.cities, self._context.city, self._context.clock.now_us()
        envelope = self._envelopes[source.name]
        sender, number = envelope.digest("sender", sent.sender), envelope.digest("message", sent.message)
        known = cities.inbound(city, source.name, number)
        if known is not None:
            return "" if source.channel else known.answer
        said = heard(sent.text)
        count = self._times(f"inbound {sender}", 60.0)
        if count > PER_MINUTE:
            answer = self._slow(said) if count == PER_MINUTE + 1 else None
        else:
            answer = self.answer(said, sender, writer_of(source.kind, sent.sender) if source.follows else None)
            if not answer.understood and self._times(f"inbound unread {sender}", 3600.0) > UNREAD_PER_HOUR:
                answer = None
        if answer is None:
            return ""
        came = Came(
            city=city, source=source.name, message=number, sender=sender, at_us=now_us, intent=said.intent,
            about=answer.about, answer=answer.text,
        )  # fmt: skip
        rows = [_row(came, source, envelope.sealed(sent.sender))] if source.channel else []
        cities.keep_inbound(came, _echo(came, answer), rows)
        return "" if source.channel else answer.text

    def answer(self, said: Heard, sender: str = "", writer: Writer | None = None) -> Answer:
        """What is said to a message. `sender`: the digest of who wrote it, "" for nobody; `writer`: how they are told
        what they follow, None where nobody is told by this way. Keeps nothing but what a writer follows or leaves."""
        speech = self._speech(said)
        snapshot = self._snapshots.now()
        gauges = gauges_of(self._context.profile, snapshot)
        known = places_of(self._context.profile, {one.node for one in gauges})
        if said.code and writer is not None:
            return self._started(said.code, speech, gauges, writer)
        if said.intent in {"info", "start"}:
            return Answer(self._info(speech, gauges, writer))
        if said.intent == "nothing":
            return Answer(self._info(speech, gauges, writer), understood=False)
        if said.intent in _SAID:
            return self._said(said, speech, gauges, known, sender, writer)
        if said.intent in {"follow", "leave"}:
            return self._followed(said, speech, gauges, known, writer)
        return self._asked(said, speech, gauges, known)

    # ------------------------------------------------------------ how high is it

    def _asked(self, said: Heard, speech: Speech, gauges: Sequence[Gauge], known: Sequence[Place]) -> Answer:
        found = find(said.words, known)
        if found.place is None:
            return Answer(self._unknown(speech, gauges), understood=False)
        if found.others:
            return Answer(_which(speech, [found.place, *found.others]))
        place = found.place
        here, near = self._gauges_at(place, gauges)
        if not here:
            return Answer(fitted(speech("inbound_no_gauges")), place.code)
        standing_here = self._standing({one.node for one in here})
        order = next((one for one in standing_here if one.kind == "order"), None)
        if order is not None:
            return Answer(fitted(order.sms.get(speech.language) or order.text.get(speech.language, "")), place.code)
        if len(here) > 1:
            return Answer(levels_text(here, speech, _named(place, speech)), place.code)
        text = level_text(here[0], speech, asks=any(one.kind == "fact" for one in standing_here))
        if near:
            text = fitted(speech("inbound_nearest", place=place.name, answer=text), text)
        return Answer(text, place.code)

    def _gauges_at(self, place: Place, gauges: Sequence[Gauge]) -> tuple[list[Gauge], bool]:
        """Those that speak for a place; and whether it is only the nearest one, where none stands in its kecamatan."""
        if place.kind == "city":
            return list(gauges), False
        if place.kind != "region":
            return [one for one in gauges if place.code == (one.river if place.kind == "river" else one.node)], False
        own = [one for one in gauges if self._kecamatan(one) == kecamatan_of(place.code)]
        region = next((one for one in self._context.profile.regions if one.code == place.code), None)
        if own or region is None or not gauges:
            return own, False
        east = cos(radians(region.lat))
        return [min(gauges, key=lambda one: hypot(one.lat - region.lat, (one.lon - region.lon) * east))], True

    def _kecamatan(self, gauge: Gauge) -> str:
        site = self._context.profile.site_of(gauge.node)
        return kecamatan_of(site.region) if site is not None else ""

    # ------------------------------------------------------------ what is it like where you are

    def _said(
        self,
        said: Heard,
        speech: Speech,
        gauges: Sequence[Gauge],
        known: Sequence[Place],
        sender: str,
        writer: Writer | None,
    ) -> Answer:
        word, phone = _SAID[said.intent], self._phone
        place = find(said.words, known, first="region").place
        if said.words and place is None and word != "help":
            return Answer(self._unknown(speech, gauges), understood=False)
        place = place or self._remembered(sender, known)
        mine = [] if place or writer is None else self._follows.of(writer)
        told = self._standing(self._nodes_of(mine, known, gauges) if mine else self._nodes(place, gauges))
        if place is None and len({one.incident for one in told}) > 1:
            if word == "help":
                return Answer(fitted(speech("inbound_help_alone", phone=phone)))
            name = self._example(gauges)
            return Answer(fitted(speech("inbound_where", said=_FIGURES[word], name=name, phone=phone)))
        here = place.name if place else speech("inbound_here")
        if not told:
            alone, none = (
                speech("inbound_help_alone", phone=phone),
                speech("inbound_no_warning", phone=phone, place=here),
            )
            text = alone if word == "help" else none
            return Answer(fitted(text), place.code if place else "")
        regions = {code for one in mine for code in one.regions}
        region = place.code if place is not None and place.kind == "region" else ""
        region = region or (regions.pop() if len(regions) == 1 else "")
        gauge = next((one for one in gauges if one.node == told[0].node), None)
        where = place.name if region and place else where_words(gauge, speech) if gauge else here
        text = fitted(*(_noted(speech, word, one, phone) for one in (where, here)))
        return Answer(text, place.code if place else told[0].node, (told[0], word, region))

    def _nodes(self, place: Place | None, gauges: Sequence[Gauge]) -> set[str] | None:
        """The gauges that speak for a place; None: all of them."""
        return {one.node for one in self._gauges_at(place, gauges)[0]} if place is not None else None

    def _nodes_of(
        self, mine: Sequence[Subscription], known: Sequence[Place], gauges: Sequence[Gauge]
    ) -> set[str] | None:
        """Those of what somebody follows; None where they follow the whole city."""
        if any(one.whole_city for one in mine):
            return None
        codes = {code for one in mine for code in one.regions}
        places = [one for one in known if one.kind == "region" and one.code in codes]
        found = {node for one in mine for node in one.gauges}
        return found.union(*(self._nodes(one, gauges) or set() for one in places))

    # ------------------------------------------------------------ to be told

    def _followed(
        self,
        said: Heard,
        speech: Speech,
        gauges: Sequence[Gauge],
        known: Sequence[Place],
        writer: Writer | None,
    ) -> Answer:
        name = self._example(gauges)
        if writer is None:
            return Answer(fitted(speech("inbound_follow_not", name=name)))
        found = find(said.words, known, first="region")
        if found.others and found.place is not None:
            return Answer(_which(speech, [found.place, *found.others]))
        if said.words and found.place is None:
            return Answer(self._unknown(speech, gauges), understood=False)
        if said.intent == "leave":
            return self._left(found.place, speech, gauges, writer)
        if found.place is None:
            return Answer(fitted(speech("inbound_follow_which", name=name)))
        return self._begun(found.place, speech, gauges, writer)

    def _begun(self, place: Place, speech: Speech, gauges: Sequence[Gauge], writer: Writer) -> Answer:
        nodes = {one.node for one in self._gauges_at(place, gauges)[0]}
        try:
            self._follows.begin(writer, place, nodes, speech.language)
        except Rejected as refused:
            if refused.reason != "too_many":
                raise
            return Answer(fitted(speech("inbound_follow_full")))
        return Answer(fitted(speech("inbound_followed", place=_named(place, speech))), place.code)

    def _started(self, token: str, speech: Speech, gauges: Sequence[Gauge], writer: Writer) -> Answer:
        """Somebody came by a link of the page to follow."""
        try:
            kept = self._follows.confirm(writer, token)
        except Rejected as refused:
            if refused.reason != "too_many":
                raise
            return Answer(fitted(speech("inbound_follow_full")))
        if kept is None:
            return Answer(fitted(speech("inbound_start_old", name=self._example(gauges))))
        speech = Speech.of(self._context.profile, kept.language, self._context.clock.now_us())
        place = Following(self._context).name_of(kept, kept.language)
        whole = speech("inbound_followed", place=place)
        return Answer(fitted(whole, speech("inbound_followed", place=place[:PLACE_MOST])))

    def _left(self, place: Place | None, speech: Speech, gauges: Sequence[Gauge], writer: Writer) -> Answer:
        mine = [one for one in self._follows.of(writer) if place is None or is_of(one, place, gauges)]
        name = self._example(gauges)
        if not self._follows.leave(mine):
            return Answer(fitted(speech("inbound_left_none", name=name)))
        what = _named(place, speech) if place is not None else speech("inbound_left_all")
        return Answer(fitted(speech("inbound_left", place=what, name=name)))

    # ------------------------------------------------------------ what holds

    def _standing(self, nodes: set[str] | None) -> list[Bulletin]:
        """What was told last of these gauges, or of all, the gravest first; never of a drill."""
        now_us = self._context.clock.now_us()
        told = self._context.cities.bulletins(self._context.city, since_us=now_us - NEWS_US)
        live = [one for one in told if not one.drill and (nodes is None or one.node in nodes)]
        held = standing(live, now_us)
        return [one for one in held if one.kind in {"fact", "order"}] or [
            one for one in held if now_us - one.at_us < REMEMBERED_US
        ]

    def _remembered(self, sender: str, known: Sequence[Place]) -> Place | None:
        if not sender:
            return None
        since_us = self._context.clock.now_us() - REMEMBERED_US
        code = self._context.cities.last_about(self._context.city, sender, since_us)
        return next((one for one in known if one.code == code), None)

    # ------------------------------------------------------------ words

    @property
    def _phone(self) -> str:
        return self._context.profile.emergency_phone

    def _speech(self, said: Heard) -> Speech:
        language: Language = "en" if said.language == "en" else "id"
        return Speech.of(self._context.profile, language, self._context.clock.now_us())

    def _example(self, gauges: Sequence[Gauge]) -> str:
        """A name that can be sent."""
        return ((gauges[0].river or gauges[0].place) if gauges else self._context.profile.name).upper()

    def _info(self, speech: Speech, gauges: Sequence[Gauge], writer: Writer | None) -> str:
        name, phone = self._example(gauges), self._phone
        plainly = speech("inbound_info", name=name, phone=phone)
        return fitted(speech("inbound_info_follow", name=name, phone=phone), plainly) if writer else fitted(plainly)

    def _unknown(self, speech: Speech, gauges: Sequence[Gauge]) -> str:
        names = [one.river or one.place for one in gauges] or [self._context.profile.name]
        return listed(lambda some: speech("inbound_unknown", names=some, phone=self._phone), names)

    def _slow(self, said: Heard) -> Answer:
        speech = self._speech(said)
        return Answer(fitted(speech("inbound_slow", phone=self._phone)))

    def _times(self, what: str, window_s: float) -> int:
        now_us = self._context.clock.now_us()
        return self._context.people.attempt(self._context.city, tokens.digest(what), now_us, window_s)


def _noted(speech: Speech, word: Said, place: str, phone: str) -> str:
    if word == "help":
        return speech("inbound_said_help", place=place, phone=phone)
    if word == "no":
        return speech("inbound_said_no", place=place, phone=phone)
    return speech("inbound_said_yes", place=place, phone=phone)


def _named(place: Place, speech: Speech) -> str:
    if place.kind != "river":
        return place.name
    return f"K.{place.name}" if speech.language == "id" else speech("river_name", river=place.name)


def _which(speech: Speech, places: Sequence[Place]) -> str:
    names = [one.name for one in places[:3]]
    return fitted(speech("inbound_which", names=speech("inbound_or").join(names)))


def _row(came: Came, source: Source, sealed: str) -> Outgoing:
    return Outgoing(
        key=f"{CHANNEL}{source.name}/{came.message}",
        city=came.city,
        channel=CHANNEL + source.name,
        event="",
        body={"to": sealed, "text": came.answer},
        created_us=came.at_us,
        expires_us=came.at_us + round(ANSWER_S * SECOND_US),
    )


def _echo(came: Came, answer: Answer) -> Echo | None:
    if answer.echo is None:
        return None
    bulletin, said, place = answer.echo
    return Echo(
        city=came.city, incident=bulletin.incident, sender=came.sender, bulletin=bulletin.id, said=said, place=place,
        source=came.source, at_us=came.at_us,
    )  # fmt: skip
