"""The city's key for its CAP alerts, and the signature that it puts under them.

RSA with SHA-256, enveloped, exclusive canonicalisation: what readers of CAP verify (CAP 1.2, section 3.3.2.1; XML
Signature 1.1). The certificate is the city's own and is signed by nobody else: who reads the feed keeps it as they
first found it, or compares it with what the city gave them on paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from contract.clock import from_us
from contract.errors import BadInput
from fleet import files

BITS = 3072
_YEARS = 20
_BEGIN = b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class CapKey:
    """A private key and its certificate, both PEM."""

    key: bytes
    certificate: bytes

    def sign(self, alert: etree._Element) -> bytes:
        """The document, signed, as it is handed out from then on."""
        signer = XMLSigner(
            signature_algorithm=SignatureMethod.RSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        signed = signer.sign(alert, key=self.key, cert=self.certificate.decode("ascii"))
        return bytes(etree.tostring(signed, xml_declaration=True, encoding="UTF-8"))


def make(city: str, now_us: int) -> CapKey:
    """A new key of this city."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{city} CAP")])
    begins = from_us(now_us)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins - timedelta(days=1))
        .not_valid_after(begins + timedelta(days=365 * _YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return CapKey(pem, certificate.public_bytes(serialization.Encoding.PEM))


def read(path: Path) -> CapKey:
    """The key and the certificate that one file holds, the key first. Raises BadInput where it does not."""
    key, begin, rest = files.read_private(path).partition(_BEGIN)
    try:
        private = serialization.load_pem_private_key(key, password=None)
        certificate = x509.load_pem_x509_certificate(begin + rest)
    except ValueError:
        private = None
    if not isinstance(private, rsa.RSAPrivateKey) or private.public_key() != certificate.public_key():
        raise BadInput(
            "holds no RSA key with its certificate",
            where=str(path),
            remedy="Bring it back from your copy. Without one, take it away: a new key is made at the next start, and "
            "those who read the feed must learn its certificate.",
        )
    return CapKey(key, certificate.public_bytes(serialization.Encoding.PEM))


def of(path: Path, city: str, now_us: int) -> CapKey:
    """The city's key, made where there is none yet; of two who begin at once both have the same. Raises BadInput."""
    if not path.exists():
        with files.locked(path.with_name(f"{path.name}.lock")):
            if not path.exists():
                made = make(city, now_us)
                files.write(path, made.key + made.certificate, files.PRIVATE)
    return read(path)
