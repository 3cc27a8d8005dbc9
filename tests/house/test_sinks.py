"""What nobody may do in the product: parse foreign XML, write a spreadsheet, go out unguarded."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
XML = {"xml", "lxml", "xmltodict", "defusedxml", "bs4", "html5lib", "feedparser"}
WEB_CLIENTS = {"httpx", "requests", "urllib.request", "http.client", "httpcore", "aiohttp", "urllib3"}
MAY_ASK = {
    # Each asks one address that its own operator configured, and never one that a city's file or a person names.
    "siaga/check.py": "our own pages on this machine",
    "siaga/deadman.py": "the city that it watches, from the command line of another machine",
    "store/influx_http.py": "the readings' store, from the settings",
    "dashboards/publish.py": "Grafana, from the command line",
    # A node asks what its own technician wrote into node.toml; its instruments stand in a private network by design.
    "edge/flood/fetch.py": "a telemetry",
    "edge/hotspot/portal.py": "the city's probe",
    "siaga/snapshot.py": "our own pages",
    "siaga/wiring.py": "our own pages",
    "edge/portal/fetch.py": "the city's captive-portal page",
    "complaints/outward.py": "the guard itself",
}


def imports() -> Iterator[tuple[str, str]]:
    """(file, module) of every import in the product; the laboratory is not part of a running city."""
    for package in PACKAGES:
        if package in {"faults", "firmware_sim"}:
            continue
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
                yield from ((path.relative_to(ROOT).as_posix(), name) for name in names)


def test_xml_is_parsed_in_one_place() -> None:
    """No entity, no DTD and no network can be smuggled into a parser that is not there: XML is only written, but for
    another office's warnings and the answers of another city's desk, whose parsers refuse all three and have their own
    tests."""
    found = {(file, name) for file, name in imports() if name.split(".")[0] in XML}
    files = {file for file, _ in found} - {"alerts/weather/cap.py", "complaints/systems/open311.py"}
    assert files <= {f"api/{name}.py" for name in ("open311_format", "cap", "cap_alert", "cap_key")}
    for file in files:
        text = (ROOT / file).read_text(encoding="utf-8")
        for parser in ("fromstring", "parse(", "XML(", "iterparse", "XMLParser", "HTMLParser", "XMLVerifier"):
            assert parser not in text, (file, parser)


def test_spreadsheets_are_written_in_one_place() -> None:
    """A cell that begins with = is a formula to Excel: CSV goes out through `api.sheet` alone, which escapes them."""
    found = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        if package != "faults"
        for path in (ROOT / package).rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in ("csv.writer", "csv.DictWriter", '"text/csv"'))
    }
    assert found == {"api/audit_page.py", "api/accuracy_page.py", "api/impacts_page.py"}
    for path in found:
        assert "from api.sheet import line" in (ROOT / path).read_text(encoding="utf-8"), path


def test_only_known_files_go_out() -> None:
    """Whoever else wants to send something to an address that somebody wrote goes through `complaints.outward`."""
    found = {file for file, name in imports() if name in WEB_CLIENTS or name.split(".")[0] in WEB_CLIENTS - {"http"}}
    assert found == MAY_ASK.keys()
