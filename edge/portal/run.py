"""`siaga edge portal`: the page of one WiFi point, a process beside the agent. Visitors reach this one alone."""

from __future__ import annotations

import os
import random
import threading
from functools import partial
from pathlib import Path

import structlog

from contract.clock import SystemClock
from contract.errors import BadInput
from edge import config as configuration
from edge.config import PortalSection
from edge.portal.copy import Card, Copy, Language
from edge.portal.fetch import Source, fetch
from edge.portal.keeper import Keeper
from edge.portal.serve import serving
from edge.sdnotify import Notifier

_WATCHDOG_S = 20.0
_log = structlog.get_logger("edge.portal")


def run(config_path: Path, stop_event: threading.Event) -> None:
    """Keep and show the page until `stop_event` is set. Raises BadInput where the configuration has no [portal] or the
    address cannot be listened at."""
    loaded = configuration.load(config_path, keys=False)
    section = loaded.config.portal
    if section is None:
        raise BadInput("it has no [portal]", where=str(config_path), remedy="Write [portal] with the city's url.")
    source = Source(section.url, section.site or loaded.config.node.node, section.timeout_s)
    keeper = Keeper(
        Card(loaded.portal_folder), partial(_ask, source), SystemClock(), every_s=section.every_s, phone=section.phone
    )
    notifier = Notifier(os.environ)
    try:
        with serving(keeper, section.listen, section.port) as port:
            _log.info("portal.runs", listen=section.listen, port=port, url=section.url, site=source.site)
            notifier.say("READY=1")
            _keep(keeper, section, notifier, stop_event)
    except OSError as error:
        where = f"{config_path}: portal.listen {section.listen}:{section.port}"
        raise BadInput(str(error.strerror or error), where=where, remedy="Choose a free port of this node.") from None


def _keep(keeper: Keeper, section: PortalSection, notifier: Notifier, stop_event: threading.Event) -> None:
    while not stop_event.is_set():
        keeper.turn()
        # Points that were cut off together must not come back together.
        left_s = section.every_s * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
        while left_s > 0 and not stop_event.is_set():
            notifier.say("WATCHDOG=1")
            stop_event.wait(min(left_s, _WATCHDOG_S))
            left_s -= _WATCHDOG_S
    notifier.say("STOPPING=1")


def _ask(source: Source, language: Language, known: Copy | None, now_us: int) -> Copy:
    return fetch(source, language, known, now_us)
