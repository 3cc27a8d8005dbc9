"""The city's own recordings of the emergency phrases: taken in at `/suara/naskah`, played from `/suara/putar`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.context import Context
from api.form import fields_of, upload_of
from api.page import Pages, same
from api.voices import Voices
from api.voices_page import BACK, Sentences
from contract.errors import BadInput
from contract.sound import BYTES_MOST, sound_of

LARGER = ((re.compile(r"/suara/naskah/[a-z]+/[a-z_]+/rekaman"), BYTES_MOST + 16 * 1024),)
"""paths whose forms carry a recording, and how many bytes they may have"""
YEAR_S = 365 * 86_400
_RANGE = re.compile(r"bytes=(\d{0,9})-(\d{0,9})")


class Recordings:
    """Raises HTTPException where there is nothing, or nothing for whoever asks."""

    def __init__(self, context: Context, pages: Pages) -> None:
        self._context = context
        self._voices = Voices(context)
        self._sentences = Sentences(context, pages)

    def play(self, request: Request, recording_id: str) -> Response:
        """The sound, or the part of it that a player asks for. Its address never sounds otherwise; it is asked anew
        whether it still may."""
        found = self._context.cities.recording(self._context.city, recording_id)
        if found is None:
            raise HTTPException(404)
        recording, sound = found
        etag = f'"{recording.digest}"'
        headers = {"ETag": etag, "Cache-Control": "no-cache", "Accept-Ranges": "bytes"}
        if same(request, etag):
            return Response(status_code=304, headers=headers)
        part = _part(request.headers.get("range", ""), len(sound))
        if part is None:
            return Response(sound, media_type=recording.media, headers=headers)
        begin, end = part
        if begin >= end:
            return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{len(sound)}"})
        headers["Content-Range"] = f"bytes {begin}-{end - 1}/{len(sound)}"
        return Response(sound[begin:end], status_code=206, media_type=recording.media, headers=headers)

    def take(self, request: Request, language: str, phrase: str, form: Mapping[str, str], data: bytes) -> Response:
        """A speaker says the sentence as it stands."""
        caller, name = self._sentences.who(request), self._sentences.known(language, phrase)
        said = ""
        try:
            if not self._voices.record(caller, name, form.get("teks", ""), form.get("penutur", ""), sound_of(data)):
                said = "voice_changed"
        except BadInput as wrong:
            said = f"sound_wrong_{wrong.where}" if wrong.where != "speaker" else "voice_wrong_speaker"
        if said:
            status = 409 if said == "voice_changed" else 400
            return self._sentences.script(request, language, said=said, about=phrase, typed=form, status=status)
        return RedirectResponse(f"{BACK}?bahasa={language}&kabar=rekam#{phrase}", status_code=303)

    def remove(self, request: Request, recording_id: str) -> Response:
        """Nobody hears it any more, and it is kept nowhere."""
        caller = self._sentences.who(request)
        gone = self._voices.silence(caller, recording_id)
        if gone is None:
            raise HTTPException(404)
        return RedirectResponse(f"{BACK}?bahasa={gone.language}&kabar=hapus", status_code=303)


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """From which byte to before which; None: the whole. One that cannot be is (0, 0)."""
    found = _RANGE.fullmatch(asked)
    if found is None or found[0] == "bytes=-":
        return None
    if not found[1]:
        return max(0, size - int(found[2])), size if int(found[2]) else 0
    begin = int(found[1])
    end = min(size, int(found[2]) + 1) if found[2] else size
    return (begin, end) if begin < end else (0, 0)


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    recordings = Recordings(context, pages)

    @routes.get("/suara/putar/{recording_id}", include_in_schema=False)
    def play(request: Request, recording_id: str) -> Response:
        return recordings.play(request, recording_id)

    @routes.post("/suara/naskah/{language}/{phrase}/rekaman", include_in_schema=False)
    async def take(request: Request, language: str, phrase: str) -> Response:
        form, data = await upload_of(request, "rekaman", BYTES_MOST)
        return await run_in_threadpool(recordings.take, request, language, phrase, form, data)

    @routes.post("/suara/rekaman/{recording_id}/hapus", include_in_schema=False)
    async def remove(request: Request, recording_id: str) -> Response:
        await fields_of(request)
        return await run_in_threadpool(recordings.remove, request, recording_id)

    return routes
