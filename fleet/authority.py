"""The city's certificate authority: a folder, and what may be done with it.

root.crt  root.key          signs the issuing authority once; the key may leave the machine after that
issuing.crt  issuing.key    signs nodes and the broker
services.crt  services.key  signs services, which the broker lets in by a door of their own
index.jsonl                 everything ever issued or revoked
refused.jsonl               what was asked for and refused
issuing.crl  services.crl   what was revoked, for the broker's TLS
revoked.txt                 the same by name, for whoever must end live sessions
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from contract.clock import DAY_US
from contract.errors import BadInput
from fleet import certificates, files, names
from fleet.certificates import Signer
from fleet.ledger import Issued, Kind, Ledger

ROOT_DAYS, ISSUING_DAYS = 20 * 365, 10 * 365
NODE_DAYS, SERVICE_DAYS = 90, 397
_DAYS_RANGES: Mapping[Kind, tuple[int, int]] = {"node": (30, 90), "service": (1, 397), "broker": (1, 397)}
_LISTS = {"issuing": "issuing.crl", "services": "services.crl"}
_BY_NAME = "revoked.txt"
_REFUSED = "refused.jsonl"


@dataclass(frozen=True, slots=True)
class Revocations:
    """The lists of the revoked, for the broker's two doors, and the same by name ("serial name" a line)."""

    nodes: bytes
    services: bytes
    by_name: bytes


@dataclass(frozen=True, slots=True)
class Given:
    """What a party is handed. `key` is empty where it made its own. `chain` is its certificate and the issuing one."""

    issued: Issued
    trust: bytes
    chain: bytes
    key: bytes


