"""Every operation of the API and every page, asked with what nobody expects, as every role.

What the OpenAPI document says is what schemathesis asks by: values that fit it and values that do not, at their edges.
The pages are walked with hostile addresses and parameters. No answer is a failure of the server's, every answer is one
that the document names, and nothing that was asked comes back as markup.
"""

from __future__ import annotations

import contextlib
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import httpx

from api.invitations import FOR_PEOPLE
from api.policy import RULES
from api.sessions import Sessions
from contract.roles import ROLES, Role
from faults.laboratory import Laboratory
from faults.parts.missing import NotInstalled
from faults.parts.must import must
from faults.parts.whole_city import WholeCity, whole_city
from faults.result import Result
from store.people import ApiKey, Deed, Person

_SPEED = 600.0
_SHOWN = 5
_RIGHT_TOKEN = 0.7
_SAY_EVERY = 1_000
_LEAVE = frozenset({"/keluar", "/akun/sesi"})
"""what would end the sessions by which is asked"""
_NAMES = (
    "q", "lang", "bahasa", "status", "kategori", "wilayah", "cari", "halaman", "cursor", "limit", "lat", "long", "lon",
    "sungai", "node", "ke", "next", "jurisdiction_id", "service_code", "start_date", "end_date", "nonce", "akun",
    "sandi", "csrf", "bbox", "z",
)  # fmt: skip
MARKUP = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'><svg/onload=alert(1)>",
    "<iframe src=javascript:x>",
    "</title><script>x</script>", "<body onload=x>", "<a href=javascript:x>y</a>", "<math><mtext><style><img src=x>",
    '" onmouseover="x', "' autofocus onfocus='x", "<!--<script>", "]]><script>x</script>", "<x/onclick=y>z",
    "<b>fett</b>",
)  # fmt: skip
HOSTILE = (
    *MARKUP, "{{7*7}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{%print(1)%}", "=cmd|' /C calc'!A0", "+1+1", "@SUM(1)",
    "-2+3",
    "' OR 1=1--", '"; DROP TABLE cases;--', "1;SELECT pg_sleep(9)", "\x00", "a\x00b", "\ud7ff\ufffd", "\u202e", "%",
    "%00", "%2e%2e%2f", "../../../etc/passwd", "..\\..\\x", "/", "//evil.example", "\\evil",
    "\r\nSet-Cookie: a=b", "\n", " ", "", "0", "-1", "1e999", "NaN", "Infinity", str(2**63), str(-(2**63)), "9" * 400,
    "0x10", "١٢٣", "null", "true", "[]",
    "{}", "[" * 500, "a" * 5_000, "é" * 200, "👩‍👩‍👧‍👦", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0000-00-00",
    "2026-02-30", "2026-01-01T00:00:00+99:99", ".json", "x.xml", "*", "?", "#", "&a=b", ";", "|id", "$(id)", "`id`",
    "javascript:alert(1)", "data:text/html,x", "http://169.254.169.254/",
)  # fmt: skip


def run(laboratory: Laboratory) -> Result:
    """`rounds` requests: up to two thirds by the document, as far as it can draw, and the rest to the pages."""
    result = laboratory.result()
    try:
        import schemathesis  # noqa: F401
    except ImportError:
        raise NotInstalled("schemathesis is missing", "make setup-test") from None
    seen: Counter[str] = Counter()
    with whole_city(laboratory.room("city"), speed=_SPEED) as city:
        must(
            city.up.until(lambda: httpx.get(city.pages + "/health", trust_env=False).status_code == 200, 30.0), "no API"
        )
        askers = _askers(city, laboratory)
        _by_document(laboratory, result, city, askers, seen)
        _pages(laboratory, result, city, askers, seen)
        result.expect(city.pid("api") is not None and not city.up.lines("process.died"), "the web server died of it")
        traces = city.up.said().count("Traceback")
        result.expect(not traces, f"{traces} tracebacks in the log")
        result.expect(city.up.terminate() == 0, f"the city did not end well: {city.up.said()}")
    result.figures["requests"] = seen.total()
    result.figures["answers"] = {status: seen[status] for status in sorted(seen)}
    result.figures["server errors"] = sum(count for status, count in seen.items() if status >= "500")
    result.expect(seen.total() >= laboratory.rounds, f"only {seen.total()} requests were made")
    return result


