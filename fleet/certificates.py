"""What each certificate of a city says (RFC 5280). Pure: keys and times come in, certificates go out.

P-256 throughout. A root that may be kept offline signs one issuing authority; that one signs nodes, the broker and
the list of what was revoked. Both say what they may not do: the root signs no second level (`pathlen`), the issuing
authority no other authority, and only parties of its own organisation (`nameConstraints`). Services have an authority
of their own, which nobody but the broker's listener for services trusts: there a client id is free, so that a node that
came in could throw anybody out.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from contract.clock import MINUTE_US, from_us
from contract.errors import BadInput

_EARLIER_US = 5 * MINUTE_US
"""A party's clock may be this much behind the authority's."""
_HASH = hashes.SHA256()
_CLIENT, _SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH

Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Signer:
    """A certificate that may sign, and its key."""

    certificate: x509.Certificate
    key: Key


def new_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def root(organisation: str, key: Key, now_us: int, until_us: int) -> x509.Certificate:
    """Signed by itself; may sign an issuing authority and nothing below that."""
    name = _name(organisation, "Siaga root")
    return (
        _begun(name, name, key.public_key(), now_us, until_us)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(_signs(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, _HASH)
    )


def issuing(root: Signer, organisation: str, key: Key, now_us: int, until_us: int) -> x509.Certificate:
    """May sign parties of this organisation, for TLS alone, and no further authority."""
    inside = x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)]))
    return (
        _begun(_name(organisation, "Siaga issuing"), root.certificate.subject, key.public_key(), now_us, until_us)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_signs(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([_CLIENT, _SERVER]), critical=False)
        .add_extension(x509.NameConstraints(permitted_subtrees=[inside], excluded_subtrees=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_signed_by(root), critical=False)
        .sign(root.key, _HASH)
    )


def services(organisation: str, key: Key, now_us: int, until_us: int) -> x509.Certificate:
    """Signed by itself; may sign services, as TLS clients alone."""
    name = _name(organisation, "Siaga services")
    return (
        _begun(name, name, key.public_key(), now_us, until_us)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_signs(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([_CLIENT]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, _HASH)
    )


def client(
    by: Signer, organisation: str, unit: str, name: str, key: ec.EllipticCurvePublicKey, now_us: int, until_us: int
) -> x509.Certificate:
    """A node or a service: may be a TLS client and nothing else."""
    return (
        _party(by, _name(organisation, name, unit), key, now_us, until_us)
        .add_extension(x509.ExtendedKeyUsage([_CLIENT]), critical=True)
        .sign(by.key, _HASH)
    )


def server(
    by: Signer, organisation: str, hosts: Sequence[str], key: ec.EllipticCurvePublicKey, now_us: int, until_us: int
) -> x509.Certificate:
    """The broker: may be a TLS server under these names and addresses and nothing else."""
    return (
        _party(by, _name(organisation, "broker"), key, now_us, until_us)
        .add_extension(x509.ExtendedKeyUsage([_SERVER]), critical=True)
        .add_extension(x509.SubjectAlternativeName([_host(host) for host in hosts]), critical=False)
        .sign(by.key, _HASH)
    )


def revocations(
    by: Signer, serials: Iterable[tuple[int, int]], number: int, now_us: int
) -> x509.CertificateRevocationList:
    """The list of (serial, revoked at). It is handed over as a file, so that its own end is the authority's end: an old
    list must never lock a whole city out."""
    built = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(by.certificate.subject)
        .last_update(_when(now_us))
        .next_update(by.certificate.not_valid_after_utc)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(_signed_by(by), critical=False)
    )
    for serial, revoked_us in serials:
        one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(_when(revoked_us)).build()
        built = built.add_revoked_certificate(one)
    return built.sign(by.key, _HASH)


def requested_key(request: bytes, name: str) -> ec.EllipticCurvePublicKey:
    """The key of a PKCS #10 request (PEM), and nothing else of it: what the certificate says is the authority's word.

    Raises BadInput where it is no request, asks for another name, is not signed by its own key, or has a key other than
    P-256.
    """
    try:
        asked = x509.load_pem_x509_csr(request)
        names = [str(one.value) for one in asked.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        key = asked.public_key()
        sound = asked.is_signature_valid
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as error:
        raise BadInput(f"this is no certificate request ({error})", remedy="openssl req -new makes one.") from None
    if names != [name]:
        raise BadInput(f"the request is from {'/'.join(names)[:60] or 'nobody'!r} and not from {name}")
    if not sound:
        raise BadInput("the request is not signed by its own key")
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != ec.SECP256R1.name:
        raise BadInput("the request's key is not of the curve P-256")
    return key


def pem(certificate: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def key_pem(key: Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def read_key(text: bytes, where: str) -> Key:
    """Raises BadInput where it is no P-256 key."""
    try:
        key = serialization.load_pem_private_key(text, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadInput(f"this is no key ({error})", where=where) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise BadInput("this is no key of an elliptic curve", where=where)
    return key


def read_certificate(text: bytes, where: str) -> x509.Certificate:
    """The first of a file. Raises BadInput where there is none."""
    try:
        return x509.load_pem_x509_certificate(text)
    except ValueError as error:
        raise BadInput(f"this is no certificate ({error})", where=where) from None


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now_us: int, until_us: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_when(now_us - _EARLIER_US))
        .not_valid_after(_when(until_us))
    )


def _party(
    by: Signer, subject: x509.Name, key: ec.EllipticCurvePublicKey, now_us: int, until_us: int
) -> x509.CertificateBuilder:
    return (
        _begun(subject, by.certificate.subject, key, now_us, until_us)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_proves_itself(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(_signed_by(by), critical=False)
    )


def _name(organisation: str, name: str, unit: str = "") -> x509.Name:
    parts = [
        (NameOID.ORGANIZATION_NAME, organisation),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        (NameOID.COMMON_NAME, name),
    ]
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts if value])


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _when(us: int) -> datetime:
    return from_us(us).replace(microsecond=0)


def _usage(*, signature: bool, signing: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signing,
        crl_sign=signing,
        encipher_only=False,
        decipher_only=False,
    )


def _signs() -> x509.KeyUsage:
    return _usage(signature=False, signing=True)


def _proves_itself() -> x509.KeyUsage:
    return _usage(signature=True, signing=False)


def _signed_by(by: Signer) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key())
