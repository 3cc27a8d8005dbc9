"""Every tracked file: for its readers, nothing of the machine it was written on, no link into nothing."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

import pytest

from faults.register import FAULTS

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"

# Pieces are put together here, so that this file does not find itself.
FORBIDDEN = {
    "a home folder": r"(?<![\w.$}])/(?:home|Users)/[a-z]\w+/|/ro" + "ot/",
    "a working folder": r"(?<![\w.$}/-])/wo" + r"rk/(?!\*)",
    "a private package index": r"https?://[^\s\"')>]*/(?:simple|artifactory|nexus|devpi)(?:/|\b)",
    "a private key": "-----BEGIN (?:EC |RSA |OPENSSH )?PRIV" + "ATE KEY-----",
    "an unfinished place": r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b",
}
BINARY = {
    ".mp3",
    ".ogg",
    ".onnx",
    ".png",
    ".jpg",
    ".ico",
    ".woff2",
    ".gz",
    ".mp4",
    ".avi",
    ".pdf",
    ".spool",
    ".spool-wal",
}


def tracked() -> list[Path]:
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode:
        pytest.skip("no git checkout: the list of tracked files is not known")
    return [path for name in answer.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    for path in tracked():
        if path.suffix not in BINARY and path.name not in ("requirements.lock", "requirements-test.lock"):
            yield path, path.read_text(encoding="utf-8")


def found(patterns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(file:line: what, the words) of everything in the tree that looks like one of these."""
    for path, text in texts():
        for what, pattern in patterns.items():
            for match in re.finditer(pattern, text):
                yield f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}: {what}", match[0]


def test_nothing_of_the_writers_machine() -> None:
    """No path of a home or working folder, no private index, no key, nothing left undone."""
    assert [f"{place}: {words}" for place, words in found(FORBIDDEN)] == []


# What the services of the world give out as keys; pieces are put together, so that this file does not find itself.
SECRETS = {
    "a GitHub token": r"gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22}_\w{59}",
    "an AWS key": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "a Google key": r"\bAIza[A-Za-z0-9_-]{35}\b",
    "a Slack token": r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
    "a Telegram bot's token": r"\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b",
    "a PyPI token": r"pypi-AgE" + r"[A-Za-z0-9_-]{50,}",
    "a JSON web token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}",
    "a webhook's secret": r"whsec_[A-Za-z0-9+/]{32,}",
    "an age or PGP key": r"AGE-SECRET-KEY-1[A-Z0-9]{50}|-----BEGIN PGP PRIV" + "ATE KEY",
}


def test_no_secret_is_tracked() -> None:
    """No token, key or password of any service stands in a file, not even in a test."""
    assert [place for place, _ in found(SECRETS)] == []


def test_every_text_is_utf_8_and_ends_its_last_line() -> None:
    """Files that tools and people can read alike."""
    bad = [str(path.relative_to(ROOT)) for path, text in texts() if text and (not text.endswith("\n") or "\r" in text)]
    assert [name for name in bad if not name.endswith((".csv", ".LICENSE", ".svg"))] == []


def test_no_file_is_huge() -> None:
    """The detector's model is the one large file."""
    sizes = {str(path.relative_to(ROOT)): path.stat().st_size for path in tracked()}
    assert {name for name, size in sizes.items() if size > 1_000_000 and not name.endswith(".onnx")} == set()


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    text = re.sub(r"[`*_]|\[([^\]]*)\]\([^)]*\)", r"\1", heading.strip().lower())
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    return {slug(heading) for heading in re.findall(r"(?m)^#+\s+(.*)$", path.read_text(encoding="utf-8"))}


def markdown() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


def test_every_relative_link_resolves() -> None:
    """A link in a document leads to a file that is there, and its anchor to a heading in it."""
    broken = []
    for path in markdown():
        prose = re.sub(r"(?ms)^```.*?^```", "", path.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^)\s]+)[^)]*\)", prose) + re.findall(r'(?:src|href)="([^"]+)"', prose):
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            file, _, anchor = unquote(target).partition("#")
            there = (path.parent / file).resolve() if file else path
            if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert broken == []


def test_two_commands_set_up_everything() -> None:
    """README's "Quick start" has two commands in its `sh` blocks, and both are targets of the Makefile."""
    section = re.search(r"(?ms)^## Quick start\s*$(.*?)(?=^## |\Z)", README.read_text(encoding="utf-8"))
    assert section, "README has no section 'Quick start'"
    blocks = re.findall(r"(?ms)^```sh\n(.*?)^```", section[1])
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    commands = [line for line in lines if line]
    assert len(commands) == 2, commands
    targets = set(re.findall(r"(?m)^([\w-]+)(?: [\w-]+)*:(?!=)", (ROOT / "Makefile").read_text()))
    for command in commands:
        words = command.split()
        assert words[0] == "make"
        assert set(words[1:]) <= targets


def test_promises_name_tests_that_exist() -> None:
    """docs/promises.md covers every promise of README, and each test it names is there."""
    text = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
    promised = re.search(r"(?ms)^## What it promises\s*$(.*?)(?=^## )", README.read_text(encoding="utf-8"))
    assert promised
    assert re.findall(r"(?m)^\*\*(\d)\. ", text) == re.findall(r"(?m)^(\d)\. ", promised[1])
    named = re.findall(r"`(tests/\S+\.py)::(\w+)`", text)
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / file).is_file() or f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8")
    ]
    assert missing == []


