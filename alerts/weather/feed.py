"""BMKG's feed over HTTP: asked conditionally, never more often than it allows, and never led elsewhere."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from alerts.weather.cap import LONGEST, Alert, Item, read_alert, read_feed
from complaints.outward import Answer, Outward
from contract.clock import MINUTE_US, Clock
from contract.errors import BadInput, Unavailable

PER_MIN = 50
"""requests; BMKG allows 60 an address"""
SETTING = "setting SIAGA_BMKG_URL"
_AGENT = "siaga (city warning system)"
_NOT_MODIFIED = 304


@dataclass(slots=True)
class Feed:
    """`url`: of the RSS feed in Indonesian; where its path ends with `/id`, `/en` has the same in English."""

    url: str
    outward: Outward
    clock: Clock
    _asked: deque[int] = field(default_factory=deque)
    _marks: dict[str, str] = field(default_factory=dict)
    _items: list[Item] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.outward.judge(self.url, where=SETTING)

    @property
    def room(self) -> int:
        """How many requests may be made now."""
        now_us = self.clock.mono_us()
        while self._asked and now_us - self._asked[0] >= MINUTE_US:
            self._asked.popleft()
        return PER_MIN - len(self._asked)

    def items(self) -> list[Item]:
        """What the feed leads to now. Raises Unavailable and BadInput; then what it led to before is forgotten, and
        the next one asks for the whole feed."""
        marks, self._marks = self._marks, {}
        answer = self._get(self.url, marks)
        if answer.status == _NOT_MODIFIED and marks:
            self._marks = marks
            return self._items
        self._items = read_feed(_whole(answer))
        names = (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since"))
        self._marks = {header: answer.headers[name] for name, header in names if name in answer.headers}
        return self._items

    def alert(self, link: str) -> Alert:
        """The alert behind a link. Raises Unavailable and BadInput."""
        address = urljoin(self.url, link)
        if urlsplit(address)[:2] != urlsplit(self.url)[:2]:
            raise BadInput(f"{address[:200]} leads away from {urlsplit(self.url).netloc}, and is not followed")
        return read_alert(_whole(self._get(address)))

    def english(self, link: str) -> Alert | None:
        """The same alert in English, None where the feed has no such place. Raises Unavailable and BadInput."""
        base = self.url.rstrip("/")
        address = urljoin(self.url, link)
        if not base.endswith("/id") or not address.startswith(f"{base}/"):
            return None
        return self.alert(base.removesuffix("id") + "en" + address.removeprefix(base))

    def _get(self, url: str, marks: dict[str, str] | None = None) -> Answer:
        self._asked.append(self.clock.mono_us())
        target = self.outward.judge(url, where=SETTING)
        headers = {"User-Agent": _AGENT, "Accept": "application/xml, text/xml;q=0.9", **(marks or {})}
        answer = self.outward.send("GET", target, headers=headers, longest=LONGEST + 1)
        if answer.status not in {200, _NOT_MODIFIED}:
            wait = answer.headers.get("retry-after", "")
            raise Unavailable(
                f"{target.host} answered with {answer.status}",
                retry_after_s=float(wait) if wait.isdecimal() and len(wait) < 6 else None,
            )
        return answer


def _whole(answer: Answer) -> bytes:
    if answer.status == _NOT_MODIFIED:
        raise Unavailable("it answers that nothing changed to a question that did not ask so")
    return answer.body
