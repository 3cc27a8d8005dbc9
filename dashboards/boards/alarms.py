"""Alarms: how many are open, who has answered, what waits to be said, and what is in doubt."""

from __future__ import annotations

from typing import Any

from contract.city import Profile
from dashboards import panels, scrapes

_NOBODY = "waiting|again"


def board(city: Profile) -> dict[str, Any]:
    """The board of one city, of what a Prometheus has scraped from its `/metrics`."""
    return panels.board(
        uid=f"siaga-{city.code}-alarms",
        title=f"{city.name}: alarm / alarms",
        description=(
            "Alarm terbuka, pengiriman, dan keraguan, dari Prometheus yang membaca /metrics. Nol berarti nol; tanpa "
            "data berarti tidak ada yang membaca. / Open alarms, delivery and doubts, from a Prometheus that scrapes "
            "/metrics. Nought means nought; no data means that nobody scrapes."
        ),
        panels=panels.grid([_figures(city.code), _open(city.code), _doubts(city.code)]),
        variables=[],
    )


def _stat(title: str, description: str, expression: str) -> panels.Panel:
    return panels.stat(title, description, [panels.scraped(expression)])


def _figures(code: str) -> panels.Row:
    grave = _stat(
        "Gawat, belum dijawab / Critical, not answered",
        "Alarm gawat yang belum diterima siapa pun, atau sudah lewat waktunya. / "
        "Critical alarms that nobody has taken on, or whose acknowledgement has lapsed.",
        scrapes.total("siaga_alarms", code, severity="critical", answer=_NOBODY),
    )
    unanswered = _stat(
        "Belum dijawab / Not answered",
        "Semua alarm yang menunggu seseorang. / All alarms that wait for somebody.",
        scrapes.total("siaga_alarms", code, answer=_NOBODY),
    )
    waiting = _stat(
        "Menunggu dikirim / Waiting to be sent",
        "Pemberitahuan yang belum sampai ke penerimanya. / Notifications that have not reached their receivers.",
        scrapes.total("siaga_outbox", code, state="waiting"),
    )
    given_up = _stat(
        "Gagal dikirim / Given up",
        "Pemberitahuan yang tidak dicoba lagi. / Notifications that are not tried again.",
        scrapes.total("siaga_outbox", code, state="abandoned"),
    )
    held_back = _stat(
        "Ditahan batas per menit / Held back by the bound",
        "Kejadian yang menunggu diberitahukan karena sudah terlalu banyak. / "
        "Events that wait to be told because too much is told already.",
        scrapes.total("siaga_held_back", code),
    )
    up = _stat(
        "Penyimpanan / Stores",
        "1: kedua penyimpanan menjawab. / 1: both stores answer.",
        scrapes.of("siaga_stores_up", code),
    )
    return 4, [(one, 4) for one in (grave, unanswered, waiting, given_up, held_back, up)]


def _open(code: str) -> panels.Row:
    severities = panels.timeseries(
        "Alarm terbuka menurut berat dan keadaan / Open alarms by severity and state",
        "Yang berlangsung dan yang mulai reda. / Those going on and those easing.",
        [panels.scraped(scrapes.total("siaga_alarms", code, by=("severity", "state")), alias="{{severity}} {{state}}")],
    )
    answers = panels.timeseries(
        "Alarm terbuka menurut jawaban / Open alarms by answer",
        "again: perlu seseorang lagi; waiting: belum dijawab; answered: diterima; quiet: ditahan. / "
        "again: needs somebody again; waiting: not answered; answered: taken on; quiet: silenced or in a window.",
        [panels.scraped(scrapes.total("siaga_alarms", code, by=("answer",)), alias="{{answer}}")],
    )
    return 8, [(severities, 12), (answers, 12)]


def _doubts(code: str) -> panels.Row:
    doubts = panels.timeseries(
        "Alat ukur yang diragukan / Gauges in doubt",
        "jump: bacaan yang melonjak sendiri menunggu bacaan berikutnya; flat: diam padahal air bergerak. / "
        "jump: a reading that jumped alone waits for the next; flat: it stands still though the water moves.",
        [panels.scraped(scrapes.of("siaga_gauges_in_doubt", code), alias="{{why}}")],
    )
    unbelieved = panels.timeseries(
        "Bacaan yang tidak dipercaya, per jam / Readings not believed, an hour",
        "Lonjakan yang tidak dibenarkan bacaan berikutnya. / Jumps that the next reading did not bear out.",
        [panels.scraped(scrapes.grown("siaga_readings_not_believed_total", code))],
    )
    unhurried = panels.timeseries(
        "Tidak mengikuti permintaan banjir / Not following a flood's request",
        "Sensor yang diminta lebih sering membaca dan mengirim kurang dari setengahnya. / "
        "Sensors asked to be read more often that send less than half of it.",
        [panels.scraped(scrapes.of("siaga_not_hurried", code))],
    )
    return 7, [(doubts, 8), (unbelieved, 8), (unhurried, 8)]
