"""The public pages as files: taken of the running server every few seconds into a folder that stands elsewhere.

A turn asks for every public page, in both languages, as a resident would; rewrites its links so that they lead from
file to file; writes what has changed beside what is shown, links the rest, and switches over by renaming one symbolic
link. Whoever reads the folder while this process is killed, at whatever moment, finds one whole set. Where the server
does not answer, or answers that something is wrong, the last set stays and says its own age.
"""

from __future__ import annotations

import os
import posixpath
import re
import shlex
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import structlog

from contract.clock import Clock
from contract.errors import BadInput, Unavailable

NOW = "kini"
SETS = "versi"
MOST_PAGES = 5_000
_ASK_S = 20.0
_THEN_S = 120.0
_ID = r"[A-Za-z0-9._-]{1,80}"
_PAGES = re.compile(rf"/(?:|sungai(?:/{_ID})?|s/{_ID}|wifi|cuaca|kasus(?:/{_ID})?|siaran(?:/{_ID})?|suara|portal)")
_FILES = re.compile(
    rf"/(?:peta\.svg|peta\.geojson|umpan\.xml|cap/feed\.xml|cap/{_ID}\.xml|static/[A-Za-z0-9._/-]{{1,120}})"
)
_BEGINS = ("/", "/portal", "/siaran", "/suara", "/peta.geojson", "/umpan.xml", "/cap/feed.xml")
_LINK = re.compile(r'\b(href|src|action)="([^"]*)"')
_SCRIPT = re.compile(r"<script\b[^>]*>.*?</script>\s*", re.S)
_BODY = re.compile(r"<body[^>]*>")

_SAYS: Mapping[str, str] = {
    "id": "Salinan dari {time}. Di sini tidak bekerja: peta bergerak, pencarian, formulir, masuk akun. Halaman kota: ",
    "en": "A copy of {time}. What does not work here: the moving map, search, forms and signing in. The city's pages: ",
}

log = structlog.get_logger("snapshot")


@dataclass(frozen=True, slots=True)
class Address:
    """One page or file of the server: its path, the language, and of the portal the place that it is for."""

    path: str
    english: bool = False
    site: str = ""

    @property
    def asked(self) -> str:
        """As the server is asked for it; both languages are named, for no cookie says one."""
        if _FILES.fullmatch(self.path):
            return self.path
        site = f"site={self.site}&" if self.site else ""
        return f"{self.path}?{site}lang={'en' if self.english else 'id'}"

    @property
    def file(self) -> str:
        """Where it lies in a set."""
        if _FILES.fullmatch(self.path):
            return self.path.lstrip("/")
        name = self.path.strip("/") or "index"
        name = f"{name}/{self.site}" if self.site else name
        return f"{'en/' if self.english else ''}{name}.html"


