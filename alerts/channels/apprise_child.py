"""One message by Apprise, in a process of its own: `python -m alerts.channels.apprise_child`, the question as JSON on
standard input, the answer as JSON on standard output. Its parent ends it when its time is over.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from typing import Any

_CODE = re.compile(r"error=(\d{3})\b")
HERE_ALONE = frozenset({"dbus", "glib", "gio", "gnome", "kde", "qt", "macosx", "windows", "syslog"})
"""kinds that speak to this very machine's screen or log, where nobody on duty sees it"""


class _Codes(logging.Handler):
    """The HTTP codes that a service answered, as Apprise's log names them. Nothing else of the log is kept: it holds
    whom it told what."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.codes: list[int] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.codes += [int(code) for code in _CODE.findall(record.getMessage())]


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """{"known": whether the URL is one of Apprise's, "sent": whether the service took it, "codes": what it answered}.
    Without a `body` nothing is sent."""
    import apprise

    codes = _Codes()
    for name in ("apprise", apprise.logger.name):
        logging.getLogger(name).handlers = [codes]
        logging.getLogger(name).propagate = False
    service = apprise.Apprise.instantiate(asked["url"], suppress_exceptions=True)
    if service is None or asked["url"].partition("://")[0].lower() in HERE_ALONE:
        return {"known": False, "sent": False, "codes": []}
    if "body" not in asked:
        return {"known": True, "sent": False, "codes": []}
    several = apprise.Apprise()
    several.add(service)
    kind = apprise.NotifyType.FAILURE if asked["urgent"] else apprise.NotifyType.INFO
    sent = several.notify(
        body=asked["body"], title=asked["title"], notify_type=kind, body_format=apprise.NotifyFormat.TEXT
    )
    return {"known": True, "sent": bool(sent), "codes": codes.codes}


def main() -> None:
    """Answer one question."""
    try:
        told = answer(json.load(sys.stdin))
    except ImportError:
        told = {"missing": True}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