@dataclass(frozen=True)
class Asker:
    """Somebody who asks: what they show in every request, and the token that their forms carry."""

    headers: Mapping[str, str] = field(default_factory=dict)
    csrf: str = ""


def _askers(city: WholeCity, laboratory: Laboratory) -> Mapping[str, Asker]:
    """Nobody in particular; a program with each role's key; a browser in which somebody of each role has signed in."""
    askers = {"public": Asker()}
    for role in ROLES[1:]:
        askers[f"{role}'s key"] = _program(city, role, laboratory)
        if role in FOR_PEOPLE:
            askers[role] = _browser(city, role, laboratory)
    return askers


def _program(city: WholeCity, role: Role, laboratory: Laboratory) -> Asker:
    now_us = laboratory.clock.now_us()
    text = f"laboratorium-{role}-{laboratory.rng.getrandbits(128):032x}"
    digest = sha256(text.encode()).hexdigest()
    key = ApiKey(digest[:32], digest, city.city, "laboratorium", role, "bpbd", created_us=now_us)
    city.cities.put_key(key, Deed("system", "key.made", key.id, now_us))
    return Asker({"Authorization": f"Bearer {text}"})


def _browser(city: WholeCity, role: Role, laboratory: Laboratory) -> Asker:
    """With the session's cookie and its token, and from our own page."""
    now_us = laboratory.clock.now_us()
    person = Person(f"{laboratory.rng.getrandbits(128):032x}", city.city, f"laboratorium-{role}", role, role, "bpbd")
    city.cities.put_person(person, Deed("system", "person.made", person.id, now_us))
    token = Sessions(city.cities, laboratory.clock).open(person, address="", user_agent="", how="laboratory")
    found = city.cities.session(sha256(token.encode()).hexdigest(), now_us)
    must(found is not None, f"no session of a {role}")
    csrf = found[0].csrf if found is not None else ""
    return Asker({"Cookie": f"siaga={token}", "Origin": city.pages, "X-CSRF-Token": csrf}, csrf)


# ------------------------------------------------------------ by the document


