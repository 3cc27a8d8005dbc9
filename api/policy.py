"""Who may do what: the one place where it is decided. Denied unless it stands here.

How it is used
--------------
Every request goes through `api.gate.Gate`. The gate finds the route, its rule in `RULES`, and who asks; it refuses, or
it lets the request in with three things on `request.state`, read by the functions at the end of this file:

- `caller_of(request)` → `Caller`: role, person id, agency, regions, key id;
- `reach_of(request)` → `Reach`: which objects this caller reaches on this route;
- the rule itself.

A handler that shows or changes *objects* asks `sees_case`, `sees_incident`, `sees_account` … with both. What a caller
must not know exists is answered with 404, as if it did not.

A new route needs a line in `RULES`: without one `create_app` raises and the matrix test fails. A new kind of object
needs a function here. A form needs nothing else: the gate checks its token (`csrf` in the templates' context) and
where it comes from, on every unsafe method. A program shows a key as `Authorization: Bearer …` and needs no token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from starlette.requests import Request

from contract.incident import Incident
from contract.roles import ROLES, Role, within
from store.cases import Case


class Reach(StrEnum):
    """Which objects of a route somebody reaches."""

    PUBLIC = "public"
    """what everybody may see"""
    OWN = "own"
    """one's own account; a key has none"""
    AREA = "area"
    """what is public, and what belongs to one's own agency within one's own regions"""
    ANY = "any"
    """everything of the city"""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. Nobody in particular unless a session or a key says otherwise.

    `person` is a person's id, `key` a key's: at most one of them is set. `regions` are region codes or beginnings of
    them at a dot; empty: the whole city. `session` is the digest of the session, `csrf` the token that the forms of
    this answer carry, `address` the network address, `device` the digest of the device cookie ("" for none).
    """

    role: Role = "public"
    person: str = ""
    name: str = ""
    agency: str = ""
    regions: tuple[str, ...] = ()
    key: str = ""
    session: str = ""
    csrf: str = ""
    address: str = ""
    device: str = ""

    @property
    def signed_in(self) -> bool:
        return bool(self.person)

    @property
    def actor(self) -> str:
        """For the audit log: an id, or `public`."""
        return self.person or self.key or "public"


@dataclass(frozen=True, slots=True)
class Rule:
    """One route's. A role that is not in `reach` is denied.

    `hidden`: who is denied is told 404. `at_home`: asked from this machine itself it reaches everything.
    `key_in_form`: the key comes inside the form, as Open311 has it; no cookie counts here, and the handler asks
    `Access.of_key`. `asks_nobody`: neither cookie nor key is looked at, so no database is asked. `no_keys`: for
    people alone; a program has no business here. `by_itself`: a browser asks this without anybody's doing, so that it
    prolongs no session. `signed`: sent by a program of others', whose proof the handler asks for; no browser's form.
    """

    reach: Mapping[Role, Reach]
    hidden: bool = False
    at_home: bool = False
    key_in_form: bool = False
    asks_nobody: bool = False
    no_keys: bool = False
    by_itself: bool = False
    signed: bool = False


def _all(reach: Reach, *roles: Role) -> Mapping[Role, Reach]:
    return MappingProxyType(dict.fromkeys(roles or ROLES, reach))


def _with(base: Mapping[Role, Reach], **more: Reach) -> Mapping[Role, Reach]:
    return MappingProxyType({**base, **more})


_PUBLIC = _all(Reach.PUBLIC)
_STAFF_SEES_MORE = _with(_PUBLIC, officer=Reach.AREA, operator=Reach.ANY, admin=Reach.ANY)
_HEALTH = _with(_PUBLIC, technician=Reach.ANY, operator=Reach.ANY, admin=Reach.ANY, service=Reach.ANY)

OPEN = Rule(_PUBLIC)
"""a page for everybody, the same for all"""
STILL = Rule(_PUBLIC, asks_nobody=True)
"""the same, and it must answer also while the database is away"""
CASES = Rule(_STAFF_SEES_MORE)
"""public cases and incidents for everybody, the others for whose work they are"""
ACCOUNT = Rule(_all(Reach.OWN, "resident", "officer", "technician", "operator", "admin"))
SIGN_IN = Rule(_all(Reach.PUBLIC), no_keys=True)
BEHIND = Rule(_all(Reach.ANY, "technician", "admin"))
"""what stands behind the nodes: strangers, quarantine, who was turned away"""
TURNED_AWAY = Rule(_all(Reach.ANY, "technician", "operator", "admin"), no_keys=True)
ADMIN = Rule(_all(Reach.ANY, "admin"), no_keys=True)
"""people, keys and the record: by somebody who has signed in, never by a program"""
POST = Rule(_with(_PUBLIC, operator=Reach.ANY, admin=Reach.ANY), no_keys=True)
"""a gauge keeper's page: staff by their session; everybody else by the link that the handler asks for"""
METRICS = Rule(_all(Reach.ANY, "service", "operator", "admin"), at_home=True)
ALARMS = Rule(_with(_all(Reach.ANY, "operator", "admin"), officer=Reach.AREA))
"""the table of alarms, for those who answer for them"""
LISTENING = Rule(ALARMS.reach, by_itself=True)
"""what becomes of them, for a browser that comes back for it again and again"""
COMMAND = Rule(_all(Reach.ANY, "operator", "admin"), no_keys=True)
"""how far things are told, and who keeps gauges: by people who have signed in, never by a program"""
DECIDES = Rule(ALARMS.reach, no_keys=True)
"""what people decide about alarms, where they do it, and what they say of them afterwards: a program decides nothing"""
SURVEYS = Rule(ALARMS.reach, no_keys=True)
"""what levels mean where people live: officers of a gauge's area, and the command centre; never a program"""
NUMBERS = Rule(ALARMS.reach, no_keys=True)
"""whom to telephone where people live, and what is shouted there: the handler asks for the agency that signs warnings;
never a program"""
WORKS = Rule(ALARMS.reach, no_keys=True)
"""cases and who reported them, for those whose work they are; never a program"""
REACHED = Rule(ALARMS.reach, no_keys=True)
"""how many residents a warning reached, by counts alone: the handler asks for the agency that signs warnings"""
RELAYING = SIGN_IN
"""an RW's own page: by the link that the handler asks for"""
TOLD = Rule(_STAFF_SEES_MORE)
"""what the public was told: the same for everybody, and for those who answer for it who has passed it on"""
ACCURACY = Rule(_with(_PUBLIC, operator=Reach.ANY, admin=Reach.ANY))
"""how often the city was right: of what was public for everybody, of what was in shadow for those who promote it"""
INBOUND = Rule(_PUBLIC, asks_nobody=True, signed=True)
"""where providers bring people's messages: by the secret that they share with the city"""
LEAVING = Rule(_PUBLIC, key_in_form=True)
"""a link that a mail program itself sends a form to: what the address names is the key"""
COUNTS = Rule(_all(Reach.ANY, "service", "operator", "admin"))
"""how many follow, for those who look after it"""
FILING = Rule(_all(Reach.PUBLIC, "service"), key_in_form=True)

