"""`/suara`: what to shout in an emergency, in six languages; `/suara/naskah`: where speakers' signatures are kept."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.chain import Passing
from api.context import Context
from api.form import fields_of
from api.page import Pages
from api.policy import Caller, caller_of, reach_of
from api.voices import Voices, language_named, may_change, name_of
from contract.errors import BadInput
from contract.phrase import PHRASE_LANGUAGES, SIGNED_FOR, SPEAKER_MOST, TEXT_MOST, Name

TOLD = {
    "kalimat": "voice_worded",
    "tanda": "voice_signed",
    "cabut": "voice_unsigned",
    "rekam": "voice_recorded",
    "hapus": "voice_removed",
}
BACK = "/suara/naskah"


class Sentences:
    """Both pages, and what the staff's forms bring about."""

    def __init__(self, context: Context, pages: Pages) -> None:
        self._context = context
        self._pages = pages
        self._voices = Voices(context)
        self._passing = Passing(context)

    def public(self, request: Request, wanted: str) -> Response:
        """All twelve of one language, each with whether somebody who speaks it has signed it."""
        reader = self._pages.speech(request).language
        language = language_named(wanted, reader)
        values = {
            "language": language,
            "languages": PHRASE_LANGUAGES,
            "shown": self._voices.shown(language, reader),
            "reader": reader,
            "signed_for": SIGNED_FOR,
        }
        return self._pages.render(request, "suara.html", values)

    def script(
        self,
        request: Request,
        wanted: str,
        *,
        said: str = "",
        good: bool = False,
        about: str = "",
        typed: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        """Those of one language with their forms. `about`: the phrase that a form was sent for; `typed`: what stood in
        it."""
        self.who(request)
        language = language_named(wanted, SIGNED_FOR[0])
        shown = self._voices.shown(language, self._pages.speech(request).language)
        people = self._context.people.people(self._context.city)
        accounts = {one.id: one.account for one in people if one.account}
        values = {
            "language": language,
            "languages": PHRASE_LANGUAGES,
            "shown": shown,
            "kept": {one.phrase: one for one in self._voices.recordings() if one.language == language},
            "unchecked": sum(one.spoken.unchecked for one in shown),
            "signed_for": SIGNED_FOR,
            "named": lambda person_id: accounts.get(person_id, person_id[:8]),
            "limits": {"kalimat": TEXT_MOST, "penutur": SPEAKER_MOST},
            "about": about,
            "typed": typed or {},
            "said": said,
            "good": good,
        }
        at = f"{BACK}?bahasa={language}" if request.method == "POST" else None
        return self._pages.render(request, "suara_naskah.html", values, status=status, private=True, at=at)

    def change(self, request: Request, language: str, phrase: str, form: Mapping[str, str]) -> Response:
        """Word, sign or unsign one sentence."""
        caller, name = self.who(request), self.known(language, phrase)
        if not may_change(name):
            raise HTTPException(404)
        word = form.get("kata", "")
        try:
            if word == "kalimat":
                self._voices.word(caller, name, form.get("kalimat", ""))
            elif word == "tanda":
                if not self._voices.sign(caller, name, form.get("teks", ""), form.get("penutur", "")):
                    return self.script(request, language, said="voice_changed", about=phrase, status=409)
            elif word == "cabut":
                self._voices.unsign(caller, name)
            else:
                return self.script(request, language, said="voice_unknown", about=phrase, status=400)
        except BadInput as wrong:
            said = f"voice_wrong_{wrong.where}"
            return self.script(request, language, said=said, about=phrase, typed=form, status=400)
        return RedirectResponse(f"{BACK}?bahasa={language}&kabar={word}", status_code=303)

    def who(self, request: Request) -> Caller:
        """Whoever looks after the sentences. Raises HTTPException(403) for anybody else."""
        caller = caller_of(request)
        if not self._passing.may(caller, reach_of(request)):
            raise HTTPException(403)
        return caller

    def known(self, language: str, phrase: str) -> Name:
        """Raises HTTPException(404) for none of ours."""
        name = name_of(language, phrase)
        if name is None:
            raise HTTPException(404)
        return name


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    sentences = Sentences(context, pages)

    @routes.get("/suara", include_in_schema=False)
    def public(request: Request, bahasa: str = "") -> Response:
        return sentences.public(request, bahasa)

    @routes.get("/suara/naskah", include_in_schema=False)
    def script(request: Request, bahasa: str = "", kabar: str = "") -> Response:
        return sentences.script(request, bahasa, said=TOLD.get(kabar, ""), good=True)

    @routes.post("/suara/naskah/{language}/{phrase}", include_in_schema=False)
    async def change(request: Request, language: str, phrase: str) -> Response:
        return await run_in_threadpool(sentences.change, request, language, phrase, await fields_of(request))

    return routes