def _by_document(
    laboratory: Laboratory, result: Result, city: WholeCity, askers: Mapping[str, Asker], seen: Counter[str]
) -> None:
    """Each operation as each role, with values that fit and values that do not; where there are fewer rounds than that
    takes, each operation as some, in turn."""
    import schemathesis
    from schemathesis.checks import load_all_checks, not_a_server_error
    from schemathesis.core.failures import FailureGroup
    from schemathesis.core.result import Ok

    load_all_checks()
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_headers_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_headers_conformance,
        response_schema_conformance,
    ]
    schema = schemathesis.openapi.from_url(city.pages + "/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    modes = list(schemathesis.GenerationMode)
    # Made once: a strategy takes longer to make than to draw from.
    strategies = [[operation.as_strategy(generation_mode=mode) for mode in modes] for operation in operations]
    a_way = -(-2 * laboratory.rounds // (3 * len(operations) * 2))
    each, apart = max(1, -(-a_way // len(ROLES))), max(1, len(ROLES) // a_way)
    for turn, role in enumerate(ROLES):
        mine = [name for name in askers if name.removesuffix("'s key") == role]
        asked = [(number, ways) for number, ways in enumerate(strategies) if (number + turn) % apart == 0]
        laboratory.say(f"{len(asked)} operations as {role}, {2 * each} requests each")
        for number, ways in asked:
            # A key and a session in turn: both together would double the time of the short form.
            name = mine[number % len(mine)]
            for mode, strategy in zip(modes, ways, strict=True):
                # Asked for one mode alone it says at once where nothing can be wrong, instead of trying for long.
                schema.config.generation.update(modes=[mode])

                def ask(case: Any, role: str = name, asker: Asker = askers[name]) -> None:
                    try:
                        response = case.call(headers=dict(asker.headers))
                        seen[str(response.status_code)] += 1
                        case.validate_response(response, checks=checks)
                    except (FailureGroup, httpx.HTTPError, OSError) as error:
                        _broke(result, f"{case.method} {case.path} as {role}: {_told(error)}")

                _repeat(strategy, ask, seed=laboratory.seed, examples=each)


def _repeat(strategy: Any, ask: Callable[[Any], None], *, seed: int, examples: int) -> None:
    """Draw so many cases from a strategy by a seed. A strategy that can draw nothing has nothing to be refused."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from hypothesis.errors import Unsatisfiable
    from schemathesis.core.control import SkipTest

    @seeded(seed)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def one(case: Any) -> None:
        ask(case)

    with contextlib.suppress(Unsatisfiable, SkipTest):
        one()


def _told(error: BaseException) -> str:
    inner = getattr(error, "exceptions", None)
    return " / ".join(map(_told, inner)) if inner else re.sub(r"\s+", " ", f"{type(error).__name__}: {error}")[:400]


# ------------------------------------------------------------ pages


def _pages(
    laboratory: Laboratory, result: Result, city: WholeCity, askers: Mapping[str, Asker], seen: Counter[str]
) -> None:
    """Every route there is, as every role, with hostile parameters in its address, its query and its form."""
    wanted = laboratory.rounds - seen.total()
    names = list(askers)
    with httpx.Client(base_url=city.pages, timeout=20, trust_env=False) as client:
        for number, (method, path) in enumerate(_walk(laboratory.rng)):
            if seen["pages"] >= wanted:
                break
            role = names[number % len(names)]
            query, form = _said(laboratory.rng), _said(laboratory.rng)
            address = path + "?" + "&".join(f"{name}={quote(text, safe='')}" for name, text in query.items())
            headers = dict(askers[role].headers)
            if method == "POST":
                headers["Origin"] = laboratory.rng.choice([city.pages, "https://evil.example", "null"])
                if laboratory.rng.random() < _RIGHT_TOKEN:
                    form["csrf"] = askers[role].csrf
            try:
                answer = _answer(client, method, address, headers, form if method == "POST" else None)
            except httpx.InvalidURL:
                continue
            seen["pages"] += 1
            if seen["pages"] % _SAY_EVERY == 0:
                laboratory.say(f"{seen['pages']} of {wanted} requests to pages")
            seen[str(answer.status_code)] += 1
            if answer.status_code >= 500:
                _broke(result, f"{method} {address[:300]} as {role}: {answer.status_code}")
            if "html" in answer.headers.get("content-type", ""):
                for text in {*query.values(), *form.values(), path} & set(MARKUP):
                    if text in answer.text:
                        _broke(result, f"{method} {address[:300]} as {role}: {text!r} came back as markup")
            if any(name in answer.headers for name in ("a", "evil")) or "a=b" in answer.headers.get("set-cookie", ""):
                _broke(result, f"{method} {address[:300]} as {role}: a header came back")
    result.figures["requests to pages"] = seen.pop("pages", 0)


def _answer(
    client: httpx.Client, method: str, address: str, headers: Mapping[str, str], form: Mapping[str, str] | None
) -> httpx.Response:
    """Read to its end, but of a stream, which has none, the head alone."""
    with client.stream(method, address, headers=headers, data=form) as answer:
        if "event-stream" not in answer.headers.get("content-type", ""):
            answer.read()
    return answer


def _walk(rng: random.Random) -> Iterator[tuple[str, str]]:
    """Routes without end, their parameters replaced."""
    routes = [(method, path) for method, path in RULES if path not in _LEAVE]
    while True:
        rng.shuffle(routes)
        for method, path in routes:
            yield method, re.sub(r"\{[^}]+\}", lambda _: quote(rng.choice(HOSTILE), safe=""), path)


def _said(rng: random.Random) -> dict[str, str]:
    return {name: rng.choice(HOSTILE) for name in rng.sample(_NAMES, rng.randint(0, 4))}


def _broke(result: Result, failure: str) -> None:
    result.figures["broken"] = result.figures.get("broken", 0) + 1
    if result.figures["broken"] <= _SHOWN:
        result.failures.append(failure)