RULES: Mapping[tuple[str, str], Rule] = MappingProxyType(
    {
        # residents
        ("GET", "/"): OPEN,
        ("GET", "/peta.json"): OPEN,
        ("GET", "/peta.geojson"): OPEN,
        ("GET", "/peta.svg"): OPEN,
        ("GET", "/sungai"): OPEN,
        ("GET", "/sungai/{node}"): OPEN,
        ("GET", "/s/{node}"): OPEN,
        ("GET", "/wifi"): OPEN,
        ("GET", "/cuaca"): OPEN,
        ("GET", "/keadaan"): CASES,
        ("GET", "/keadaan.json"): OPEN,
        ("POST", "/keadaan"): COMMAND,
        ("GET", "/portal"): STILL,
        ("GET", "/ikuti"): SIGN_IN,
        ("POST", "/ikuti"): SIGN_IN,
        ("GET", "/ikuti/kode/{subscription_id}"): SIGN_IN,
        ("POST", "/ikuti/kode/{subscription_id}"): SIGN_IN,
        ("GET", "/ikuti/keluar/{subscription_id}"): LEAVING,
        ("POST", "/ikuti/keluar/{subscription_id}"): LEAVING,
        ("GET", "/ikuti/{secret}"): SIGN_IN,
        ("POST", "/ikuti/{secret}"): SIGN_IN,
        ("GET", "/sw.js"): STILL,
        ("GET", "/manifest.webmanifest"): STILL,
        ("GET", "/simpul"): OPEN,
        ("GET", "/simpul/rinci"): BEHIND,
        ("GET", "/ketepatan"): ACCURACY,
        ("GET", "/ketepatan.csv"): ACCURACY,
        ("GET", "/kasus"): CASES,
        ("GET", "/kasus/{number}"): CASES,
        # people
        ("GET", "/masuk"): SIGN_IN,
        ("POST", "/masuk"): SIGN_IN,
        ("GET", "/masuk/openid"): SIGN_IN,
        ("GET", "/masuk/openid/kembali"): SIGN_IN,
        ("GET", "/keluar"): SIGN_IN,
        ("POST", "/keluar"): SIGN_IN,
        ("GET", "/undangan/{token}"): SIGN_IN,
        ("POST", "/undangan/{token}"): SIGN_IN,
        ("GET", "/akun"): ACCOUNT,
        ("POST", "/akun/sandi"): ACCOUNT,
        ("POST", "/akun/sesi"): ACCOUNT,
        ("POST", "/akun/openid"): ACCOUNT,
        # administration
        ("GET", "/orang"): ADMIN,
        ("GET", "/orang/undang"): ADMIN,
        ("POST", "/orang/undang"): ADMIN,
        ("GET", "/orang/{person_id}"): ADMIN,
        ("POST", "/orang/{person_id}/peran"): ADMIN,
        ("POST", "/orang/{person_id}/tutup"): ADMIN,
        ("POST", "/orang/{person_id}/buka"): ADMIN,
        ("POST", "/orang/{person_id}/sandi"): ADMIN,
        ("POST", "/orang/{person_id}/keluar"): ADMIN,
        ("POST", "/orang/{person_id}/hapus"): ADMIN,
        ("POST", "/orang/usulan/{proposal_id}"): ADMIN,
        ("GET", "/kunci"): ADMIN,
        ("POST", "/kunci"): ADMIN,
        ("POST", "/kunci/{key_id}/cabut"): ADMIN,
        ("GET", "/tahap"): COMMAND,
        ("POST", "/tahap"): COMMAND,
        ("POST", "/tahap/usulan/{proposal_id}"): COMMAND,
        ("GET", "/pos"): COMMAND,
        ("POST", "/pos"): COMMAND,
        ("POST", "/pos/{link_id}/cabut"): COMMAND,
        ("GET", "/pos/{node}"): POST,
        ("POST", "/pos/{node}"): POST,
        ("POST", "/pos/{node}/pelepasan"): POST,
        ("GET", "/pos/{node}/{token}"): POST,
        ("GET", "/penilaian"): DECIDES,
        ("GET", "/penilaian/{incident_id}"): DECIDES,
        ("POST", "/penilaian/{incident_id}"): DECIDES,
        ("GET", "/latihan"): DECIDES,
        ("POST", "/latihan"): DECIDES,
        ("POST", "/latihan/{drill_id}/akhiri"): DECIDES,
        ("GET", "/luput"): DECIDES,
        ("POST", "/luput"): DECIDES,
        ("POST", "/luput/{miss_id}/tarik"): DECIDES,
        ("GET", "/dampak"): SURVEYS,
        ("GET", "/dampak.csv"): SURVEYS,
        ("POST", "/dampak"): SURVEYS,
        ("POST", "/dampak/tarik"): SURVEYS,
        ("POST", "/dampak/unggah"): SURVEYS,
        ("POST", "/dampak/usulan"): SURVEYS,
        ("GET", "/kontak"): NUMBERS,
        ("POST", "/kontak"): NUMBERS,
        ("POST", "/kontak/unggah"): NUMBERS,
        ("POST", "/kontak/{contact_id}/tutup"): NUMBERS,
        ("POST", "/kontak/{contact_id}/tautan"): NUMBERS,
        ("GET", "/rw/{token}"): RELAYING,
        ("POST", "/rw/{token}"): RELAYING,
        ("GET", "/siaran"): OPEN,
        ("GET", "/siaran/{bulletin_id}"): TOLD,
        ("POST", "/siaran/{bulletin_id}/sirene"): NUMBERS,
        ("GET", "/jangkauan"): REACHED,
        ("GET", "/poster"): OPEN,
        ("GET", "/poster/sungai/{node}"): OPEN,
        ("GET", "/poster/wifi/{site}"): OPEN,
        ("GET", "/suara"): OPEN,
        ("GET", "/suara/naskah"): NUMBERS,
        ("POST", "/suara/naskah/{language}/{phrase}"): NUMBERS,
        ("POST", "/suara/naskah/{language}/{phrase}/rekaman"): NUMBERS,
        ("POST", "/suara/rekaman/{recording_id}/hapus"): NUMBERS,
        ("GET", "/suara/putar/{recording_id}"): OPEN,
        # what residents report
        ("GET", "/lapor"): SIGN_IN,
        ("POST", "/lapor"): SIGN_IN,
        ("GET", "/lapor/{key}"): SIGN_IN,
        ("GET", "/lapor/{key}/data.json"): SIGN_IN,
        ("GET", "/lapor/{key}/foto/{photo_id}.jpg"): SIGN_IN,
        ("POST", "/lapor/{key}/balas"): SIGN_IN,
        ("POST", "/lapor/{key}/hapus"): SIGN_IN,
        ("GET", "/turunkan"): SIGN_IN,
        ("POST", "/turunkan"): SIGN_IN,
        ("GET", "/turunkan/{key}"): SIGN_IN,
        ("GET", "/foto/{photo_id}.jpg"): CASES,
        ("GET", "/foto/{photo_id}/kecil.jpg"): CASES,
        # officers' own work
        ("GET", "/petugas"): WORKS,
        ("GET", "/petugas/samping"): COMMAND,
        ("POST", "/petugas/samping"): COMMAND,
        ("GET", "/petugas/turunkan"): WORKS,
        ("POST", "/petugas/turunkan"): WORKS,
        ("GET", "/petugas/sistem"): COMMAND,
        ("POST", "/petugas/sistem"): COMMAND,
        ("POST", "/petugas/sistem/unggah"): COMMAND,
        ("GET", "/petugas/{number}"): WORKS,
        ("POST", "/petugas/{number}"): WORKS,
        ("POST", "/petugas/{number}/foto"): WORKS,
        ("GET", "/petugas/{number}/foto/{photo_id}"): WORKS,
        ("POST", "/petugas/{number}/foto/{photo_id}"): WORKS,
        # the duty room
        ("GET", "/jaga"): DECIDES,
        ("GET", "/jaga/bunyi"): Rule(DECIDES.reach, no_keys=True, by_itself=True),
        ("GET", "/jaga/serah-terima"): DECIDES,
        ("GET", "/jaga/jadwal"): DECIDES,
        ("POST", "/jaga/jadwal"): DECIDES,
        ("POST", "/jaga/jadwal/hapus"): DECIDES,
        ("POST", "/jaga/cara"): DECIDES,
        ("POST", "/jaga/uji"): DECIDES,
        ("POST", "/jaga/uji/jawab"): DECIDES,
        ("POST", "/jaga/jeda"): DECIDES,
        ("POST", "/jaga/alarm/{incident_id}"): DECIDES,
        ("POST", "/api/v1/watchers/{name}"): Rule(_all(Reach.ANY, "service", "operator", "admin")),
        ("GET", "/jejak"): ADMIN,
        ("GET", "/jejak.csv"): ADMIN,
        ("GET", "/jejak/periksa"): ADMIN,
        ("GET", "/jejak/ditolak"): TURNED_AWAY,
        # the command centre
        ("GET", "/operator"): DECIDES,
        ("GET", "/operator/sambungan"): COMMAND,
        ("POST", "/operator/tahan/{decision_id}"): DECIDES,
        ("POST", "/operator/{incident_id}"): DECIDES,
        # what people were told, for other systems
        ("GET", "/cap/feed.xml"): OPEN,
        ("GET", "/cap/latihan.xml"): OPEN,
        ("GET", "/umpan.xml"): OPEN,
        ("GET", "/cap/sertifikat.pem"): STILL,
        ("GET", "/cap/{bulletin_id}.xml"): OPEN,
        # programs
        ("GET", "/api/v1/nodes"): OPEN,
        ("GET", "/api/v1/gauges"): OPEN,
        ("GET", "/api/v1/incidents"): CASES,
        ("GET", "/api/v1/incidents/{incident_id}"): CASES,
        ("GET", "/api/v1/cases"): CASES,
        ("GET", "/api/v1/cases/{number}"): CASES,
        ("GET", "/api/v1/bulletins"): OPEN,
        ("GET", "/api/v1/bulletins/{bulletin_id}"): OPEN,
        ("GET", "/api/v1/signing-keys"): OPEN,
        ("GET", "/api/v1/weather-warnings"): OPEN,
        ("GET", "/api/v1/subscriptions"): COUNTS,
        ("POST", "/api/v1/subscriptions"): OPEN,
        ("GET", "/api/v1/vapid-key"): STILL,
        ("GET", "/api/v1/alarms"): ALARMS,
        ("GET", "/api/v1/alarms/events"): LISTENING,
        ("GET", "/api/v1/alarms/{incident_id}"): ALARMS,
        ("GET", "/api/v1/accuracy"): ACCURACY,
        ("GET", "/api/v1/stages"): COMMAND,
        ("POST", "/api/v1/alarms/{incident_id}/acknowledge"): DECIDES,
        ("POST", "/api/v1/alarms/{incident_id}/release"): DECIDES,
        ("POST", "/api/v1/alarms/{incident_id}/assign"): DECIDES,
        ("POST", "/api/v1/alarms/{incident_id}/comment"): DECIDES,
        ("POST", "/api/v1/alarms/{incident_id}/reading"): DECIDES,
        ("POST", "/api/v1/alarms/{incident_id}/end"): DECIDES,
        ("POST", "/api/v1/alarms/{incident_id}/camera"): DECIDES,
        ("POST", "/api/v1/alarms/{incident_id}/wrong"): DECIDES,
        ("POST", "/api/v1/alarms/{incident_id}/order"): DECIDES,
        ("POST", "/api/v1/alarms/{incident_id}/confirm"): DECIDES,
        ("GET", "/api/v1/bulletins/{bulletin_id}/relays"): NUMBERS,
        ("GET", "/api/v1/reached"): REACHED,
        ("GET", "/api/v1/drills"): OPEN,
        ("POST", "/api/v1/drills"): DECIDES,
        ("DELETE", "/api/v1/drills/{drill_id}"): DECIDES,
        ("GET", "/api/v1/silences"): ALARMS,
        ("POST", "/api/v1/silences"): DECIDES,
        ("DELETE", "/api/v1/silences/{decision_id}"): DECIDES,
        ("GET", "/api/v1/windows"): ALARMS,
        ("POST", "/api/v1/windows"): DECIDES,
        ("DELETE", "/api/v1/windows/{decision_id}"): DECIDES,
        ("POST", "/api/v1/receipts/{token}"): INBOUND,
        ("GET", "/api/v1/inbound/{name}"): INBOUND,
        ("POST", "/api/v1/inbound/{name}"): INBOUND,
        ("GET", "/openapi.json"): STILL,
        # Open311: open data; filing needs a key
        ("GET", "/open311/v2/discovery.{fmt}"): OPEN,
        ("GET", "/open311/v2/services.{fmt}"): OPEN,
        ("GET", "/open311/v2/services/{service_code}.{fmt}"): OPEN,
        ("GET", "/open311/v2/requests.{fmt}"): OPEN,
        ("GET", "/open311/v2/requests/{service_request_id}.{fmt}"): OPEN,
        ("GET", "/open311/v2/tokens/{token}.{fmt}"): OPEN,
        ("POST", "/open311/v2/requests.{fmt}"): FILING,
        ("GET", "/open311/v2/servicerequestupdates.{fmt}"): OPEN,
        ("POST", "/open311/v2/servicerequestupdates.{fmt}"): FILING,
        # the house
        ("GET", "/health"): STILL,
        ("GET", "/health/ready"): Rule(_HEALTH, at_home=True),
        ("GET", "/metrics"): METRICS,
        ("GET", "/probe"): STILL,
        ("GET", "/favicon.ico"): STILL,
        ("GET", "/static"): STILL,
        ("GET", "/static/leaflet"): STILL,
    }
)


