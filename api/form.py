"""What a form says: texts and no files, and no NUL, which PostgreSQL cannot keep."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.requests import Request

FIELDS_MOST = 20
FILES_MOST = 4
FIELDS_OF: Mapping[str, tuple[str, ...]] = {
    "sign_in_wrong": ("akun", "sandi"),
    "account_shape": ("akun",),
    "account_taken": ("akun",),
    "name_missing": ("nama",),
    "old_password_wrong": ("sandi_lama",),
    "password_short": ("sandi",),
    "password_long": ("sandi",),
    "password_guessable": ("sandi",),
    "password_differs": ("sandi_lagi",),
    "area_role": ("peran",),
    "area_agency": ("dinas",),
    "area_officer": ("dinas",),
    "erase_account": ("akun",),
    "key_label_missing": ("label",),
    "key_days": ("hari",),
    "post_figure": ("angka",),
    "post_beyond": ("angka",),
    "post_clock": ("pukul",),
    "release_dam": ("bendung",),
    "release_amount": ("debit",),
    "release_clock": ("mulai",),
    "release_hours": ("lama",),
    "post_unknown": ("pos",),
    "post_name_missing": ("nama",),
    "judge_wrong_verdict": ("putusan",),
    "judge_wrong_reason": ("alasan",),
    "judge_wrong_flooded_us": ("tergenang",),
    "judge_wrong_rule": ("aturan",),
    "judge_wrong_node": ("simpul",),
    "judge_wrong_place": ("tempat",),
    "judge_wrong_level": ("tingkat",),
    "judge_wrong_happened_us": ("waktu",),
    "judge_wrong_source": ("sumber",),
    "impact_wrong_from_cm": ("mulai",),
    "impact_wrong_range": ("mulai",),
    "impact_wrong_rw": ("rw",),
    "impact_wrong_depth": ("setinggi",),
    "impact_wrong_muster": ("kumpul",),
    "impact_wrong_place": ("lintang", "bujur"),
    "impact_wrong_far": ("lintang", "bujur"),
    "impact_wrong_phone": ("telepon",),
    "impact_wrong_checked_by": ("pemeriksa",),
    "impact_wrong_checked_on": ("diperiksa",),
    "impact_wrong_future": ("diperiksa", "banjir"),
    "impact_wrong_compared": ("banjir", "dibanding"),
    "impact_wrong_compared_on": ("banjir",),
    "impact_wrong_doubled": ("rw", "mulai"),
    "impact_wrong_shallower": ("setinggi",),
    "impact_refused_no_reason": ("alasan",),
    "contact_wrong_rw": ("rw",),
    "contact_wrong_region": ("kelurahan",),
    "contact_wrong_name": ("nama",),
    "contact_wrong_role": ("peran",),
    "contact_wrong_phone": ("telepon",),
    "contact_wrong_language": ("bahasa",),
    "contacts_not_kept": ("tabel",),
    "follow_wrong_place": ("tempat",),
    "situation_wrong_kind": ("macam",),
    "situation_wrong_text": ("teks",),
    "situation_wrong_english": ("english",),
    "situation_wrong_place": ("tempat",),
    "situation_wrong_until": ("sampai",),
    "situation_wrong_why": ("sebab",),
    "takedown_wrong_what": ("apa",),
    "takedown_wrong_reason": ("alasan",),
    "report_wrong_category": ("jenis",),
    "report_wrong_place": ("tempat",),
    "report_wrong_far": ("tempat",),
    "report_wrong_text": ("cerita",),
    "photo_wrong_empty": ("foto",),
    "photo_wrong_big": ("foto",),
    "photo_wrong_heic": ("foto",),
    "photo_wrong_kind": ("foto",),
    "photo_wrong_large": ("foto",),
    "photo_wrong_broken": ("foto",),
    "photo_wrong_many": ("foto",),
    "photo_wrong_marks": ("petak",),
    "follow_wrong_kind": ("saluran",),
    "follow_wrong_address": ("alamat",),
    "follow_wrong_topics": ("kabar",),
    "follow_wrong_level": ("tingkat",),
    "follow_wrong_code": ("kode",),
}
"""which fields a sentence about a form is about, by the ids they have on the page"""
ANSWERS_MOST = 100
"""fields of a report with what its category asks"""
_ATTRIBUTE = re.compile(r"attribute\[([^\]]*)\](?:\[\])?")
BOXES_MOST = 1_000
"""fields of a form with a box for each region of the city"""


async def form_of(request: Request, fields_most: int = BOXES_MOST) -> FormData:
    """A form in which a name may stand more than once."""
    return await request.form(max_files=0, max_fields=fields_most)


async def fields_of(request: Request) -> dict[str, str]:
    """Each field's text."""
    return texts_of(await form_of(request, FIELDS_MOST))


async def upload_of(request: Request, name: str, bytes_most: int) -> tuple[dict[str, str], bytes]:
    """Each field's text, and the file under `name`: of a larger one a byte more than the most. b"" for none."""
    async with request.form(max_files=1, max_fields=FIELDS_MOST) as form:
        file = form.get(name)
        data = b"" if file is None or isinstance(file, str) else await file.read(bytes_most + 1)
        return texts_of(form), data


async def files_of(
    request: Request, name: str, *, files_most: int, bytes_most: int
) -> tuple[dict[str, str], list[bytes]]:
    """The same for several files under one name; a field that was left empty is none."""
    async with request.form(max_files=files_most, max_fields=FIELDS_MOST) as form:
        return texts_of(form), await chosen_of(form, name, bytes_most)


async def chosen_of(form: FormData, name: str, bytes_most: int) -> list[bytes]:
    """The files under one name of a form that is open; of a larger one a byte more than the most."""
    chosen = [one for one in form.getlist(name) if not isinstance(one, str) and one.filename]
    return [await one.read(bytes_most + 1) for one in chosen]


def texts_of(form: FormData) -> dict[str, str]:
    """The same of a form that has been read."""
    return {name: _plain(value) for name, value in form.items() if isinstance(value, str)}


def answers_of(form: FormData) -> dict[str, list[str]]:
    """What a category asked: `attribute[CODE]=v` and `attribute[CODE][]=v`, by code."""
    found: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        match = _ATTRIBUTE.fullmatch(name)
        if match and isinstance(value, str):
            found.setdefault(match[1], []).append(_plain(value))
    return found


def text_of(form: FormData, name: str) -> str:
    """One field's text; "" where there is none."""
    value = form.get(name, "")
    return _plain(value) if isinstance(value, str) else ""


def _plain(text: str) -> str:
    return text.replace("\0", "\ufffd")
