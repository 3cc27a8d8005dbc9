"""What a form of the console says, as a word about an alarm, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from api.alarms import Alarm
from api.deciding import Word
from contract.clock import HOUR_US, MINUTE_US
from contract.decision import COMMENT_MOST, REASON_MOST, WINDOWS

ACKNOWLEDGE_MINUTES = (30, 60, 120, 240, 480)
SILENCE_MINUTES = (15, 60, 120, 240)
WINDOW_HOURS = (1, 4, 8, 24, 72)
READ_MINUTES = (0, 5, 15, 30, 60)
LEVELS = frozenset("1234")
CENTIMETRES = re.compile(r"-?\d{1,5}(\.\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that somebody sent about an alarm. `worst_of`: the worst level of the alarm, or of its whole event.
    `everywhere`: they may decide about a whole place."""

    fields: Mapping[str, str]
    alarm: Alarm
    now_us: int
    worst_of: Callable[[bool], int | None]
    everywhere: bool

    def word(self) -> Word | str:
        """What it says; the key of a sentence where it will not do."""
        kind = self.text("apa")
        if kind in _REASONED and not 0 < len(self.text("alasan")) <= REASON_MOST:
            return "no_reason"
        read = _KINDS.get(kind)
        return read(self) if read is not None else "decision_wrong"

    def text(self, name: str) -> str:
        return self.fields.get(name, "").strip()

    def chosen(self, name: str, choices: tuple[int, ...], otherwise: int) -> int:
        return next((one for one in choices if str(one) == self.text(name)), otherwise)

    @property
    def once(self) -> str:
        return self.text("nomor")

    @property
    def whole(self) -> bool:
        return self.text("lingkup") == "kejadian"

    @property
    def place(self) -> dict[str, str]:
        """What a silence or window of the whole place fits."""
        placement = self.alarm.placement
        meant = self.everywhere and self.text("lingkup") == "lokasi" and placement is not None
        return {"site": placement.site} if meant and placement is not None else {}


def _acknowledge(form: Filled) -> Word:
    minutes = form.chosen("menit", ACKNOWLEDGE_MINUTES, 120)
    seen = form.text("tingkat")
    # What was on the screen: where it is worse by now, that is theirs anew.
    shown = int(seen) if seen in LEVELS and not form.whole else form.worst_of(form.whole)
    return Word("acknowledge", {"level": shown}, form.now_us + minutes * MINUTE_US, form.once, form.whole)


def _release(form: Filled) -> Word:
    return Word("release", {}, once=form.once, whole=form.whole)


def _assign(form: Filled) -> Word | str:
    to = form.text("kepada")
    return Word("assign", {"to": to}, once=form.once, whole=form.whole) if to else "no_person"


def _comment(form: Filled) -> Word | str:
    text = form.text("teks")
    return Word("comment", {"text": text}, once=form.once) if 0 < len(text) <= COMMENT_MOST else "no_text"


def _silence(form: Filled) -> Word:
    until_us = form.now_us + form.chosen("menit", SILENCE_MINUTES, 60) * MINUTE_US
    body = {"reason": form.text("alasan"), "matchers": form.place, "public": form.text("umum") == "ya"}
    return Word("silence", body, until_us, form.once, form.whole, at_large=bool(form.place))


def _window(form: Filled) -> Word | str:
    what = form.text("jenis")
    until_us = form.now_us + form.chosen("jam", WINDOW_HOURS, 4) * HOUR_US
    body = {"what": what, "start_us": form.now_us, "reason": form.text("alasan"), "matchers": form.place}
    if what not in WINDOWS:
        return "decision_wrong"
    return Word("window", body, until_us, form.once, form.whole, at_large=bool(form.place))


def _read_on_site(form: Filled) -> Word | str:
    """Centimetres with a comma or a dot, read so many minutes ago."""
    text = form.text("cm").replace(",", ".")
    if not CENTIMETRES.fullmatch(text):
        return "no_level"
    read_us = form.now_us - form.chosen("menit", READ_MINUTES, 0) * MINUTE_US
    return Word("read_on_site", {"level_cm": float(text), "read_us": read_us}, once=form.once)


def _end(form: Filled) -> Word:
    return Word("end", {"reason": form.text("alasan")}, once=form.once)


_REASONED = frozenset({"silence", "window", "end"})
_KINDS: Mapping[str, Callable[[Filled], Word | str]] = {
    "acknowledge": _acknowledge,
    "release": _release,
    "assign": _assign,
    "comment": _comment,
    "silence": _silence,
    "window": _window,
    "read_on_site": _read_on_site,
    "end": _end,
}