def reached(rule: Rule, caller: Caller, *, at_home: bool) -> Reach | None:
    """What the caller reaches on a route; None: nothing, the route is closed to them."""
    if rule.at_home and at_home:
        return Reach.ANY
    if rule.no_keys and caller.key:
        return None
    reach = rule.reach.get(caller.role)
    return None if reach is Reach.OWN and not caller.person else reach


# ---------------------------------------------------------------- objects


def covers(caller: Caller, agency: str, region: str) -> bool:
    """Whether this is the caller's own work: their agency's, within their regions. Who has no agency has none."""
    return bool(caller.agency) and caller.agency == agency and within(caller.regions, region)


def sees_case(caller: Caller, reach: Reach, case: Case) -> bool:
    """Public ones everybody; the others whose work they are, and who reaches everything."""
    if case.public or reach is Reach.ANY:
        return True
    return reach is Reach.AREA and covers(caller, case.agency, case.region)


def own_cases(caller: Caller, reach: Reach) -> tuple[str, tuple[str, ...]] | None:
    """What a list of cases holds besides the public ones, for `CityStore.find_cases(also=…)`: as `sees_case` has it."""
    return (caller.agency, caller.regions) if reach is Reach.AREA and caller.agency else None


def sees_incident(caller: Caller, reach: Reach, incident: Incident, case: Case | None) -> bool:
    """As cases: a shadow or staff incident is the work of the agency that has its event's case."""
    if incident.audience == "public" or reach is Reach.ANY:
        return True
    return reach is Reach.AREA and case is not None and covers(caller, case.agency, case.region)


def answers_for(caller: Caller, reach: Reach, case: Case | None) -> bool:
    """Whose alarm it is. Of an alarm also what is public is only theirs to answer whose work its event's case is."""
    if reach is Reach.ANY:
        return True
    return reach is Reach.AREA and case is not None and covers(caller, case.agency, case.region)


def sees_account(caller: Caller, reach: Reach, person: str) -> bool:
    """One's own, or everybody's."""
    return reach is Reach.ANY or (reach is Reach.OWN and bool(person) and caller.person == person)


# ---------------------------------------------------------------- what the gate left on the request

NOBODY = Caller()


def caller_of(request: Request) -> Caller:
    """Who asks; nobody in particular where the gate has not looked."""
    caller = getattr(request.state, "caller", NOBODY)
    return caller if isinstance(caller, Caller) else NOBODY


def reach_of(request: Request) -> Reach:
    """What they reach here; no more than the public where the gate has not looked."""
    reach = getattr(request.state, "reach", Reach.PUBLIC)
    return reach if isinstance(reach, Reach) else Reach.PUBLIC


def rule_of(method: str, path: str) -> Rule | None:
    """The rule of a route, by its method and its path as it is declared."""
    return RULES.get((method, path))
