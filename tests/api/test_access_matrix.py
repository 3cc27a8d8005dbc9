"""Every endpoint × every role × own and foreign objects. The expectations stand here and not in the policy.

Each line is a request and what each column gets. Columns:

    P public · R resident · O officer of the case's agency and area · A officer of another agency, same area ·
    G officer of the same agency, another area · T technician · C operator · D administrator ·
    S a program's key (service) · K a key with an officer's role, agency and area

and letters:

    o served · s sent to sign in (a page) or 401 (a program) · d denied, 403 · h hidden: 404, as if it were not there
"""

from __future__ import annotations

import re
import shutil
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address
from itertools import count
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message
from support.apart import apart
from support.bulletins import bulletin
from support.contacts import contact
from support.impacts import impact
from support.messages import ALL as ALL_PROVIDERS
from support.posts import POST, add_post, link_of, with_post
from support.seed import Town, town
from support.visitors import Visitor, person, program, signed_in, stranger
from support.web_server import KEY, serving

from api import keepers
from api.alarm_feed import Pace
from api.app import create_app
from api.gate import NoRule, Table
from api.invitations import invite
from api.passwords import Passwords
from api.programs import make
from api.tokens import digest
from contract.levels import Level
from contract.roles import ROLES
from store.people import Deed, Invitation, Person, Proposal
from store.photos import Photo
from store.ports import EngineCommit

COLUMNS = "PROAGTCDSK"
ALL = "o" * 10
PASSWORD = "kuda batu lampu hujan"
REPORT = {"service_code": "lampu-jalan", "lat": "-7.7828", "long": "110.3671"}


@dataclass(frozen=True)
class Line:
    """One row of the table. `ok` is what "o" means where it is not 200; `of` names the object."""

    method: str
    route: str
    expected: str
    of: str = ""
    path: str = ""
    data: Mapping[str, object] | None = None
    ok: int = 200
    as_json: bool = False

    @property
    def name(self) -> str:
        return f"{self.method} {self.route} {self.of}".strip()


def get(route: str, expected: str, path: str = "", of: str = "") -> Line:
    return Line("GET", route, expected, of, path or route)


def post(route: str, expected: str, path: str = "", of: str = "", ok: int = 303, **data: str) -> Line:
    return Line("POST", route, expected, of, path or route, data, ok)


def tell(method: str, route: str, expected: str, path: str, of: str = "", ok: int = 201, **data: object) -> Line:
    """A program's way: JSON, and the token in a header."""
    return Line(method, route, expected, of, path, data, ok, as_json=True)


PEOPLE_ONLY = "oooooooo" + "dd"
OWN = "sooooooo" + "dd"
#        PROAGTCDSK
STAFF = "hhohhhoohh"
STAFF_AND_KEY = "hhohhhooho"
NO_PROVIDER = "hhhhhhhh" + "dd"
ADMINS = "sddddddodd"
ALARMS = "sdooodoodo"
JUDGES = "sdooodoodd"
NUMBERS = "sdododoodd"
OPERATORS = "sdddddoodd"
DECIDES = "sdohhdoodd"
SIGNS = "sdohhddddd"
NO_ALARM = "sdhhhdhhdd"
DECISIONS: tuple[tuple[str, dict[str, object]], ...] = (
    ("acknowledge", {}),
    ("release", {}),
    ("assign", {"to": "{somebody}"}),
    ("comment", {"text": "x"}),
    ("reading", {"level_cm": 90, "read": "2026-01-24T02:59:00Z"}),
    ("end", {"reason": "x"}),
    ("camera", {"level_seen": True}),
)
SIGNED: tuple[tuple[str, dict[str, object]], ...] = (("confirm", {}), ("wrong", {"reason": "x"}))
SILENCE: dict[str, object] = {"for_s": 60, "reason": "x"}
WINDOW: dict[str, object] = {
    "what": "works",
    "start": "2026-01-24T03:00:00Z",
    "until": "2026-01-24T03:01:00Z",
    "reason": "x",
}
DRILL: dict[str, object] = {"node": "jog-gauge-05", "level": "AWAS", "value_cm": 320}
NO_ADMINS = "sddddddhdd"
ACTS: tuple[tuple[str, int, dict[str, str]], ...] = (
    ("peran", 303, {"peran": "technician"}),
    ("tutup", 303, {}),
    ("buka", 303, {}),
    ("sandi", 200, {}),
    ("keluar", 303, {}),
    ("hapus", 400, {"akun": "another"}),
)

