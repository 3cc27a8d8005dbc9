"""Addresses of cameras carry passwords; a log line does not."""

from __future__ import annotations

from urllib.parse import urlsplit


def redact(source: str) -> str:
    """The source without user, password, query and fragment: `rtsp://***@10.0.0.5:554/stream`.

    Cameras also take the password as a path segment (`/user=…_password=…`): such a path is left out.
    """
    if "://" not in source:
        return source
    # The password may itself hold "/", "?" or "@", unescaped as people type it: everything up to the last @ goes.
    scheme, _, rest = source.partition("://")
    had_user = "@" in rest
    parts = urlsplit(f"{scheme}://{rest.rpartition('@')[2]}")
    path = "/…" if "=" in parts.path or "pass" in parts.path.lower() else parts.path
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        port = ""
    return f"{scheme}://{'***@' if had_user else ''}{parts.hostname or ''}{port}{path}"
