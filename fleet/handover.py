"""What a party is given, as files in a folder of its own, which is mounted or carried whole.

A folder and not single files: a renewed certificate arrives by rename, and a file that is mounted by itself would go on
showing the old one.
"""

from __future__ import annotations

from pathlib import Path

from fleet import files, names
from fleet.authority import Authority, Given

TRUST, CERTIFICATE, KEY = "ca.crt", "tls.crt", "tls.key"
TRUST_IN_SERVICES = "services-ca.crt"
REVOKED, REVOKED_SERVICES, REVOKED_NAMES = "crl.pem", "services-crl.pem", "revoked.txt"


def give(given: Given, to: Path) -> Path:
    """Write a party's files into `to`/NAME and return that folder. The key first: a certificate never stands beside a
    key that is not its own for longer than a rename takes.

    A node's key is its owner's alone. The keys of services and of the broker are read in containers, by users with
    other numbers: their folders stand in one that nobody else can enter.
    """
    folder = to / given.issued.name
    node = given.issued.kind == "node"
    files.make_folder(folder, 0o700 if node else 0o755)
    if given.key:
        files.write(folder / KEY, given.key, files.PRIVATE if node else files.PUBLIC)
    files.write(folder / CERTIFICATE, given.chain, files.PUBLIC)
    files.write(folder / TRUST, given.trust, files.PUBLIC)
    return folder


def give_broker(authority: Authority, to: Path) -> None:
    """Bring the broker what it judges clients by, and the names of the revoked to its watch, where they are on this
    machine. The names first: whoever sees the broker read a new list knows them already.
    """
    lists = authority.revocations()
    for party, file, content in (
        (names.WATCH, REVOKED_NAMES, lists.by_name),
        (names.BROKER, TRUST_IN_SERVICES, authority.trust_in_services()),
        (names.BROKER, REVOKED_SERVICES, lists.services),
        (names.BROKER, REVOKED, lists.nodes),
    ):
        if (to / party).is_dir():
            files.write(to / party / file, content, files.PUBLIC)
