"""What a form of `/jaga` says about an alarm, as a word, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from api.alarms import Alarm
from api.console_forms import Filled
from api.deciding import Word
from contract.decision import REASON_MOST, DecisionKind

READY = ("sensor", "branch", "works", "test")
"""reasons for `wrong` that need no typing; words `duty_wrong_…`"""
SEEN_MOST = 200
BUTTONS: tuple[DecisionKind, ...] = ("acknowledge", "confirm", "order", "wrong", "seen_on_camera", "assign")


def word_of(
    fields: Mapping[str, str],
    alarm: Alarm,
    now_us: int,
    worst_of: Callable[[bool], int | None],
    ready: Callable[[str], str],
) -> Word | str:
    """The word; the key of a sentence where it will not do. `ready`: the text of one of the READY reasons."""
    filled = Filled(fields, alarm, now_us, worst_of, everywhere=False)
    kind = filled.text("apa")
    if kind in {"acknowledge", "assign"}:
        return filled.word()
    read = _KINDS.get(kind)
    return read(filled, ready) if read is not None else "decision_wrong"


def _confirm(form: Filled, _ready: Callable[[str], str]) -> Word:
    return Word("confirm", {}, once=form.once)


def _order(form: Filled, _ready: Callable[[str], str]) -> Word | str:
    return Word("order", {}, once=form.once) if form.text("yakin") == "ya" else "duty_order_twice"


def _wrong(form: Filled, ready: Callable[[str], str]) -> Word | str:
    """One's own words, else one of the ready ones."""
    chosen = form.text("sebab")
    reason = form.text("alasan") or (ready(chosen) if chosen in READY else "")
    return Word("wrong", {"reason": reason}, once=form.once) if 0 < len(reason) <= REASON_MOST else "no_reason"


def _seen(form: Filled, _ready: Callable[[str], str]) -> Word | str:
    seen, text = form.text("tampak"), form.text("teks")
    if seen not in {"ya", "tidak"} or len(text) > SEEN_MOST:
        return "duty_seen_choose"
    return Word("seen_on_camera", {"level_seen": seen == "ya", **({"text": text} if text else {})}, once=form.once)


_KINDS: Mapping[str, Callable[[Filled, Callable[[str], str]], Word | str]] = {
    "confirm": _confirm,
    "order": _order,
    "wrong": _wrong,
    "seen_on_camera": _seen,
}
