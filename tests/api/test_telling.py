"""What the audit log and the doors keep short is said in words: every deed, fact and reason that the product writes."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from support.seed import Town
from support.visitors import person, signed_in

from api.language import Speech
from api.telling import DEEDS, FACTS, REASONS, Telling
from contract.city import Text
from contract.roles import Role
from store.people import SecurityEvent

ROOT = Path(__file__).parents[2]
NOW = 1_769_223_600_000_000
DEED = re.compile(
    r"(person|proposal|session|sign_in|key|post|case|city|node|quarantine|ca|alarm|stage|verdict|miss|impact|situation|contact|siren|duty|drill|chain|relay|bulletin|phrase|recording)\.[a-z_]+"
)
LANGUAGES = pytest.mark.parametrize("language", ["id", "en"])


def trees(*folders: str) -> Iterator[ast.AST]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.name not in {"telling.py", "0002_people_and_audit.py"} and "words" not in path.parts:
                yield ast.parse(path.read_text())


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in names:
            yield node


def told(language: str, **more: object) -> Telling:
    return Telling(Speech(language, "Asia/Jakarta", "WIB", NOW), **more)  # type: ignore[arg-type]


def test_every_deed_that_is_written_has_words() -> None:
    """Found in the code itself: a new deed without words fails here and not before an administrator."""
    written = {
        node.value
        for tree in trees("api", "siaga", "store")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and DEED.fullmatch(node.value)
    }
    assert written - {"node.toml", "stage.hung"} == set(DEEDS)


def test_every_fact_of_a_deed_by_hand_has_words() -> None:
    """What commands write down beside a deed."""
    deeds = (call for tree in trees("siaga") for call in calls(tree, "by_hand", "by_itself"))
    facts = {word.arg for call in deeds for word in call.keywords if word.arg}
    assert facts
    assert facts <= set(FACTS)


def test_every_reason_at_the_pages_has_words() -> None:
    """The first word of each note that the pages make."""
    noted = {
        argument.value
        for tree in trees("api")
        for call in calls(tree, "note", "_note")
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    noted -= {
        "sign in",
        "own password",
        "one-time link",
        "keeper link",
        "rw link",
        "inbound message",
        "following link",
        "POST Open311",
    }
    assert noted
    assert noted <= set(REASONS)


@LANGUAGES
def test_words_for_deeds_facts_and_people(language: str) -> None:
    """Roles, agencies, areas and names as people know them; a number in the reader's way; yes and no."""
    tell = told(language, names={"a" * 32: "budi", "34.71.01": "Tegalrejo"}, agencies={"bpbd": Text("Badan", "Agency")})
    indonesian = language == "id"
    assert tell.deed("person.joined") == ("Membuat akun" if indonesian else "Made the account")
    assert tell.who("a" * 32) == "budi"
    assert tell.who("cli:1000") == ("di server (pengguna 1000)" if indonesian else "at the server (user 1000)")
    assert tell.fact("role", "officer") == ("peran: Petugas" if indonesian else "role: Officer")
    assert tell.fact("agency", "bpbd") == ("dinas: Badan" if indonesian else "agency: Agency")
    assert tell.fact("regions", "34.71.01 34.71.09").endswith(": Tegalrejo, 34.71.09")
    assert tell.fact("readings", 12345).endswith("12.345" if indonesian else "12,345")
    assert tell.fact("alone", True).endswith(": ya" if indonesian else ": yes")
    assert tell.fact("proposed_by", "a" * 32).endswith(": budi")
    assert tell.fact("how", "new password").endswith(": kata sandi baru" if indonesian else ": a new password")


def test_what_nobody_knows_stands_as_it_is() -> None:
    """A deed of a later version, a number that is nobody's any more, a reason of somebody else's making."""
    tell = told("id")
    assert tell.deed("thing.done") == "thing.done"
    assert tell.who("0123456789abcdef" * 2) == "0123456789ab"
    assert tell.fact("colour", "blue") == "colour: blue"
    assert tell.reason("{0.__class__}") == "{0.__class__}"


def test_who_somebody_is_stands_before_administrators_alone(made: Town) -> None:
    """A number in the list of who was turned away is a name to them; to all others its beginning."""
    budi = person(made, "budi", "officer", agency="bpbd")
    event = SecurityEvent("yogyakarta", made.now_us, "api", "denied", budi.id, "203.0.113.9", "GET /orang")
    assert told("id", names={budi.id: "budi"}).claimed(event) == "budi"
    assert told("id").claimed(event) == f"{budi.id[:8]}…"


@pytest.mark.parametrize(("role", "shown"), [("admin", True), ("operator", False), ("technician", False)])
def test_the_pages_keep_to_that(made: Town, serve: Callable[..., httpx.Client], role: Role, shown: bool) -> None:
    """On both pages that have the list."""
    budi = person(made, "budi", "officer", agency="bpbd")
    made.cities.note_security([
        SecurityEvent("yogyakarta", made.now_us, "api", "denied", budi.id, "203.0.113.9", "GET /orang")
    ])  # fmt: skip
    client, reader = serve(made, keys=()), signed_in(made, person(made, "pembaca", role))
    paths = ["/jejak/ditolak", *(["/simpul/rinci"] if role != "operator" else [])]
    for path in paths:
        page = client.get(path, headers=reader.sent).text
        assert "Bukan wewenangnya" in page
        assert ("budi" in page) is shown, path
        assert budi.id not in page