LINES = [
    get("/", ALL),
    get("/peta.json", ALL),
    get("/peta.geojson", ALL),
    get("/peta.svg", ALL),
    get("/umpan.xml", ALL),
    get("/cap/feed.xml", ALL),
    get("/cap/latihan.xml", ALL),
    get("/cap/sertifikat.pem", "h" * 10, of="unsigned"),
    get("/cap/{bulletin_id}.xml", "h" * 10, "/cap/none.xml", "not there"),
    get("/sungai", ALL),
    get("/cuaca", ALL),
    get("/api/v1/weather-warnings", ALL),
    get("/sungai/{node}", ALL, "/sungai/jog-gauge-05"),
    get("/s/{node}", ALL, "/s/jog-gauge-05"),
    get("/wifi", ALL),
    get("/portal", ALL, "/portal?site=jog-wifi-001"),
    get("/simpul", ALL),
    get("/simpul/rinci", "sddddododd"),
    get("/kasus", ALL),
    get("/kasus/{number}", ALL, "/kasus/{public}", "public"),
    get("/kasus/{number}", STAFF_AND_KEY, "/kasus/{hidden}", "not public"),
    get("/kasus/{number}", "h" * 10, "/kasus/{foreign}", "another city's"),
    get("/kasus/{number}", "h" * 10, "/kasus/JOG-1999-000001", "not there"),
    get("/api/v1/nodes", ALL),
    get("/api/v1/gauges", ALL),
    get("/api/v1/bulletins", ALL),
    get("/api/v1/bulletins/{bulletin_id}", "h" * 10, "/api/v1/bulletins/none", "not there"),
    get("/api/v1/signing-keys", ALL),
    get("/api/v1/incidents", ALL),
    get("/api/v1/incidents/{incident_id}", ALL, "/api/v1/incidents/{open_incident}", "public"),
    get("/api/v1/incidents/{incident_id}", STAFF_AND_KEY, "/api/v1/incidents/{staff_incident}", "for staff"),
    get("/api/v1/incidents/{incident_id}", "hhhhhhoohh", "/api/v1/incidents/{shadow_incident}", "shadow, nobody's"),
    get("/api/v1/incidents/{incident_id}", "h" * 10, "/api/v1/incidents/none", "not there"),
    get("/api/v1/cases", ALL),
    get("/api/v1/cases/{number}", ALL, "/api/v1/cases/{public}", "public"),
    get("/api/v1/cases/{number}", STAFF_AND_KEY, "/api/v1/cases/{hidden}", "not public"),
    get("/api/v1/cases/{number}", "h" * 10, "/api/v1/cases/{foreign}", "another city's"),
    get("/api/v1/alarms", ALARMS),
    get("/api/v1/alarms/events", ALARMS),
    get("/api/v1/alarms/{incident_id}", "sdohhdoodo", "/api/v1/alarms/{staff_incident}", "one's own work"),
    get("/api/v1/alarms/{incident_id}", "sdhhhdoodh", "/api/v1/alarms/{shadow_incident}", "shadow, nobody's"),
    get("/api/v1/alarms/{incident_id}", "sdhhhdhhdh", "/api/v1/alarms/none", "not there"),
    *(
        tell("POST", f"/api/v1/alarms/{{incident_id}}/{act}", expected, f"/api/v1/alarms/{whose}/{act}", whose, **data)
        for whose, expected in (("{staff_incident}", DECIDES), ("none", NO_ALARM))
        for act, data in DECISIONS
    ),
    *(
        tell("POST", f"/api/v1/alarms/{{incident_id}}/{act}", expected, f"/api/v1/alarms/{whose}/{act}", whose, **data)
        for whose, expected in (("{staff_incident}", SIGNS), ("none", NO_ALARM))
        for act, data in SIGNED
    ),
    tell("POST", "/api/v1/alarms/{incident_id}/order", "sdhhhdhhdd", "/api/v1/alarms/none/order", "not there"),
    *(
        line
        for held, data in (("silences", SILENCE), ("windows", WINDOW))
        for line in (
            get(f"/api/v1/{held}", ALARMS),
            tell("POST", f"/api/v1/{held}", DECIDES, f"/api/v1/{held}", "own", incident="{staff_incident}", **data),
            tell("POST", f"/api/v1/{held}", NO_ALARM, f"/api/v1/{held}", "not there", incident="none", **data),
            tell(
                "POST",
                f"/api/v1/{held}",
                "sdddddoodd",
                f"/api/v1/{held}",
                "at large",
                matchers={"river": "Winongo"},
                **data,
            ),
            tell("DELETE", f"/api/v1/{held}/{{decision_id}}", NO_ALARM, f"/api/v1/{held}/none", "not there", 200),
        )
    ),
    get("/api/v1/drills", ALL),
    tell("POST", "/api/v1/drills", "sdooodoodd", "/api/v1/drills", "of no gauge", 400, **DRILL | {"node": ""}),
    tell("DELETE", "/api/v1/drills/{drill_id}", "sdhdhdhhdd", "/api/v1/drills/none", "not there", 200),
    get("/operator", "sdooodoodd"),
    get("/operator/sambungan", OPERATORS),
    get("/keadaan", ALL),
    get("/keadaan", "h" * 10, "/keadaan?ubah=none", "not there"),
    get("/keadaan.json", ALL),
    post("/keadaan", OPERATORS, ok=400),
    post("/operator/{incident_id}", DECIDES, "/operator/{staff_incident}", "own", apa="comment", teks="x"),
    post("/operator/{incident_id}", NO_ALARM, "/operator/none", "not there", apa="comment", teks="x"),
    post("/operator/tahan/{decision_id}", "sdooodoodd", "/operator/tahan/none", "not there", 409),
    get("/openapi.json", ALL),
    get("/open311/v2/discovery.{fmt}", ALL, "/open311/v2/discovery.json"),
    get("/open311/v2/services.{fmt}", ALL, "/open311/v2/services.json"),
    get("/open311/v2/services/{service_code}.{fmt}", ALL, "/open311/v2/services/banjir.json"),
    get("/open311/v2/requests.{fmt}", ALL, "/open311/v2/requests.json"),
    get("/open311/v2/requests/{service_request_id}.{fmt}", ALL, "/open311/v2/requests/{public}.json", "public"),
    get("/open311/v2/requests/{service_request_id}.{fmt}", "h" * 10, "/open311/v2/requests/{hidden}.json", "hidden"),
    get("/open311/v2/tokens/{token}.{fmt}", "h" * 10, "/open311/v2/tokens/abc.json"),
    post("/open311/v2/requests.{fmt}", "ddddddddod", "/open311/v2/requests.json", "by header", 201, **REPORT),
    post(
        "/open311/v2/requests.{fmt}", ALL, "/open311/v2/requests.json", "with a key in it", 201, **REPORT, api_key=KEY
    ),
    post(
        "/open311/v2/requests.{fmt}",
        "d" * 10,
        "/open311/v2/requests.json",
        "with a bad key",
        201,
        **REPORT,
        api_key="x",
    ),
    get("/open311/v2/servicerequestupdates.{fmt}", ALL, "/open311/v2/servicerequestupdates.json"),
    post(
        "/open311/v2/servicerequestupdates.{fmt}",
        "ddddddddod",
        "/open311/v2/servicerequestupdates.json",
        "by header",
        201,
        service_request_id="{public}",
        description="x",
    ),
    post(
        "/open311/v2/servicerequestupdates.{fmt}",
        "h" * 10,
        "/open311/v2/servicerequestupdates.json",
        "of what is not public",
        201,
        service_request_id="{hidden}",
        description="x",
        api_key=KEY,
    ),
    get("/health", ALL),
    get("/health/ready", ALL),
    get("/metrics", "sdddddoood"),
    get("/probe", ALL, "/probe?nonce=" + "a" * 32),
    get("/favicon.ico", ALL),
    get("/static", ALL, "/static/siaga.css"),
    get("/static/leaflet", ALL, "/static/leaflet/leaflet.js"),
    get("/masuk", PEOPLE_ONLY),
    post("/masuk", PEOPLE_ONLY, akun="pintu", sandi=PASSWORD),
    get("/masuk/openid", NO_PROVIDER, of="a city without a provider"),
    get("/masuk/openid/kembali", NO_PROVIDER, of="a city without a provider"),
    post("/akun/openid", "shhhhhhh" + "dd", of="a city without a provider"),
    get("/keluar", PEOPLE_ONLY),
    post("/keluar", PEOPLE_ONLY),
    get("/undangan/{token}", PEOPLE_ONLY, "{invitation}", "valid"),
    get("/undangan/{token}", "hhhhhhhh" + "dd", "/undangan/none", "not there"),
    get("/undangan/{token}", "hhhhhhhh" + "dd", "{foreign_invitation}", "another city's"),
    post(
        "/undangan/{token}", PEOPLE_ONLY, "{invitation}", "too short a password", 400, akun="baru", nama="B", sandi="x"
    ),
    post("/undangan/{token}", "hhhhhhhh" + "dd", "/undangan/none", "not there", akun="baru", nama="B", sandi=PASSWORD),
    get("/akun", OWN),
    post("/akun/sandi", OWN, ok=400, sandi_lama=PASSWORD, sandi="pendek"),
    post("/akun/sesi", OWN, sesi="none"),
    get("/orang", ADMINS),
    get("/orang/undang", ADMINS),
    post("/orang/undang", ADMINS, ok=200, peran="technician"),
    get("/orang/{person_id}", ADMINS, "/orang/{somebody}", "of the city"),
    get("/orang/{person_id}", NO_ADMINS, "/orang/{foreigner}", "another city's"),
    get("/orang/{person_id}", NO_ADMINS, "/orang/none", "not there"),
    *(
        post(f"/orang/{{person_id}}/{act}", expected, f"/orang/{{{whose}}}/{act}", whose, ok, **data)
        for whose, expected in (("somebody", ADMINS), ("foreigner", NO_ADMINS))
        for act, ok, data in ACTS
    ),
    post("/orang/usulan/{proposal_id}", ADMINS, "/orang/usulan/{proposal}", jawab="tolak"),
    post(
        "/orang/usulan/{proposal_id}",
        NO_ADMINS,
        "/orang/usulan/{foreign_proposal}",
        "another city's",
        jawab="setuju",
    ),
    get("/tahap", OPERATORS),
    post("/tahap", OPERATORS, ok=409, jenis="rule", nama="none", tahap="public"),
    post("/tahap/usulan/{proposal_id}", "sdddddhhdd", "/tahap/usulan/none", jawab="setuju"),
    get("/api/v1/stages", OPERATORS),
    get("/pos", OPERATORS),
    post("/pos", OPERATORS, ok=200, pos=POST, nama="Bu Wiji", hari="30"),
    post("/pos/{link_id}/cabut", OPERATORS, "/pos/{post_link}/cabut", "of the city"),
    post("/pos/{link_id}/cabut", "sdddddhhdd", "/pos/{foreign_link}/cabut", "another city's"),
    get("/pos/{node}", "ddddddoodd", f"/pos/{POST}", "without a link"),
    get("/pos/{node}", "hhhhhhhh" + "dd", "/pos/jog-gauge-05", "no post"),
    post("/pos/{node}", "ddddddoodd", f"/pos/{POST}", "without a link", 400, angka="80"),
    post("/pos/{node}/pelepasan", "ddddddoodd", f"/pos/{POST}/pelepasan", "without a link", 400, bendung="x"),
    Line("GET", "/pos/{node}/{token}", PEOPLE_ONLY, "valid", "{keepers_link}", ok=303),
    get("/pos/{node}/{token}", "hhhhhhhh" + "dd", f"/pos/{POST}/none", "not there"),
    get("/pos/{node}/{token}", "hhhhhhhh" + "dd", "{foreign_keepers_link}", "another city's"),
    get("/penilaian", JUDGES),
    get("/penilaian/{incident_id}", "sdohhdoodd", "/penilaian/{ended_incident}", "one's own work"),
    get("/penilaian/{incident_id}", "sdhhhdhhdd", "/penilaian/{staff_incident}", "still open"),
    post("/penilaian/{incident_id}", "sdohhdoodd", "/penilaian/{ended_incident}", "one's own work", 400),
    get("/latihan", JUDGES),
    post("/latihan", JUDGES, ok=400),
    post("/latihan/{drill_id}/akhiri", JUDGES, "/latihan/none/akhiri", ok=409),
    get("/luput", JUDGES),
    post("/luput", JUDGES, ok=400),
    post("/luput/{miss_id}/tarik", "sdhhhdhhdd", "/luput/none/tarik"),
    get("/dampak", JUDGES),
    get("/dampak.csv", JUDGES),
    post("/dampak", JUDGES, ok=400),
    post("/dampak/tarik", "sdoohdoodd", of="in one's own area", baris="{impact}"),
    post("/dampak/tarik", "sdhhhdhhdd", of="not there", baris="none"),
    post("/dampak/unggah", JUDGES, ok=400, tabel="x"),
    post("/dampak/usulan", "sdhhhdhhdd", usulan="none", jawab="setuju"),
    get("/lapor", PEOPLE_ONLY),
    post("/lapor", PEOPLE_ONLY, ok=400, jenis="ufo"),
    get("/lapor/{key}", "hhhhhhhh" + "dd", "/lapor/none"),
    get("/lapor/{key}/data.json", "hhhhhhhh" + "dd", "/lapor/none/data.json"),
    get("/lapor/{key}/foto/{photo_id}.jpg", "hhhhhhhh" + "dd", "/lapor/none/foto/none.jpg"),
    post("/lapor/{key}/balas", "hhhhhhhh" + "dd", "/lapor/none/balas"),
    post("/lapor/{key}/hapus", "hhhhhhhh" + "dd", "/lapor/none/hapus"),
    get("/turunkan", "hhhhhhhh" + "dd", "/turunkan?kasus=none"),
    post("/turunkan", "hhhhhhhh" + "dd", kunci="0" * 32, kasus="none"),
    get("/turunkan/{key}", "hhhhhhhh" + "dd", "/turunkan/none"),
    get("/foto/{photo_id}.jpg", "h" * 10, "/foto/none.jpg"),
    get("/foto/{photo_id}.jpg", STAFF_AND_KEY, "/foto/{photo}.jpg", "of a case of one's own area, not shown"),
    get("/foto/{photo_id}/kecil.jpg", STAFF_AND_KEY, "/foto/{photo}/kecil.jpg", "of a case of one's own area"),
    get("/petugas", JUDGES),
    get("/petugas/samping", OPERATORS),
    post("/petugas/samping", "sdddddhhdd", laporan="none"),
    get("/petugas/turunkan", JUDGES),
    post("/petugas/turunkan", "sdhhhdhhdd", permintaan="none", aksi="tolak"),
    get("/petugas/sistem", OPERATORS),
    post("/petugas/sistem", "sdddddhhdd", sistem="none"),
    post("/petugas/sistem/unggah", "sdddddhhdd", sistem="none"),
    get("/petugas/{number}", DECIDES, "/petugas/{hidden}", "in one's own area"),
    get("/petugas/{number}", "sdhhhdoodd", "/petugas/{public}", "public, and another area's"),
    get("/petugas/{number}", "sdhhhdhhdd", "/petugas/{foreign}", "another city's"),
    post("/petugas/{number}", DECIDES, "/petugas/{hidden}", "in one's own area", 400, aksi="lanjut", kunci="x"),
    post("/petugas/{number}", "sdhhhdhhdd", "/petugas/{foreign}", "another city's", aksi="lanjut", kunci="x"),
    post("/petugas/{number}/foto", DECIDES, "/petugas/{hidden}/foto", "nothing chosen", 400),
    post("/petugas/{number}/foto", "sdhhhdhhdd", "/petugas/{foreign}/foto", "another city's"),
    get("/petugas/{number}/foto/{photo_id}", DECIDES, "/petugas/{hidden}/foto/{photo}"),
    get("/petugas/{number}/foto/{photo_id}", "sdhhhdhhdd", "/petugas/{public}/foto/{photo}", "of another case"),
    post("/petugas/{number}/foto/{photo_id}", DECIDES, "/petugas/{hidden}/foto/{photo}", aksi="tutup"),
    post(
        "/petugas/{number}/foto/{photo_id}",
        "sdhhhdhhdd",
        "/petugas/{public}/foto/{photo}",
        "of another case",
        aksi="tutup",
    ),
    get("/kontak", NUMBERS),
    post("/kontak", NUMBERS, ok=400),
    post("/kontak/unggah", NUMBERS, ok=400, tabel="x"),
    post("/kontak/{contact_id}/tutup", "sdhdhdhhdd", "/kontak/none/tutup", "not there"),
    post("/kontak/{contact_id}/tutup", "sdhdhdhhdd", "/kontak/{foreign_contact}/tutup", "another city's"),
    post("/kontak/{contact_id}/tautan", "sdodhdoodd", "/kontak/{contact}/tautan", "in one's own area", 200),
    post("/kontak/{contact_id}/tautan", "sdhdhdhhdd", "/kontak/{foreign_contact}/tautan", "another city's"),
    get("/rw/{token}", PEOPLE_ONLY, "/rw/{rw_link}", "valid"),
    get("/rw/{token}", "hhhhhhhh" + "dd", "/rw/none", "not there"),
    get("/rw/{token}", "hhhhhhhh" + "dd", "/rw/{foreign_rw_link}", "another city's"),
    post("/rw/{token}", PEOPLE_ONLY, "/rw/{rw_link}", "no word", 400, kata="x"),
    post("/rw/{token}", "hhhhhhhh" + "dd", "/rw/none", "not there", kata="sudah"),
    get("/poster", ALL),
    get("/poster/sungai/{node}", ALL, "/poster/sungai/jog-gauge-05"),
    get("/poster/sungai/{node}", "h" * 10, "/poster/sungai/none", "not there"),
    get("/poster/wifi/{site}", "h" * 10, "/poster/wifi/none", "not there"),
    get("/suara", ALL),
    get("/suara/naskah", NUMBERS),
    post("/suara/naskah/{language}/{phrase}", NUMBERS, "/suara/naskah/jv/drill", "", 400, kata="x"),
    post("/suara/naskah/{language}/{phrase}", "sdhdhdhhdd", "/suara/naskah/id/drill", "not the speakers'", kata="x"),
    post("/suara/naskah/{language}/{phrase}/rekaman", NUMBERS, "/suara/naskah/jv/drill/rekaman", "", 400),
    post("/suara/rekaman/{recording_id}/hapus", "sdhdhdhhdd", "/suara/rekaman/none/hapus", "not there"),
    get("/suara/putar/{recording_id}", "h" * 10, "/suara/putar/none", "not there"),
    get("/ikuti", PEOPLE_ONLY, "/ikuti?alat=jog-gauge-05"),
    post("/ikuti", PEOPLE_ONLY, of="nothing chosen", ok=400, tempat=""),
    get("/ikuti/kode/{subscription_id}", PEOPLE_ONLY, "/ikuti/kode/none"),
    post("/ikuti/kode/{subscription_id}", PEOPLE_ONLY, "/ikuti/kode/none", "not there", 400, kode="1"),
    get("/ikuti/keluar/{subscription_id}", ALL, "/ikuti/keluar/none"),
    post("/ikuti/keluar/{subscription_id}", ALL, "/ikuti/keluar/none", ok=200),
    get("/ikuti/{secret}", "hhhhhhhh" + "dd", "/ikuti/none", "not there"),
    post("/ikuti/{secret}", "hhhhhhhh" + "dd", "/ikuti/none", "not there", kata="berhenti"),
    get("/sw.js", ALL),
    get("/manifest.webmanifest", ALL),
    get("/api/v1/subscriptions", "sdddddoo" + "od"),
    tell("POST", "/api/v1/subscriptions", ALL, "/api/v1/subscriptions", ok=400),
    get("/api/v1/vapid-key", "h" * 10),
    get("/siaran", ALL),
    get("/siaran/{bulletin_id}", ALL, "/siaran/{bulletin}"),
    get("/siaran/{bulletin_id}", "h" * 10, "/siaran/{foreign_bulletin}", "another city's"),
    post("/siaran/{bulletin_id}/sirene", "sdddddd" + "ddd", "/siaran/{bulletin}/sirene", "elsewhere", kata="bunyi"),
    post("/siaran/{bulletin_id}/sirene", "sdhhhdhhdd", "/siaran/{foreign_bulletin}/sirene", "another city's"),
    get("/api/v1/bulletins/{bulletin_id}/relays", NUMBERS, "/api/v1/bulletins/{bulletin}/relays"),
    get(
        "/api/v1/bulletins/{bulletin_id}/relays",
        "sdhhhdhhdd",
        "/api/v1/bulletins/{foreign_bulletin}/relays",
        "another city's",
    ),
    get("/jangkauan", NUMBERS),
    get("/api/v1/reached", NUMBERS),
    get("/ketepatan", ALL),
    get("/ketepatan.csv", ALL),
    get("/api/v1/accuracy", ALL),
    get("/jaga", JUDGES),
    get("/jaga/bunyi", JUDGES),
    get("/jaga/serah-terima", JUDGES),
    get("/jaga/jadwal", JUDGES),
    post("/jaga/jadwal", "sdododdodd", ok=400),
    post("/jaga/jadwal/hapus", "sdhdhddhdd", giliran="none"),
    post("/jaga/cara", JUDGES, ok=400),
    post("/jaga/uji", JUDGES, ok=409),
    post("/jaga/jeda", JUDGES, menit="10"),
    post("/jaga/uji/jawab", JUDGES, ok=400),
    post("/jaga/alarm/{incident_id}", "sdohodoodd", "/jaga/alarm/{staff_incident}", "own", ok=400, apa="x"),
    post("/jaga/alarm/{incident_id}", NO_ALARM, "/jaga/alarm/none", "not there", apa="x"),
    tell("POST", "/api/v1/watchers/{name}", "sdddddooo" + "d", "/api/v1/watchers/pos", ok=200),
    # Nobody's session and nobody's key proves that somebody is the provider.
    get("/api/v1/inbound/{name}", "d" * 10, "/api/v1/inbound/wa"),
    tell("POST", "/api/v1/inbound/{name}", "d" * 10, "/api/v1/inbound/bot", ok=200),
    get("/api/v1/inbound/{name}", "h" * 10, "/api/v1/inbound/lain", "not there"),
    tell("POST", "/api/v1/receipts/{token}", ALL, f"/api/v1/receipts/{'0' * 22}", ok=204),
    tell("POST", "/api/v1/receipts/{token}", "h" * 10, "/api/v1/receipts/x", "no token"),
    get("/jejak", ADMINS),
    get("/jejak.csv", ADMINS),
    get("/jejak/periksa", ADMINS),
    get("/jejak/ditolak", "sddddooodd"),
    get("/kunci", ADMINS),
    post("/kunci", ADMINS, ok=200, label="uji", peran="service", hari="30"),
    post("/kunci/{key_id}/cabut", ADMINS, "/kunci/{key}/cabut", "of the city"),
    post("/kunci/{key_id}/cabut", NO_ADMINS, "/kunci/{foreign_key}/cabut", "another city's"),
]


