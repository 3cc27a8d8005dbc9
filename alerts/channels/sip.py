"""The messages of SIP (RFC 3261) that one outgoing call needs, written and read. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_COMPACT = {
    "v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length", "c": "content-type",
}  # fmt: skip
_HEAD_MOST = 200


@dataclass(frozen=True, slots=True)
class Told:
    """A response (`status` > 0) or a request (`method`). `headers` in their order, names in lower case."""

    status: int
    reason: str
    method: str
    headers: Sequence[tuple[str, str]]
    body: str

    def header(self, name: str) -> str:
        """The first of this name, "" where there is none."""
        return next((value for one, value in self.headers if one == name), "")

    def all(self, name: str) -> Sequence[str]:
        return [value for one, value in self.headers if one == name]

    @property
    def about(self) -> str:
        """The method that it answers, or that it is."""
        return self.header("cseq").rpartition(" ")[2].upper()

    @property
    def number(self) -> int:
        """Its number in the dialogue, 0 for none."""
        found = re.match(r"\d{1,9}", self.header("cseq"))
        return int(found.group()) if found else 0


def read(raw: bytes) -> Told | None:
    """None for what is no message of SIP."""
    head, _, body = raw.decode("utf-8", "replace").partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers = []
    for line in lines[:_HEAD_MOST]:
        name, colon, value = line.partition(":")
        if colon:
            name = name.strip().lower()
            headers.append((_COMPACT.get(name, name), value.strip()))
    answer = re.match(r"SIP/2\.0 (\d{3})(?: (.*))?$", first)
    if answer:
        return Told(int(answer[1]), (answer[2] or "")[:120], "", headers, body)
    asked = re.match(r"([A-Z]+) \S+ SIP/2\.0$", first)
    return Told(0, "", asked[1], headers, body) if asked else None


def write(first: str, headers: Sequence[tuple[str, str]], body: str = "") -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(body.encode())}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def challenge(header: str) -> Mapping[str, str]:
    """What a server asks a digest for; empty where it is none that is known here."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "digest":
        return {}
    found = re.findall(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))', rest)
    return {name.lower(): quoted or plain for name, quoted, plain in found}


def credentials(asked: Mapping[str, str], *, user: str, secret: str, method: str, uri: str, cnonce: str) -> str:
    """The answer to a challenge (RFC 7616, with MD5 where the server knows no better); "" for one that is not known
    here."""
    algorithm = asked.get("algorithm", "MD5")
    if algorithm.upper() not in {"MD5", "SHA-256"} or "nonce" not in asked:
        return ""

    def digest(text: str) -> str:
        if algorithm.upper() == "SHA-256":
            return hashlib.sha256(text.encode()).hexdigest()
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    realm, nonce = asked.get("realm", ""), asked["nonce"]
    ways = [one.strip() for one in asked.get("qop", "").split(",") if one.strip()]
    if ways and "auth" not in ways:
        return ""
    one, two = digest(f"{user}:{realm}:{secret}"), digest(f"{method}:{uri}")
    said = [f'username="{user}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{uri}"', f"algorithm={algorithm}"]
    if ways:
        said += ["qop=auth", "nc=00000001", f'cnonce="{cnonce}"']
        said.append(f'response="{digest(f"{one}:{nonce}:00000001:{cnonce}:auth:{two}")}"')
    else:
        said.append(f'response="{digest(f"{one}:{nonce}:{two}")}"')
    if "opaque" in asked:
        said.append(f'opaque="{asked["opaque"]}"')
    return "Digest " + ", ".join(said)


def uri_of(contact: str) -> str:
    """The address inside a Contact, Record-Route or To."""
    found = re.search(r"<([^<>\s]+)>", contact)
    return found[1] if found else contact.partition(";")[0].strip()


def offer(address: str, rtp_port: int) -> str:
    """A session description: one stream of μ-law sound that is sent and not listened to."""
    family = "IP6" if ":" in address else "IP4"
    lines = [
        "v=0", f"o=siaga 0 0 IN {family} {address}", "s=siaga", f"c=IN {family} {address}", "t=0 0",
        f"m=audio {rtp_port} RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=ptime:20", "a=sendrecv",
    ]  # fmt: skip
    return "\r\n".join(lines) + "\r\n"


def heard_at(body: str) -> tuple[str, int] | None:
    """Where the other side listens, by its session description."""
    place = re.search(r"^c=IN IP[46] ([0-9a-fA-F.:]+)", body, re.MULTILINE)
    port = re.search(r"^m=audio (\d{1,5}) ", body, re.MULTILINE)
    return (place[1], int(port[1])) if place and port and 0 < int(port[1]) < 65_536 else None
