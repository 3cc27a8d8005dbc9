"""What a city folder can say of its rule packs: that they are TOML and file under a category that exists.

What a rule means is the alerts stage's to judge, and whether it fits the nodes is `siaga rules check`'s.
"""

from __future__ import annotations

from pathlib import Path

from cities.findings import Findings
from cities.sources import parse_toml, read_text
from cities.toml_lines import key_lines, line_of


def check_rules(folder: Path, categories: set[str] | None, findings: Findings) -> None:
    """Look at every `rules/*.toml`. `categories` None: they could not be read, so none may be called unknown."""
    for path in sorted((folder / "rules").glob("*.toml")):
        file = f"rules/{path.name}"
        text = read_text(folder, file, findings)
        document = parse_toml(file, text, findings) if text is not None else None
        if text is None or document is None or categories is None:
            continue
        category = document.get("category")
        if category is not None and category not in categories:
            findings.add(
                file,
                line_of(key_lines(text), ["category"]),
                f"category {category!r} is not in categories.toml",
                f"Known here: {', '.join(sorted(categories))}.",
            )