@dataclass
class Stage:
    """The served city, its objects by name, and a visitor for each column."""

    client: httpx.Client
    city: Town
    objects: dict[str, str]
    visitors: dict[str, Callable[[], Visitor]]
    numbers: Iterator[int] = field(default_factory=count)

    def ask(self, line: Line, column: str) -> httpx.Response:
        visitor = self.visitors[column]()
        # From an address of its own: how often one address may try is another test's matter.
        address = IPv4Address("198.18.0.0") + next(self.numbers)
        headers = {**visitor.sent, "x-forwarded-for": str(address)}
        self.client.cookies.clear()
        path, data = line.path, dict(line.data or {})
        for name, value in self.objects.items():
            path = path.replace(f"{{{name}}}", value)
            data = {key: value if said == f"{{{name}}}" else said for key, said in data.items()}
        if line.data is None:
            return self.client.request(line.method, path, headers=headers)
        headers["origin"] = str(self.client.base_url).rstrip("/")
        if line.as_json:
            return self.client.request(line.method, path, headers={**headers, "x-csrf-token": visitor.csrf}, json=data)
        return self.client.request(line.method, path, headers=headers, data={"csrf": visitor.csrf, **data})


def _foreign(city: Town) -> dict[str, str]:
    """Another city in the same database, with a case, people, a key and links of its own."""
    other = replace(city.profile, code="bantul", nodes=(), sites=(), scales=())
    city.cities.put_profile(other, city.now_us)
    case = city.file(None, city.nodes("gauge")[0], "banjir", {"id": "Sini", "en": "Here"})
    known = city.cities.case(case.number)
    assert known is not None
    thread = city.cities.updates(case.number)[0]
    elsewhere = city.cities.file_case(replace(known, city="bantul"), replace(thread, key="foreign"))
    link = invite(city.cities, city="bantul", base_url="", role="admin", now_us=city.now_us, actor="system")
    stranger_ = Person("b" * 32, "bantul", "jauh", "Jauh", "technician", created_us=city.now_us)
    city.cities.put_person(stranger_, Deed("system", "person.made", stranger_.id, city.now_us))
    there = replace(with_post(city.profile), code="bantul")
    post_link = keepers.make(
        city.cities, profile=there, node=POST, name="Jauh", days=30, now_us=city.now_us, actor="system", base_url=""
    )
    key = make(city.cities, city="bantul", label="jauh", role="service", now_us=city.now_us, actor="system").key
    proposal = _proposal("bantul", stranger_.id, city.now_us)
    city.cities.propose(proposal, Deed("system", "person.proposed", stranger_.id, city.now_us))
    return {
        "foreign": elsewhere.number,
        "foreign_invitation": link,
        "foreigner": stranger_.id,
        "foreign_key": key.id,
        "foreign_proposal": proposal.id,
        "foreign_link": post_link.link.id,
        "foreign_keepers_link": post_link.address,
    }


