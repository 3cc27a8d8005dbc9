"""Mutual TLS for both ways of using MQTT."""

from __future__ import annotations

import ssl

from broker.ports import Tls
from contract.errors import BadInput


def context(tls: Tls) -> ssl.SSLContext:
    """A client's context that trusts the city's CA alone. Raises BadInput with the file that cannot be used."""
    for name, path in (("CA", tls.ca_file), ("certificate", tls.cert_file), ("key", tls.key_file)):
        if not path.is_file():
            raise BadInput(f"the {name} file is not there", where=str(path), remedy="Enrol this machine again.")
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        made.load_verify_locations(cafile=str(tls.ca_file))
        made.load_cert_chain(str(tls.cert_file), str(tls.key_file))
    except (ssl.SSLError, OSError) as error:
        raise BadInput(
            f"these are no certificate and key that belong together ({error})",
            where=f"{tls.ca_file}, {tls.cert_file}, {tls.key_file}",
            remedy="Enrol this machine again.",
        ) from None
    return made
