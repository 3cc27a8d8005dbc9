"""Every secret of the city profile, made once: the authority, the parties' certificates, and the passwords."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from fleet import files, names
from fleet.authority import Authority
from fleet.handover import CERTIFICATE, give, give_broker

AUTHORITY = "ca"
PASSWORDS = ("postgres_password", "influx_admin_password", "grafana_admin_password", "readings_token")
_BOARDS = "boards_token"
SIGNING = "signing_key"
"""32 bytes; signs what the public is told"""


def make(folder: Path, host: str, nodes: Sequence[str], city: str, now_us: int) -> Sequence[str]:
    """Make what is missing and return its names; what exists is left alone, so that a second run only adds.

    `host` is the name under which nodes reach the broker. Services reach it as `broker`. Raises BadInput before
    anything is made where a name cannot be.
    """
    names.check_host(host)
    names.check_city(city)
    for node in nodes:
        names.check_node(node)
    files.make_folder(folder, 0o700)
    made = [name for name in PASSWORDS if _password(folder / name)]
    if not (folder / SIGNING).exists():
        files.write(folder / SIGNING, secrets.token_bytes(32), files.PUBLIC)
        made.append(SIGNING)
    if not (folder / _BOARDS).exists():
        # Grafana starts with the same token; docs/city-profile.md says how to give it one that can only read.
        files.write(folder / _BOARDS, (folder / "readings_token").read_bytes(), files.PUBLIC)
        made.append(_BOARDS)
    place = folder / AUTHORITY
    if not (place / "issuing.crt").exists():
        made.append(AUTHORITY)
        authority = Authority.create(place, "Siaga", now_us)
    else:
        authority = Authority(place)
    for party in (names.BROKER, *names.SERVICES, *nodes):
        if (folder / party / CERTIFICATE).exists():
            continue
        if party == names.BROKER:
            given = authority.broker(list(dict.fromkeys((names.BROKER, host))), now_us)
        elif party in names.SERVICES:
            given = authority.service(party, now_us)
        else:
            given = authority.node(party, city, now_us)
        give(given, folder)
        made.append(party)
    give_broker(authority, folder)
    return made


def _password(path: Path) -> bool:
    if path.exists() and path.stat().st_size:
        return False
    files.write(path, secrets.token_hex(32).encode() + b"\n", files.PUBLIC)
    return True
