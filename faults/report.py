"""`python -m faults.report`: the campaign's kept results as the tables of docs/reliability.md and docs/security.md."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from contract.errors import BadInput
from faults import campaign
from faults.parts.stages import ROOT
from faults.register import FAULTS, Fault

RESULTS = ROOT / "docs" / "campaign"
RELIABILITY, SECURITY = ROOT / "docs" / "reliability.md", ROOT / "docs" / "security.md"
BEGIN, END = "<!-- campaign:begin -->", "<!-- campaign:end -->"
ATTACKS = ("identity", "poison", "api")
"""faults that are somebody's intention; the other ones just happen"""

_HEAD = (
    "fault",
    "what is done",
    "rounds",
    "committed",
    "lost",
    "twice",
    "events: true / opened / cases",
    "recovery p95",
)


def tables(results: Path) -> dict[Path, str]:
    """Page -> the text between its markers."""
    reliability = [fault for fault in FAULTS if fault.name not in ATTACKS]
    attacks = [fault for fault in FAULTS if fault.name in ATTACKS]
    return {RELIABILITY: table(results, reliability), SECURITY: table(results, attacks)}


def table(results: Path, faults: Sequence[Fault]) -> str:
    """One row a fault, then each row's command, further figures and machine."""
    known = [(fault, told) for fault in faults if (told := campaign.read(results, fault.name)) is not None]
    kept = [(fault, told) for fault, told in known if told.get("not_tried") is None]
    rows = [_row(("|", *_HEAD)), _row(("|", *("---" for _ in _HEAD)))]
    rows += [_row(("|", *_cells(fault, told))) for fault, told in kept]
    missing = [fault.name for fault in faults if fault not in {one for one, _ in known}]
    lines = ["\n".join(rows)]
    if missing:
        lines.append(f"Not run in this campaign: {', '.join(missing)}.")
    lines += [
        f"**{fault.name}** — not tried: {told['not_tried']}"
        for fault, told in known
        if told.get("not_tried") is not None
    ]
    lines += [_details(told) for _, told in kept]
    return "\n\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    first, *rest = cells
    return f"{first} " + " | ".join(rest) + " |"


def _cells(fault: Fault, told: Mapping[str, Any]) -> tuple[str, ...]:
    verdict = "" if told["pass"] else " **not passed**"
    events = (
        f"{told['events_expected']} / {told['events_opened']} / {told['cases']}" if told["events_expected"] else "–"
    )
    recovery = "–" if told["recovery_s_p95"] is None else f"{told['recovery_s_p95']:.2f} s"
    committed = f"{told['committed']:,}" if told["committed"] else "–"
    counts = (committed, str(told["lost"]), str(told["duplicated"])) if told["committed"] else ("–", "–", "–")
    return (f"`{fault.name}`{verdict}", fault.does, f"{told['rounds']:,}", *counts, events, recovery)


def _details(told: Mapping[str, Any]) -> str:
    facts = [f"{told['wall_s']:.0f} s on {told['machine']}, Python {told['python']}, commit {told['commit']}"]
    facts += [f"{name.replace('_', ' ')} {_said(value)}" for name, value in told["figures"].items()]
    if told["notifications_repeated"]:
        facts.append(f"{told['notifications_repeated']} repeated to a receiver without keys")
    if told["dropped"] or told["refused"]:
        facts.append(f"{told['dropped']} dropped by the bound, {told['refused']} refused")
    facts += [f"**failed:** {failure}" for failure in told["failures"]]
    return f"**{told['fault']}** — `{told['command']}`  \n{'; '.join(facts)}."


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_said(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_said(one) for one in value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def renewed(page: str, table_text: str, *, where: str) -> str:
    """The page with what stands between its markers replaced. Raises BadInput where it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise BadInput(
            "the markers of the campaign's table are missing", where=where, remedy=f"Put in {BEGIN} and {END}."
        )
    return f"{before}{BEGIN}\n{table_text}\n{END}{after}"


def main() -> None:
    """Rewrite the pages from docs/campaign."""
    for page, text in tables(RESULTS).items():
        page.write_text(renewed(page.read_text(encoding="utf-8"), text, where=page.name), encoding="utf-8")
        sys.stdout.write(f"{page.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