def address_of(link: str, seen_on: Address) -> Address | None:
    """What a link of a page leads to, None for what stays with the living server."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    path = parts.path or seen_on.path
    if _FILES.fullmatch(path) and ".." not in path:
        return Address(path)
    query = dict(parse_qsl(parts.query))
    language = query.pop("lang", "en" if seen_on.english else "id")
    site = query.pop("site", "") if path == "/portal" else ""
    if query or not _PAGES.fullmatch(path) or (site and not re.fullmatch(_ID, site)):
        return None
    return Address(path, language == "en", site)


def links_of(page: str, seen_on: Address) -> Iterator[Address]:
    """The pages and files that a page leads to and needs."""
    for match in _LINK.finditer(_SCRIPT.sub("", page)):
        found = address_of(unescape(match[2]), seen_on)
        if found is not None:
            yield found


def rewritten(page: str, seen_on: Address, known: Callable[[Address], bool], base: str, time: str) -> str:
    """The page as a file: links to what is `known` lead there, others to the living server at `base`; no script; and
    at its top when it was taken, and what does not work."""

    def link(match: re.Match[str]) -> str:
        given = unescape(match[2])
        parts = urlsplit(given)
        if not given or parts.scheme or parts.netloc or given.startswith("#"):
            return match[0]
        target = address_of(given, seen_on)
        if target is not None and known(target) and match[1] != "action":
            here = posixpath.dirname(seen_on.file)
            leads = posixpath.relpath(target.file, here or ".") + (f"#{parts.fragment}" if parts.fragment else "")
        else:
            leads = base + (given if given.startswith("/") else f"{seen_on.path}{given}")
        return f'{match[1]}="{escape(leads)}"'

    text = _LINK.sub(link, _SCRIPT.sub("", page))
    says = _SAYS["en" if seen_on.english else "id"].format(time=time)
    line = f'<p class="lost" role="note">{says}<a href="{escape(base)}/">{escape(base)}</a></p>'
    return _BODY.sub(lambda body: f"{body[0]}\n{line}", text, count=1)


class Server:
    """Asks the living server, and remembers what has not changed."""

    def __init__(self, url: str, client: httpx.Client) -> None:
        self._url = url.rstrip("/")
        self._client = client
        self._kept: dict[str, tuple[str, bytes]] = {}

    def get(self, address: Address) -> bytes | None:
        """What is there, None for nothing. Raises Unavailable."""
        etag, body = self._kept.get(address.asked, ("", b""))
        headers = {"Accept": "text/html"} | ({"If-None-Match": etag} if etag else {})
        try:
            answer = self._client.get(self._url + address.asked, headers=headers)
        except httpx.HTTPError as error:
            raise Unavailable(f"{address.asked}: {str(error) or type(error).__name__}") from None
        if answer.status_code == 304:
            return body
        if answer.status_code in {404, 410}:
            return None
        if answer.status_code != 200:
            raise Unavailable(f"{address.asked}: HTTP {answer.status_code}")
        if "etag" in answer.headers:
            self._kept[address.asked] = (answer.headers["etag"], answer.content)
        return answer.content

    def everything(self) -> dict[Address, bytes]:
        """Every public page and what it needs, found from link to link. Raises Unavailable."""
        waiting = [Address(path, english) for path in _BEGINS for english in (False, True)]
        found: dict[Address, bytes] = {}
        seen = set(waiting)
        while waiting and len(found) < MOST_PAGES:
            address = waiting.pop(0)
            body = self.get(address)
            if body is None:
                continue
            found[address] = body
            if address.file.endswith(".html"):
                new = [one for one in links_of(body.decode(), address) if one not in seen]
                waiting += dict.fromkeys(new)
                seen.update(new)
        return found


class Folder:
    """The sets: `versi/N` each whole, and `kini`, a symbolic link to the newest."""

    def __init__(self, out: Path) -> None:
        """Raises BadInput where sets cannot be kept there. What a killed process left half is taken away."""
        self.out = out
        try:
            (out / SETS).mkdir(parents=True, exist_ok=True)
            trial = out / f".{NOW}"
            trial.unlink(missing_ok=True)
            trial.symlink_to(SETS)
            trial.unlink()
        except OSError as error:
            remedy = "Give a folder of a local disk, and carry its `kini` elsewhere (docs/snapshot.md)."
            raise BadInput(f"it cannot hold a snapshot ({error.strerror})", where=str(out), remedy=remedy) from None
        self._tidy()

    @property
    def now(self) -> Path | None:
        """The set that is shown."""
        path = self.out / NOW
        return path.resolve() if path.is_dir() else None

    def keep(self, files: Mapping[str, bytes]) -> int:
        """Show these files from now on; those that are as before are linked and not written. How many were written.
        Raises OSError, and then the set of before is still the one that is shown."""
        before = self.now
        fresh = self.out / SETS / f"{self._number(before) + 1:09d}"
        shutil.rmtree(fresh, ignore_errors=True)
        written = 0
        for name, body in files.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            old = before / name if before is not None else None
            if old is not None and _same(old, body):
                os.link(old, path)
                continue
            path.write_bytes(body)
            written += 1
        switch = self.out / f".{NOW}"
        switch.unlink(missing_ok=True)
        switch.symlink_to(Path(SETS) / fresh.name)
        switch.replace(self.out / NOW)
        self._tidy(before)
        return written

    def _tidy(self, before: Path | None = None) -> None:
        """What nobody is shown goes, but for the set of before: somebody may be reading it."""
        kept = {path.name for path in (self.now, before) if path is not None}
        for path in (self.out / SETS).iterdir():
            if path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)

    @staticmethod
    def _number(path: Path | None) -> int:
        return int(path.name) if path is not None and path.name.isdecimal() else 0


def _same(path: Path, body: bytes) -> bool:
    try:
        return path.stat().st_size == len(body) and path.read_bytes() == body
    except OSError:
        return False


@dataclass
class Snapshot:
    """Takes one set after another.

    `time` says now as people read it, to the minute: a page whose minute has not changed is not written again. `then`
    is a command that is run in the set's folder after each switch, "" for none."""

    server: Server
    folder: Folder
    base: str
    time: Callable[[], str]
    then: str = ""
    loops: int = 0
    taken_us: int | None = None
    pages: int = 0
    written: int = 0
    _trouble: bool = False
    _then_trouble: bool = False

    def turn(self, clock: Clock) -> bool:
        """Take one. Whether it was taken: what goes wrong is said once, and the set of before stays."""
        self.loops += 1
        try:
            found = self.server.everything()
            time = self.time()
            files = {one.file: self._file(one, body, found, time) for one, body in found.items()}
            self.written = self.folder.keep(files)
        except (Unavailable, OSError) as error:
            if not self._trouble:
                log.warning("snapshot.not_taken", why=str(error))
            self._trouble = True
            return False
        if self._trouble:
            log.info("snapshot.taken_again", pages=len(files))
        self._trouble = False
        self.taken_us, self.pages = clock.now_us(), len(files)
        self._carry()
        return True

    def _file(self, address: Address, body: bytes, found: Mapping[Address, bytes], time: str) -> bytes:
        if not address.file.endswith(".html"):
            return body
        return rewritten(body.decode(), address, found.__contains__, self.base, time).encode()

    def _carry(self) -> None:
        if not self.then:
            return
        try:
            said = subprocess.run(
                shlex.split(self.then), cwd=self.folder.now, capture_output=True, timeout=_THEN_S, check=False
            )
            why = "" if said.returncode == 0 else said.stderr.decode(errors="replace").strip()[-300:] or "it failed"
        except (OSError, subprocess.TimeoutExpired) as error:
            why = str(error)
        if why and not self._then_trouble:
            log.warning("snapshot.not_carried", command=self.then, why=why)
        elif not why and self._then_trouble:
            log.info("snapshot.carried_again")
        self._then_trouble = bool(why)


def run(snapshot: Snapshot, clock: Clock, stop: threading.Event, every_s: float) -> None:
    """One set after another until `stop`; the next begins `every_s` after the last began, or at once where it took
    longer."""
    while not stop.is_set():
        began_us = clock.mono_us()
        snapshot.turn(clock)
        stop.wait(max(0.05, every_s - (clock.mono_us() - began_us) / 1_000_000))
