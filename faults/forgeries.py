"""Certificates that nobody should accept, or that no authority should have made."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from broker.ports import Tls
from contract.clock import DAY_US
from fleet import certificates
from fleet.authority import Authority, Given
from fleet.certificates import Signer


class Forger:
    """Works in `folder`; trusts the city's root, as an intruder who has seen it does."""

    def __init__(self, folder: Path, trust: Path, authority: Authority, now_us: int) -> None:
        self._folder = folder
        self._trust = trust
        self._authority = authority
        self._now_us = now_us
        folder.mkdir(parents=True, exist_ok=True)

    def given(self, name: str, given: Given) -> Tls:
        return self._keep(name, given.chain, given.key)

    def of_another_city(self, node: str) -> Tls:
        """An authority that calls itself the same and is not ours."""
        other = Authority.create(self._folder / "other-ca", "Siaga", self._now_us)
        return self.given("unknown-ca", other.node(node, "yogyakarta", self._now_us))

    def self_signed(self, node: str) -> Tls:
        key = certificates.new_key()
        by = Signer(certificates.services("Siaga", key, self._now_us, self._now_us + DAY_US), key)
        made = certificates.client(by, "Siaga", "x", node, key.public_key(), self._now_us, self._now_us + DAY_US)
        return self._keep("self-signed", certificates.pem(made), certificates.key_pem(key))

    def by_a_node(self, node: str, signer: Tls) -> Tls:
        """Signed by a good node's key: a node is no authority."""
        by = _signer(signer)
        key = certificates.new_key()
        made = certificates.client(by, "Siaga", "x", node, key.public_key(), self._now_us, self._now_us + DAY_US)
        chain = certificates.pem(made) + signer.cert_file.read_bytes()
        return self._keep("by-a-node", chain, certificates.key_pem(key))

    def the_issuing_one(self) -> Tls:
        """The authority's own certificate, shown as if it were a party's."""
        folder = self._authority.folder
        return Tls(self._trust, folder / "issuing.crt", folder / "issuing.key")

    def named(self, file: str, name: str) -> Tls:
        """What the authority would never sign: any common name, under its real key."""
        folder = self._authority.folder
        by = _signer(Tls(self._trust, folder / "issuing.crt", folder / "issuing.key"))
        key = certificates.new_key()
        made = certificates.client(by, "Siaga", "x", name, key.public_key(), self._now_us, self._now_us + DAY_US)
        return self._keep(file, certificates.pem(made) + certificates.pem(by.certificate), certificates.key_pem(key))

    def _keep(self, name: str, chain: bytes, key: bytes) -> Tls:
        made = Tls(self._trust, self._folder / f"{name}.crt", self._folder / f"{name}.key")
        made.cert_file.write_bytes(chain)
        made.key_file.write_bytes(key)
        return made


def request(name: str, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None) -> bytes:
    """A certificate request for any name."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(subject)
        .sign(key or certificates.new_key(), hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def weak_request(name: str) -> bytes:
    """With a key that the city does not use."""
    return request(name, rsa.generate_private_key(public_exponent=65_537, key_size=2_048))


def broken_request(name: str) -> bytes:
    """Not signed by the key in it."""
    good = x509.load_pem_x509_csr(request(name))
    raw = bytearray(good.public_bytes(serialization.Encoding.DER))
    raw[-1] ^= 0xFF
    return x509.load_der_x509_csr(bytes(raw)).public_bytes(serialization.Encoding.PEM)


def _signer(own: Tls) -> Signer:
    key = certificates.read_key(own.key_file.read_bytes(), str(own.key_file))
    return Signer(certificates.read_certificate(own.cert_file.read_bytes(), str(own.cert_file)), key)
