"""Whatever else Apprise speaks (https://github.com/caronc/apprise/wiki): Signal, Matrix, Slack, Teams, Gotify and some
hundred more, for officers.

Each message is sent by a process of its own, with an end: a service that hangs, or a plugin that fails, takes nothing
with it and makes no rung of the ladder late.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from alerts.channels.port import Message, Receipt
from contract.errors import BadInput, Rejected, Unavailable

TO = "{to}"
WHOLE_S = 15.0
_PASSED_ON = frozenset({"PATH", "PYTHONPATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR", "TZ"})
_PASSES = frozenset({408, 425, 429})
_HERE = Path(__file__).parents[2]


class ByApprise:
    """One service. `url` is its Apprise URL, with `{to}` where a person's address stands."""

    def __init__(self, url: str, *, whole_s: float = WHOLE_S) -> None:
        self._url = url
        self._whole_s = whole_s
        self._children: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._over = False

    @staticmethod
    def check(url: str, *, where: str) -> None:
        """Raises BadInput where Apprise knows no such URL, or has no place in it for a person."""
        if TO not in url:
            raise BadInput(
                "the Apprise URL says nobody", where=where, remedy=f"Write {TO} where the person's address stands."
            )
        told = ByApprise(url)._ask({"url": url.replace(TO, "081234567890")})
        if told.get("missing"):
            raise BadInput("Apprise is not installed", where=where, remedy="pip install 'siaga[server]'.")
        if not told.get("known"):
            raise BadInput(
                "Apprise knows no such URL, or its kind speaks to this machine alone",
                where=where,
                remedy="Take the form that its wiki gives for the service.",
            )

    def send(self, message: Message, target: str, key: str) -> Receipt:  # noqa: ARG002 - the port's signature
        """See `Channel.send`. Apprise knows no keys: the same message again reaches the person again."""
        told = self._ask(
            {
                "url": self._url.replace(TO, quote(target, safe="")),
                "title": message.title,
                "body": f"{message.text}\n\n{message.link}",
                "urgent": message.urgent,
            }
        )
        codes = [code for code in told.get("codes", ()) if isinstance(code, int)]
        said = f"Apprise HTTP {codes[-1]}" if codes else "Apprise"
        if told.get("sent"):
            return Receipt("accepted", "Apprise")
        if not told.get("known"):
            raise Rejected("Apprise takes no such address", reason="no_target")
        if codes and all(400 <= code < 500 and code not in _PASSES for code in codes):
            raise Rejected(said, reason=f"http_{codes[-1]}")
        raise Unavailable(f"{said}: it was not taken")

    def hang_up(self) -> None:
        """See `Channel.hang_up`."""
        with self._lock:
            self._over = True
            children = list(self._children)
        for child in children:
            child.kill()

    def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        environment = {name: value for name, value in os.environ.items() if name in _PASSED_ON}
        pipe = subprocess.PIPE
        with self._lock:
            if self._over:
                raise Unavailable("this process ends")
            child = subprocess.Popen(
                [sys.executable, "-m", "alerts.channels.apprise_child"],
                stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, cwd=_HERE, env=environment,
            )  # fmt: skip
            self._children.add(child)
        try:
            told, _ = child.communicate(json.dumps(question).encode(), self._whole_s)
        except subprocess.TimeoutExpired:
            raise Unavailable(f"Apprise was not done within {self._whole_s:g} s") from None
        finally:
            child.kill()
            child.communicate()
            with self._lock:
                self._children.discard(child)
        try:
            answer = json.loads(told)
        except ValueError:
            raise Unavailable(f"Apprise ended with {child.returncode} and said nothing") from None
        return answer if isinstance(answer, dict) else {}
