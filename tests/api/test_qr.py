"""QR codes as pages carry them, read by OpenCV's detector."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import cv2
import httpx
import numpy as np
from support.codes import read_code
from support.contacts import contact
from support.seed import Town
from support.visitors import person, signed_in

from api.qr import QUIET, qr_svg
from contract.city import Warnings
from store.people import Deed


def read(svg: str) -> str:
    """What stands in a code: its path drawn eight pixels a module."""
    side = int(re.findall(r'viewBox="0 0 (\d+) ', svg)[0])
    picture = np.full((side, side), 255, np.uint8)
    for x, y in re.findall(r"M(\d+) (\d+)h1v1", svg):
        picture[int(y), int(x)] = 0
    return read_code(cv2.resize(picture, None, fx=8, fy=8, interpolation=0))


def test_an_address_is_read_back_whole() -> None:
    """A short one, one with everything that an address may hold, and the longest of ours; with white round them."""
    asked = "https://siaga.kota.example/portal?site=a-b_c%20d&x=1#y"
    for address in ("http://a.id", asked, "https://x.id/" + "s" * 200):
        svg = str(qr_svg(address, "Kode"))
        assert read(svg) == address
        drawn = [int(one) for found in re.findall(r"M(\d+) (\d+)h1v1", svg) for one in found]
        assert min(drawn) == QUIET


def test_its_name_is_text_and_never_markup() -> None:
    """Whatever a place is called."""
    assert '<b>"' not in qr_svg("http://a.id", '<b>"')


def test_an_rws_new_link_is_handed_over_as_a_code(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """The very address that stands beside it."""
    made.profile = replace(made.profile, warnings=Warnings(agency="bpbd"))
    client = serve(made, keep_s=0)
    one = contact(city=made.profile.code, rw="RW 04 Terban", region="34.71.03.1005")
    made.cities.put_contacts(one.city, [one], [Deed("system", "contact.added", one.id, made.now_us)])
    who = signed_in(made, person(made, "pusat", "operator"))
    headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
    page = client.post(f"/kontak/{one.id}/tautan", headers=headers, data={"csrf": who.csrf}).text
    (address,) = re.findall(r'id="tautan" type="text" value="([^"]+)"', page)
    (code,) = re.findall(r'<svg class="qr".*?</svg>', page)
    assert read(code) == address
    assert client.get(address).status_code == 200
