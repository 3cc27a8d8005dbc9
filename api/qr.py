"""An address as a QR code, drawn as one path: black on white with its quiet zone, whatever stands round it."""

from __future__ import annotations

import segno
from markupsafe import Markup

QUIET = 4
"""modules of white on each side, as ISO/IEC 18004 asks"""


def qr_svg(address: str, label: str) -> Markup:
    """An inline SVG that any size becomes; level M: a seventh of it may be dirty. `label` is what it is called."""
    rows = [bytes(row) for row in segno.make(address, error="m", micro=False).matrix]
    side = len(rows) + 2 * QUIET
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return Markup(
        '<svg class="qr" role="img" aria-label="{}" viewBox="0 0 {} {}" shape-rendering="crispEdges">'
        '<path fill="#fff" d="M0 0h{}v{}H0z"/><path fill="#000" d="{}"/></svg>'
    ).format(label, side, side, side, side, path)