class Authority:
    """Raises BadInput with a sentence for everything that is refused."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ledger = Ledger(folder / "index.jsonl")
        if not (folder / "issuing.crt").is_file():
            raise BadInput(
                "there is no certificate authority here", where=str(folder), remedy="`siaga ca init` makes one."
            )

    @classmethod
    def create(cls, folder: Path, organisation: str, now_us: int) -> Authority:
        """A new one. What exists is never overwritten."""
        if (folder / "root.crt").exists() or (folder / "index.jsonl").exists():
            raise BadInput("there is a certificate authority here already", where=str(folder))
        if not 0 < len(organisation) <= 64 or not organisation.isprintable():
            raise BadInput("an authority needs a name of 1 to 64 letters")
        files.make_folder(folder, 0o700)
        root_key, issuing_key, services_key = (certificates.new_key() for _ in range(3))
        services = certificates.services(organisation, services_key, now_us, now_us + ISSUING_DAYS * DAY_US)
        root = certificates.root(organisation, root_key, now_us, now_us + ROOT_DAYS * DAY_US)
        signer = Signer(root, root_key)
        issuing = certificates.issuing(signer, organisation, issuing_key, now_us, now_us + ISSUING_DAYS * DAY_US)
        files.write(folder / "root.key", certificates.key_pem(root_key), files.PRIVATE)
        files.write(folder / "issuing.key", certificates.key_pem(issuing_key), files.PRIVATE)
        files.write(folder / "services.key", certificates.key_pem(services_key), files.PRIVATE)
        files.write(folder / "services.crt", certificates.pem(services), files.PUBLIC)
        files.write(folder / "root.crt", certificates.pem(root), files.PUBLIC)
        # Last: whoever finds this file finds a whole authority.
        files.write(folder / "issuing.crt", certificates.pem(issuing), files.PUBLIC)
        made = cls(folder)
        made.publish_revocations(now_us)
        return made

    @property
    def folder(self) -> Path:
        return self._folder

    def node(self, name: str, city: str, now_us: int, *, days: int = NODE_DAYS, request: bytes | None = None) -> Given:
        """A node's certificate, for 30 to 90 days. With a request (PEM) the key never left the node."""
        with self._alone(), self._refusals_noted(name, now_us):
            names.check_node(name)
            names.check_city(city)
            _check_days("node", days)
            public = certificates.requested_key(request, name) if request is not None else None
            self._refuse_another_city(name, city)
            self._refuse_a_second(name, now_us)
            return self._give("node", name, city, (), public, now_us, now_us + days * DAY_US)

    def service(self, name: str, now_us: int, *, days: int = SERVICE_DAYS) -> Given:
        """A service's certificate."""
        if name not in names.SERVICES:
            raise BadInput(f"there is no service {name[:60]!r}", remedy=f"One of: {', '.join(names.SERVICES)}.")
        _check_days("service", days)
        with self._alone():
            self._refuse_a_second(name, now_us)
            return self._give("service", name, "", (), None, now_us, now_us + days * DAY_US)

    def broker(self, hosts: Sequence[str], now_us: int, *, days: int = SERVICE_DAYS) -> Given:
        """The broker's certificate, for the names under which it is reached."""
        for host in hosts:
            names.check_host(host)
        if not hosts:
            raise BadInput("the broker needs a name under which it is reached")
        _check_days("broker", days)
        with self._alone():
            self._refuse_a_second(names.BROKER, now_us)
            return self._give("broker", names.BROKER, "", tuple(hosts), None, now_us, now_us + days * DAY_US)

    def renew(self, name: str, now_us: int, *, days: int | None = None, request: bytes | None = None) -> Given:
        """Another certificate for a party that has or had one, also after its end: a node that was away for months must
        come back. Never for one that was revoked. The old one stays good until its own end."""
        with self._alone(), self._refusals_noted(name, now_us):
            last = self._last(name)
            if last.revoked_us is not None:
                raise BadInput(
                    f"{name}'s certificate was revoked and is not renewed",
                    remedy=f"`siaga ca issue {name}` makes a new one.",
                )
            public = certificates.requested_key(request, name) if request is not None else None
            usual = NODE_DAYS if last.kind == "node" else SERVICE_DAYS
            _check_days(last.kind, days or usual)
            until_us = now_us + (days or usual) * DAY_US
            return self._give(last.kind, name, last.city, last.hosts, public, now_us, until_us)

    def revoke(self, name: str, now_us: int) -> Sequence[Issued]:
        """Every good certificate of this name. Returns them; the list of the revoked is written anew."""
        with self._alone():
            good = [one for one in self._of(name) if one.good(now_us)]
            if not good:
                raise BadInput(
                    f"{name[:60]!r} has no certificate that could be revoked", remedy="`siaga ca list` shows all."
                )
            for one in good:
                self._ledger.revoked(one.serial, now_us)
            self._publish(now_us)
            return good

    def publish_revocations(self, now_us: int) -> None:
        """Write the lists of the revoked anew."""
        with self._alone():
            self._publish(now_us)

    def revocations(self) -> Revocations:
        """As last written."""
        return Revocations(*((self._folder / name).read_bytes() for name in (*_LISTS.values(), _BY_NAME)))

    def all(self) -> Sequence[Issued]:
        """Everything ever issued, oldest first."""
        return self._ledger.all()

    def due(self, now_us: int) -> Sequence[Issued]:
        """The newest certificate of each party that has one, where it is time to renew it."""
        newest = {one.name: one for one in self._ledger.all() if one.revoked_us is None}
        return [one for one in newest.values() if one.due(now_us)]

    def refusals(self) -> Sequence[dict[str, Any]]:
        """What was asked for and refused, oldest first: at_us, name, why."""
        file = self._folder / _REFUSED
        lines = file.read_text(encoding="utf-8").rpartition("\n")[0].splitlines() if file.exists() else []
        return [json.loads(line) for line in lines]

    def trust(self) -> bytes:
        """The root: what nodes and services trust the broker by, and the broker nodes."""
        return (self._folder / "root.crt").read_bytes()

    def trust_in_services(self) -> bytes:
        """What the broker trusts services by."""
        return (self._folder / "services.crt").read_bytes()

    # ---------------------------------------------------------------- inside

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with files.locked(self._folder / "lock"):
            yield

    @contextlib.contextmanager
    def _refusals_noted(self, name: str, now_us: int) -> Iterator[None]:
        """Who asked to be somebody it cannot be, for whoever looks for it later."""
        try:
            yield
        except BadInput as error:
            told = {"at_us": now_us, "name": name[:100], "why": error.what[:200]}
            files.append_line(self._folder / _REFUSED, json.dumps(told))
            raise

    def _of(self, name: str) -> Sequence[Issued]:
        return [one for one in self._ledger.all() if one.name == name]

    def _last(self, name: str) -> Issued:
        known = self._of(name)
        if not known:
            raise BadInput(f"{name[:60]!r} never had a certificate", remedy="`siaga ca list` shows who has.")
        return known[-1]

    def _refuse_another_city(self, name: str, city: str) -> None:
        other = next((one.city for one in self._of(name) if one.city != city), None)
        if other is not None:
            raise BadInput(
                f"{name} is a node of {other}",
                remedy="A node's name is unique across cities: the broker knows it by nothing else. Choose another.",
            )

    def _refuse_a_second(self, name: str, now_us: int) -> None:
        if any(one.good(now_us) for one in self._of(name)):
            raise BadInput(
                f"{name} has a certificate already",
                remedy=f"`siaga ca renew {name}` makes the next one; where it was stolen, revoke it first.",
            )

    def _give(
        self,
        kind: Kind,
        name: str,
        city: str,
        hosts: tuple[str, ...],
        public: ec.EllipticCurvePublicKey | None,
        now_us: int,
        until_us: int,
    ) -> Given:
        by = self._signer("services" if kind == "service" else "issuing")
        organisation = str(by.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value)
        key = None
        if public is None:
            key = certificates.new_key()
            public = key.public_key()
        if kind == "broker":
            made = certificates.server(by, organisation, hosts, public, now_us, until_us)
        else:
            made = certificates.client(by, organisation, city or "services", name, public, now_us, until_us)
        issued = Issued(made.serial_number, kind, name, city, now_us, until_us, hosts)
        self._ledger.issued(issued)
        chain = certificates.pem(made) + (b"" if kind == "service" else certificates.pem(by.certificate))
        return Given(issued, self.trust(), chain, certificates.key_pem(key) if key is not None else b"")

    def _signer(self, name: str) -> Signer:
        file = self._folder / f"{name}.key"
        key = certificates.read_key(files.read_private(file), str(file))
        made = self._folder / f"{name}.crt"
        return Signer(certificates.read_certificate(made.read_bytes(), str(made)), key)

    def _publish(self, now_us: int) -> None:
        known = self._ledger.all()
        revoked = [(one, at) for one in known if (at := one.revoked_us) is not None and now_us < one.until_us]
        number = 1 + sum(one.revoked_us is not None for one in known)
        by_name = "".join(f"{one.serial:x} {one.name}\n" for one, _ in revoked).encode()
        files.write(self._folder / _BY_NAME, by_name, files.PUBLIC)
        for signer, file in _LISTS.items():
            serials = [(one.serial, at) for one, at in revoked if (one.kind == "service") == (signer == "services")]
            signed = certificates.revocations(self._signer(signer), serials, number, now_us)
            files.write(self._folder / file, certificates.pem(signed), files.PUBLIC)


def _check_days(kind: Kind, days: int) -> None:
    least, most = _DAYS_RANGES[kind]
    if not least <= days <= most:
        raise BadInput(f"a {kind}'s certificate holds {least} to {most} days, not {days}")
