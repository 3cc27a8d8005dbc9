"""Where a program may be sent by what people write: a hundred ways in, and none of them open."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.addresses import carried, judged, networks, refusal
from contract.errors import BadInput

REFUSED = [
    # not the web
    "file:///etc/passwd", "gopher://example.org/", "ftp://example.org/", "javascript:alert(1)", "data:text/plain,x",
    "dict://example.org:11211/", "ldap://example.org/", "jar:https://example.org!/", "//example.org/", "example.org",
    "", "https:", "https:example.org", "https:/example.org", "https:///path", "HTTPX://example.org", "unix:///run/x",
    # who is asked
    "https://user@example.org/", "https://user:pass@example.org/", "https://@example.org/",
    "https://example.org@127.0.0.1/", "https://127.0.0.1#@example.org/", "https://example.org\\@127.0.0.1/",
    "https://example.org%00.evil.org/", "https://example.org%2f@127.0.0.1/", "https://127.0.0.1%23.example.org/",
    # where it ends
    "https://example.org/#x", "https://example.org#", "https://example.org:0/", "https://example.org:/",
    "https://example.org:22/", "https://example.org:25/", "https://example.org:80/", "http://example.org:443/",
    "https://example.org:99999/", "https://example.org:x/", "https://example.org:-1/", "https://example.org:6379x/",
    # lines and spaces
    "https://example.org/\r\nHost: evil", "https://example.org/\nx", "https://example.org/a b", " https://example.org/",
    "https://example.org/\t", "https://exa\tmple.org/", "https://example.org/\x00", "https://example.org\r\n/",
    "https://example.org/<script>", 'https://example.org/"', "https://example.org/\x7f", "https://example.org/é",
    # this machine, plainly
    "http://127.0.0.1/", "https://127.0.0.1:8443/", "http://127.255.255.254/", "http://0.0.0.0/", "http://0.1.2.3/",
    "http://[::1]/", "http://[::]/", "http://localhost/", "http://LOCALHOST/", "http://a.localhost/",
    "http://localhost.localdomain/", "http://ip6-localhost/", "http://router/", "http://printer.local/",
    "http://db.internal/", "http://nas.lan/", "http://1.0.0.127.in-addr.arpa/",
    # and in every other spelling
    "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/",
    "http://0x7f.1/", "http://017700000001/", "http://0177.0.0.1/", "http://127.0.0.01/", "http://127.0.0.1./",
    "http://127.0.0.1.:80/", "http://1.2.3.4.5/", "http://256.1.1.1/", "http://0/", "http://0x/", "http://1.2.3.08/",
    "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://１２７.0.0.1/", "http://localhoſt/",
    "http://example.org./", "http://.example.org/", "http://example..org/", "http://-x.example.org/",
    "http://x-.example.org/", "http://" + "a" * 64 + ".org/", "http://" + "a.b" * 90 + ".org/", "http://exa_mple!.org/",
    # private, carrier, link-local, metadata, multicast, reserved
    "http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.1.1/", "http://100.64.0.1/",
    "http://100.100.100.200/", "http://169.254.169.254/latest/meta-data/", "http://169.254.170.2/",
    "http://168.63.129.16/", "http://192.0.0.192/", "http://192.0.2.1/", "http://198.18.0.1/", "http://198.51.100.1/",
    "http://203.0.113.1/", "http://192.88.99.1/", "http://224.0.0.1/", "http://239.255.255.250/", "http://240.0.0.1/",
    "http://255.255.255.255/", "http://metadata.google.internal/", "http://metadata.goog/", "http://x.instance-data/",
    # IPv6
    "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[fc00::1]/",
    "http://[fd00:ec2::254]/", "http://[ff02::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/", "http://[::ffff:0:10.0.0.1]/", "http://[64:ff9b::10.0.0.1]/",
    "http://[64:ff9b:1::169.254.169.254]/", "http://[64:ff9b:1:a9fe:a9:fe00:808:808]/", "http://[2002:7f00:1::]/", "http://[2001:0:7f00:1::]/",
    "http://[2001:db8::1]/", "http://[100::1]/", "http://[3fff::1]/", "http://[5f00::1]/", "http://[fec0::1]/",
    "http://[0000:0000:0000:0000:0000:0000:0000:0001]/", "http://[::1", "http://::1/", "http://[1:2]/", "http://[x]/",
    "http://[2606:4700::1111]x/", "https://example.org:08443/", "https://example.org/" + "a" * 3_000,
]  # fmt: skip

TAKEN = [
    ("https://example.org", "example.org", 443, "/"),
    ("https://Example.ORG/a?b=c&d=%2f", "example.org", 443, "/a?b=c&d=%2f"),
    ("https://xn--nxasmq6b.example:8443/hook", "xn--nxasmq6b.example", 8443, "/hook"),
    ("http://93.184.215.14:1024/", "93.184.215.14", 1024, "/"),
    ("https://[2606:4700::1111]/x", "2606:4700::1111", 443, "/x"),
    ("https://_sip.a-b.example.org/", "_sip.a-b.example.org", 443, "/"),
]


@pytest.mark.parametrize("url", REFUSED, ids=lambda url: repr(url[:60]))
def test_a_way_into_our_own_network_is_refused(url: str) -> None:
    """Every spelling of an inner address, and whatever two programs could read in two ways: a sentence."""
    with pytest.raises(BadInput) as said:
        judged(url, where="file, line 3: url")
    assert str(said.value).startswith("file, line 3: url: ")
    assert said.value.remedy


def test_there_are_enough_of_them() -> None:
    """The list does not shrink unnoticed."""
    assert len(set(REFUSED)) == len(REFUSED) >= 140


@pytest.mark.parametrize(("url", "host", "port", "path"), TAKEN)
def test_an_address_of_the_world_is_taken(url: str, host: str, port: int, path: str) -> None:
    """A name or a public address, with what follows it left as it is."""
    target = judged(url, where="url")
    assert (target.host, target.port, target.path) == (host, port, path)


@pytest.mark.parametrize(
    "url",
    ["http://10.20.1.1/", "http://[::ffff:10.20.1.1]/", "http://[64:ff9b::10.20.1.1]/", "http://relay:8080/",
     "http://siren.local/"],
)  # fmt: skip
def test_the_city_s_own_networks_can_be_allowed(url: str) -> None:
    """By network, never by name: where a local name leads is checked when it is resolved."""
    assert judged(url, where="url", allowed=networks("10.20.0.0/16", where="")).port in {80, 8080}


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "168.63.129.16", "fd00:ec2::254", "fe80::1", "224.0.0.1", "::", "0.0.0.0", "255.255.255.255"],  # noqa: S104
)
def test_what_no_list_opens(address: str) -> None:
    """Where clouds keep the keys of their machines stays closed, whatever is allowed."""
    allowed = networks("169.0.0.0/8, 168.0.0.0/8, fd00::/16, fe80::/16, 224.0.0.0/8, 255.0.0.0/8", where="")
    assert refusal(ip_address(address), allowed) is not None


@pytest.mark.parametrize(
    "text", ["10.20.0.1/16", "10.20", "0.0.0.0/0", "::/0", "example.org", "1.0.0.0/7", "10.0.0.0/x"]
)
def test_a_network_is_written_plainly_and_not_too_wide(text: str) -> None:
    """A list that allows the world is a mistake."""
    with pytest.raises(BadInput, match="SIAGA_OUTWARD_ALLOW"):
        networks(f"127.0.0.1/32, {text}", where="setting SIAGA_OUTWARD_ALLOW")


@settings(deadline=None)
@given(st.ip_addresses())
def test_what_passes_is_global(address: object) -> None:
    """For any address at all: what Python's own tables call private, this does not let through."""
    one = ip_address(str(address))
    if refusal(one) is None:
        inner = carried(one)
        assert inner.is_global
        assert not any((inner.is_private, inner.is_loopback, inner.is_link_local, inner.is_multicast))


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_judged(text: str) -> None:
    """A sentence or a target, never another failure."""
    for url in (text, f"https://{text}", f"http://{text}/x", f"https://[{text}]/"):
        try:
            target = judged(url, where="url")
        except BadInput:
            continue
        assert target.host.isascii()
        assert "\r" not in target.authority + target.path
