"""What somebody wrote is text wherever it is shown: pages, lists, Open311 in both formats, the API, webhooks, logs."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import quote

import httpx
import structlog
from lxml import etree
from support.receiver import receiver
from support.seed import Town

from alerts.carriers import WebhookCarrier
from alerts.webhooks import Receiver, message
from complaints.outward import Outward
from contract.addresses import networks
from faults.trials.api import HOSTILE, MARKUP
from store.cases import Case, CaseUpdate
from store.ports import Outgoing

PLAIN = "biasa"
PAYLOADS = [
    *dict.fromkeys(
        one
        for text in (*MARKUP, *HOSTILE)
        for one in (
            text, text.upper(), html.escape(text), quote(text, safe=""), f"{PLAIN} {text} {PLAIN}", f"]]>{text}",
            f"</p>{text}",
            f"{text}\u2028{text}", f"'{text}", f'"{text}', f"--> {text}", f"{{{{ {text} }}}}",
        )
        if one.strip() and len(one) < 700 and one.isprintable()
    )
][:240]  # fmt: skip


class Skeleton(HTMLParser):
    """The tags and attribute names of a page, without its words."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.bones: list[tuple[str, tuple[str, ...]]] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.bones.append((tag, tuple(sorted(name for name, _ in attrs))))

    def handle_comment(self, data: str) -> None:
        self.bones.append(("comment", ()))

    def handle_data(self, data: str) -> None:
        self.words += data


def filed(city: Town, text: str, number: int) -> str:
    """A public case in which every free text is `text`; returns its number."""
    both = {"id": text, "en": text}
    case = Case(
        "", city.profile.code, f"event-{number}", "banjir", "bpbd", city.profile.regions[-1].code, both, both, -7.78,
        110.37,
        "submitted", "sensor", city.now_us + number, city.now_us + number, city.now_us + 10**12, None, True,
        triaged_us=city.now_us,
    )  # fmt: skip
    first = CaseUpdate(f"event-{number}/filed", "", city.now_us, city.now_us, "submitted", both, "sensor")
    return city.cities.file_case(case, first).number


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_what_somebody_wrote_is_text_in_every_sink(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Over two hundred payloads in title, description and thread: the page keeps its bones, the text arrives whole."""
    assert len(PAYLOADS) >= 200
    client = serve(made)
    bones = Skeleton(client.get(f"/kasus/{filed(made, PLAIN, 0)}").text).bones
    kept = {filed(made, text, number): text for number, text in enumerate(PAYLOADS, start=1)}
    for number, text in kept.items():
        page = Skeleton(client.get(f"/kasus/{number}").text)
        assert page.bones == bones, text
        assert words(text) in words(page.words), text
        assert client.get(f"/api/v1/cases/{number}").json()["title"]["id"] == text
        (told,) = client.get(f"/open311/v2/requests/{number}.json").json()
        assert text in told["description"]
        answer = client.get(f"/open311/v2/requests/{number}.xml")
        assert answer.headers["content-type"].startswith("text/xml")
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        assert words(text).strip() in words(
            etree.fromstring(answer.content, parser).findtext("request/description") or ""
        )
    for path in ("/kasus", "/", "/sungai"):
        page = client.get(path)
        assert not [tag for tag, _ in Skeleton(page.text).bones if tag in {"iframe", "math", "x", "style", "comment"}]


def test_a_webhook_carries_it_as_it_is() -> None:
    """JSON escapes what JSON must; the receiver reads the same text."""
    with receiver() as server:
        outward = Outward(networks("127.0.0.1/32", where=""))
        carrier = WebhookCarrier(Receiver("a", outward.judge(server.url, where="url"), (b"x" * 32,)), outward)
        for number, text in enumerate(PAYLOADS):
            row = Outgoing(f"webhook/a/{number}", "c", "webhook/a", "e", message("siaga.test", 1, {"text": text}), 1)
            carrier.carry(row, 2)
        assert [json.loads(one.body)["data"]["text"] for one in server.got] == PAYLOADS


def test_a_log_line_stays_one_line() -> None:
    """No text forges a second entry, a colour or a field."""
    out = io.StringIO()
    log = structlog.wrap_logger(structlog.PrintLogger(out), processors=[structlog.processors.JSONRenderer()])
    for text in [*PAYLOADS, "a\nb", "a\r\n{}", "\x1b[31m", "\u2028"]:
        log.info("event", text=text)
    lines = out.getvalue().split("\n")[:-1]
    assert [json.loads(line)["text"] for line in lines][: len(PAYLOADS)] == PAYLOADS
    assert len(lines) == len(PAYLOADS) + 4
    assert "\x1b" not in out.getvalue()