def threats(text: str) -> list[list[str]]:
    """The rows of the threat table, each as its cells."""
    section = re.search(r"(?ms)^## Threats and what stands against them\s*$(.*?)(?=^## )", text)
    assert section
    lines = [line for line in section[1].splitlines() if line.startswith("|")]
    assert lines[1] == "| --- | --- | --- | --- |"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def untrue(row: list[str]) -> list[str]:
    """What a row of the threat table says that is not so: a test, a trial or a place that is not there."""
    if len(row) != 4 or not all(row):
        return [f"{len(row)} cells, of which none may be empty"]
    _, _, where, held = row
    wrong = [] if re.findall(r"`(tests/\S+\.py)::(test_\w+)`", held) else ["no test"]
    for one in held.split(" · "):
        test = re.fullmatch(r"`(tests/\S+\.py)::(test_\w+)`", one)
        trial = re.fullmatch(r"`siaga faults ([\w-]+)`", one)
        if test:
            file = ROOT / test[1]
            tree = ast.parse(file.read_text(encoding="utf-8")) if file.is_file() else ast.Module([], [])
            there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
            wrong += [] if test[2] in there else [f"there is no {one}"]
        elif trial:
            wrong += [] if trial[1] in {fault.name for fault in FAULTS} else [f"there is no trial {one}"]
        else:
            wrong.append(f"{one} is neither a test nor a trial")
    for place in where.split(", "):
        found = re.fullmatch(r"`([\w./-]+)`", place)
        wrong += [] if found and (ROOT / found[1]).exists() else [f"there is no {place}"]
    return wrong


def test_the_threat_table_names_tests_that_exist() -> None:
    """docs/security.md: each row has a test that is there, beside it perhaps a trial, and the control's own files."""
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    table = threats(text)
    assert len(table) > 50
    assert [f"{row[0]}: {why}" for row in table for why in untrue(row)] == []
    assert len({row[0] for row in table}) == len(table)
    assert {"campaign:begin", "campaign:end"} <= set(re.findall(r"<!-- (\S+) -->", text))


@pytest.mark.parametrize(
    ("where", "held"),
    [
        ("`fleet/acl.py`", "`tests/fleet/test_acl.py::test_that_nobody_wrote`"),
        ("`fleet/acl.py`", "`tests/fleet/test_nowhere.py::test_the_shipped_rights`"),
        ("`fleet/acl.py`", "`tests/fleet/test_acl.py::test_the_shipped`"),
        ("`fleet/acl.py`", "`tests/fleet/test_acl.py::test_the_shipped_rights` · `siaga faults nothing`"),
        ("`fleet/acl.py`", "`tests/fleet/test_acl.py::test_the_shipped_rights` and more"),
        ("`fleet/acl.py`", "`siaga faults identity`"),
        ("`fleet/acl.py`", ""),
        ("`fleet/nowhere.py`", "`tests/fleet/test_acl.py::test_the_shipped_rights`"),
    ],
)
def test_a_row_of_the_threat_table_that_is_not_true_is_found(where: str, held: str) -> None:
    """A test, a trial or a file that is not there, a trial alone, words instead of a test."""
    assert untrue(["a threat", "a control", where, held])
    assert (
        untrue(["a threat", "a control", "`fleet/acl.py`", "`tests/fleet/test_acl.py::test_the_shipped_rights`"]) == []
    )


def test_decisions_are_numbered() -> None:
    """docs/decisions/: four digits, no gap, no double, a title that starts with the number."""
    files = sorted(path for path in (ROOT / "docs" / "decisions").glob("*.md") if path.name != "README.md")
    assert [path.name[:4] for path in files] == [f"{number:04d}" for number in range(1, len(files) + 1)]
    for path in files:
        assert path.read_text(encoding="utf-8").startswith(f"# {path.name[:4]} "), path.name


def test_changelog_fragments() -> None:
    """changelog.d/: NAME.KIND.md, a kind that the README there explains, one or more full sentences."""
    readme = (ROOT / "changelog.d" / "README.md").read_text(encoding="utf-8")
    kinds = set(re.findall(r"(?m)^\| `(\w+)` \|", readme))
    assert kinds
    for path in (ROOT / "changelog.d").glob("*.md"):
        if path.name != "README.md":
            _, kind, _ = path.name.split(".")
            assert kind in kinds, path.name
            assert path.read_text(encoding="utf-8").strip().endswith("."), path.name
