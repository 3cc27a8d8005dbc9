"""Mutual TLS for both ways of using MQTT."""

from __future__ import annotations

import ssl

from broker.ports import Tls
from contract.errors import BadInput

_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL; Python has no name for it


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


_State = tuple[tuple[int, int, int], ...]


class Identity:
    """A party's own files, read again whenever they have changed: a renewed certificate needs no restart.

    Files that do not belong together yet (a renewal writes the key first) are no reason to stop: what was good before
    is used until they do.
    """

    def __init__(self, tls: Tls) -> None:
        self._tls = tls
        self._read: _State | None = None
        self._made: ssl.SSLContext | None = None

    def context(self, *, knows_the_time: bool = True) -> ssl.SSLContext:
        """For the next connection. Raises BadInput where there never was a usable set of files.

        A machine that does not know the time cannot judge a certificate's: it would never hear the time either. Who
        signed it and for whom is checked all the same.
        """
        made = self._current()
        flags = made.verify_flags & ~_NO_CHECK_TIME
        made.verify_flags = ssl.VerifyFlags(flags if knows_the_time else flags | _NO_CHECK_TIME)
        return made

    def _current(self) -> ssl.SSLContext:
        state = _state(self._tls)
        if self._made is None or state != self._read:
            try:
                self._made = context(self._tls)
            except BadInput:
                if self._made is None:
                    raise
                return self._made  # and look again at the next connection
            self._read = state
        return self._made


def _state(tls: Tls) -> _State | None:
    """What changes when a file is replaced: its inode, time and length. None while one is missing."""
    try:
        found = [path.stat() for path in (tls.ca_file, tls.cert_file, tls.key_file)]
    except OSError:
        return None
    return tuple((one.st_ino, one.st_mtime_ns, one.st_size) for one in found)