def _passed_on(city: Town, region: str) -> dict[str, str]:
    """A warning, whoever passes it on, and the same in another city."""
    found = {}
    for which, code in (("", "yogyakarta"), ("foreign_", "bantul")):
        one = contact(id=f"kontak-{code}", city=code, region=region, name="Bu Wiji")
        two = contact(id=f"kontak-{code}-dua", city=code, region=region, phone="0813 000")
        deed = Deed("system", "contact.added", one.id, city.now_us)
        city.cities.put_contacts(code, [one, two], [deed, deed])
        city.cities.link_contact(code, one.id, digest(f"tautan-{code}"), deed)
        said = bulletin(of=f"kejadian-{code}", city=code)
        lease = city.cities.lease(code, "seed", city.now_us, 3600.0)
        assert lease is not None
        city.cities.commit(lease, EngineCommit(bulletins=[said]))
        found |= {f"{which}contact": two.id, f"{which}rw_link": f"tautan-{code}", f"{which}bulletin": said.id}
    return found


def _proposal(city: str, person_id: str, now_us: int) -> Proposal:
    return Proposal(f"proposal-{city}", city, "role", person_id, "admin", "", (), "x" * 32, now_us, now_us + 10**15)


@pytest.fixture(scope="module")
def stage(played: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One city, one server for all lines."""
    folder = tmp_path_factory.mktemp("matrix") / "city"
    shutil.copytree(played("normal"), folder)
    city = town(folder, register=False)
    gauges = city.nodes("gauge")
    shown, shown_event = city.open_flood(gauges[4], Level.SIAGA, 160.0)
    public = city.file(shown_event, gauges[4], "banjir", {"id": "Banjir", "en": "Flood"})
    other_river = next(
        one for one in gauges if city.profile.site_of(one.node).river != city.profile.site_of(gauges[4].node).river
    )
    staff, staff_event = city.open_flood(other_river, Level.WASPADA, 90.0, audience="staff")
    hidden = city.file(staff_event, other_river, "banjir", {"id": "Uji", "en": "Trial"}, public=False)
    ended, ended_event = city.open_flood(other_river, Level.WASPADA, 90.0, minutes_ago=500, audience="staff", over=True)
    city.file(ended_event, other_river, "banjir", {"id": "Lewat", "en": "Over"}, public=False)
    photo = Photo("0" * 36, "yogyakarta", hidden.number, "", "proof", city.now_us, 4, 3)
    city.cities.put_photo(photo, b"large", b"small", twin_bits_most=0)
    shadow = city.open_outage(city.nodes("wifi")[3], audience="shadow")
    elsewhere_ = _foreign(city)
    survey = impact(gauge=other_river.node, datum="illustrative", muster_lat=None, muster_lon=None)
    city.cities.put_profile(replace(city.profile, impacts=(survey,)), city.now_us)
    book = add_post(city, folder)
    keepers_link = link_of(city)
    link_of(city, "Bu Darmi")
    post_link = next(one for one in city.cities.post_links("yogyakarta") if one.name == "Bu Darmi")
    area = hidden.region.rsplit(".", 1)[0]
    elsewhere = next(one.code for one in city.profile.regions if not one.code.startswith(area))
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    password = hasher.hash(PASSWORD)
    city.cities.invite(
        Invitation("0" * 64, "yogyakarta", "officer", created_us=city.now_us, until_us=city.now_us + 1),
        Deed("system", "person.invited", "", city.now_us),
    )
    link = invite(
        city.cities, city="yogyakarta", base_url="", role="officer", agency="bpbd", now_us=city.now_us, actor="system"
    )
    door = person(city, "pintu", "resident", password=password)
    assert door.password
    people = {
        "R": person(city, "warga", "resident", password=password),
        "O": person(city, "sendiri", "officer", agency="bpbd", regions=(area,), password=password),
        "A": person(city, "dinas-lain", "officer", agency="damkar", regions=(area,), password=password),
        "G": person(city, "wilayah-lain", "officer", agency="bpbd", regions=(elsewhere,), password=password),
        "T": person(city, "teknisi", "technician", password=password),
        "C": person(city, "operator", "operator", password=password),
        "D": person(city, "admin", "admin", password=password),
    }
    somebody = person(city, "seseorang", "technician", password=password)
    key = make(city.cities, city="yogyakarta", label="uji", role="service", now_us=city.now_us, actor="system").key
    proposal = _proposal("yogyakarta", somebody.id, city.now_us)
    city.cities.propose(proposal, Deed("system", "person.proposed", somebody.id, city.now_us))
    service = program(city, "service")
    officer_key = program(city, "officer", agency="bpbd", regions=(area,))
    visitors: dict[str, Callable[[], Visitor]] = {"P": stranger, "S": lambda: service, "K": lambda: officer_key}
    for column, one in people.items():
        visitors[column] = lambda one=one: signed_in(city, one)  # type: ignore[misc]
    objects = {
        "public": public.number,
        "hidden": hidden.number,
        "photo": photo.id,
        "open_incident": shown.id,
        "ended_incident": ended.id,
        "staff_incident": staff.id,
        "shadow_incident": shadow.id,
        "invitation": link,
        **elsewhere_,
        "somebody": somebody.id,
        "key": key.id,
        "proposal": proposal.id,
        "keepers_link": keepers_link,
        "post_link": post_link.id,
        "impact": city.cities.impacts("yogyakarta")[0].id,
        **_passed_on(city, hidden.region),
    }
    with (
        serving(
            city,
            passwords=Passwords(hasher),
            book=book,
            trusted_proxies=("127.0.0.1",),
            status=lambda: {"ingest": {"alive": True}},
            pace=Pace(longest_s=0),
            inbound_sources=ALL_PROVIDERS,
        ) as address,
        httpx.Client(base_url=address, timeout=20, trust_env=False) as client,
    ):
        yield Stage(client, city, objects, visitors)
    book.close()
    city.close()


def letter(line: Line, answer: httpx.Response) -> str:
    """What somebody got, as the table writes it; the status itself where it has no letter."""
    to_door = answer.status_code == 303 and answer.headers["location"].startswith("/masuk")
    if answer.status_code == 401 or to_door:
        return "s"
    if answer.status_code == line.ok:
        return "o"
    return {403: "d", 404: "h"}.get(answer.status_code, str(answer.status_code))


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_every_cell(stage: Stage, line: Line) -> None:
    """Each role gets on each endpoint, for its own and for foreign objects, what the table says and nothing else."""
    assert len(line.expected) == len(COLUMNS)
    got = {column: letter(line, stage.ask(line, column)) for column in COLUMNS}
    assert got == dict(zip(COLUMNS, line.expected, strict=True))


def test_the_table_is_whole(stage: Stage) -> None:
    """Every route of the application has a line, no line is of a route that is gone, and every role has a column."""
    told = {(line.method, line.route) for line in LINES}
    assert told == {(one.method, one.path) for one in Table(application(stage.city).routes).lines}
    assert len(COLUMNS) >= len(ROLES)
    assert len(LINES) * len(COLUMNS) >= 500


def application(city: Town) -> FastAPI:
    """The same application without a server."""
    return create_app(
        profile=city.profile,
        readings=city.readings,
        cities=city.cities,
        people=city.cities,
        clock=city.clock,
        base_url="http://kota.test",
    )


def test_a_route_without_a_rule_stops_the_start(stage: Stage) -> None:
    """Whoever adds a page and forgets who may see it finds out at once."""
    app = application(stage.city)
    more = APIRouter()
    more.add_api_route("/rahasia", lambda: "x", methods=["GET"])
    app.include_router(more)
    with pytest.raises(NoRule, match="GET /rahasia"):
        Table(app.routes)


def test_a_route_that_came_later_is_closed(stage: Stage) -> None:
    """A page added behind the gate's back answers 404: the second lock does not know it."""
    city = stage.city
    app = application(city)
    app.add_api_route("/rahasia", lambda: "lemari besi", methods=["GET"])
    with serving(city, app=app) as address:
        answer = httpx.get(f"{address}/rahasia", trust_env=False)
    assert answer.status_code == 404
    assert "lemari besi" not in answer.text


def test_every_route_has_the_second_lock(stage: Stage) -> None:
    """Asked past the gate, each route of the application answers 404, whatever it would have told."""

    taken = [
        route
        for route in application(stage.city).routes
        if isinstance(route, APIRoute) and not route.dependencies  # the application's own are built with theirs
    ]
    assert len(taken) > 100
    assert apart(_of_all(taken)) == dict.fromkeys((route.path for route in taken), 404)


async def _of_all(routes: Sequence[APIRoute]) -> dict[str, int]:
    """What each answers who asks it directly."""
    found = {}
    for route in routes:
        scope = {"type": "http", "method": "GET", "path": route.path, "headers": [], "route": route}
        try:
            await route.app(scope, _nothing, _nowhere)
        except HTTPException as refused:
            found[route.path] = refused.status_code
    return found


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _nowhere(message: Message) -> None:
    raise AssertionError(f"it spoke: {message}")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_no_other_method_does_anything(stage: Stage, method: str) -> None:
    """What has no rule is served to nobody, whatever they show: neither to the public nor to an administrator."""
    ruled = {(line.method, line.route) for line in LINES}
    for line in {one.route: one for one in LINES}.values():
        if any(one == method and _is_of(route, line.path) for one, route in ruled):
            continue
        for column in "PDS":
            answer = stage.ask(replace(line, method=method, data=None), column)
            assert answer.status_code in {400, 404, 405}, (method, line.route, column, answer.status_code)


def _is_of(route: str, path: str) -> bool:
    """Whether a path is answered by a route: `/jaga/bunyi`, posted, is an alarm's by that name."""
    return re.fullmatch(re.sub(r"\{[a-z_]+\}", "[^/]+", route), path) is not None


def test_head_tells_no_more_than_get(stage: Stage) -> None:
    """The cheapest question must not be the loosest."""
    for line in LINES:
        if line.method == "GET":
            for column in "PA":
                asked = stage.ask(line, column).status_code
                assert stage.ask(replace(line, method="HEAD"), column).status_code == asked, line.name


def test_lists_hold_what_each_may_see(stage: Stage) -> None:
    """A hidden case stands in the lists of those whose work it is, and in nobody else's."""
    hidden, staff = stage.objects["hidden"], stage.objects["staff_incident"]
    for column in COLUMNS:
        seen = column in "OCDK"
        for path in ("/kasus", "/api/v1/cases"):
            assert (hidden in stage.ask(get(path, ALL), column).text) is seen, (path, column)
        assert (staff in stage.ask(get("/api/v1/incidents", ALL), column).text) is seen, column
        assert (stage.objects["shadow_incident"] in stage.ask(get("/api/v1/incidents", ALL), column).text) is (
            column in "CD"
        )
        for path in ("/", "/peta.json", "/open311/v2/requests.json", "/open311/v2/requests.xml"):
            assert hidden not in stage.ask(get(path, ALL), column).text, (path, column)


def test_a_foreign_session_is_not_ended(stage: Stage) -> None:
    """Whoever knows the number of another's session can do nothing with it; one's own ends."""
    victim = person(stage.city, "admin", "admin")
    theirs = signed_in(stage.city, victim)
    (session, *_) = [
        one for one in stage.city.cities.sessions_of(victim.id, stage.city.now_us) if one.csrf == theirs.csrf
    ]
    line = post("/akun/sesi", OWN, sesi=session.digest)
    for column in "ROAGTC":
        assert stage.ask(line, column).status_code == 303
    assert session in stage.city.cities.sessions_of(victim.id, stage.city.now_us)
    assert stage.ask(line, "D").status_code == 303
    assert session not in stage.city.cities.sessions_of(victim.id, stage.city.now_us)


def test_readiness_says_why_to_staff_alone(stage: Stage) -> None:
    """Reasons hold addresses of the inside; a stranger reads that it is well or not."""
    line = get("/health/ready", ALL)
    for column in COLUMNS:
        stages = stage.ask(line, column).json()["stages"]
        assert bool(stages) is (column in "TCDS"), column


def test_metrics_are_for_this_machine_too(stage: Stage) -> None:
    """A collector beside the server needs no key; what a proxy passes on does. Where a proxy is named, all do."""
    no_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with serving(stage.city) as address, httpx.Client(base_url=address, trust_env=False, verify=no_tls) as beside:
        assert beside.get("/metrics").status_code == 200
        for name in ("x-forwarded-for", "forwarded", "via", "x-real-ip"):
            assert beside.get("/metrics", headers={name: "127.0.0.1"}).status_code == 401, name
    stage.client.cookies.clear()
    assert stage.client.get("/metrics").status_code == 401
