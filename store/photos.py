"""The port for photos: of what residents report, and of what officers have done about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, get_args

PhotoKind = Literal["report", "proof"]
Alike = Literal["", "same", "spot"]
"""a photo's twin: not looked at, the same picture, or one from the same spot"""
PHOTO_KINDS: tuple[PhotoKind, ...] = get_args(PhotoKind)


@dataclass(frozen=True, slots=True)
class Photo:
    """What is known of a photo, without the picture.

    A report's belongs to the case that its report belongs to, and `number` is "" while that waits aside; a proof has
    its case itself and `report` "". `taken_us` is the camera's clock and `away_m` how far from the place it stood, None
    where the camera did not say; the place itself is not kept. `hash` is a signed 64-bit dHash, None for a picture of
    nothing. `twin` is the earlier photo that looks most like it, `twin_bits` how many bits lie between, "" and 0 for
    none, and `alike` what a second look at both said. `shown_us`: since then the public may see it. `blurred`: how
    often something in it was made unreadable.
    """

    id: str
    city: str
    number: str
    report: str
    kind: PhotoKind
    at_us: int
    width: int
    height: int
    hash: int | None = None
    taken_us: int | None = None
    away_m: float | None = None
    twin: str = ""
    twin_bits: int = 0
    shown_us: int | None = None
    blurred: int = 0
    alike: Alike = ""


class Near(NamedTuple):
    """An earlier photo and how many bits lie between, or between it and the other one's mirror."""

    id: str
    bits: int
    mirrored: bool


class PhotoStore(Protocol):
    """Photos go with what their report says, and the pictures of proofs with the reporters' data of their case."""

    def put_photo(self, photo: Photo, large: bytes, small: bytes, *, twin_bits_most: int) -> Photo:
        """Keep it with both pictures and return it with the earlier one that is most like it: of those of the city
        that differ in at most so many bits, without those of its own report. Where its id is known, that one is
        returned and nothing is written."""

    def near_photos(self, city: str, photo_id: str, *, bits_most: int, most: int) -> Sequence[Near]:
        """Of the earlier ones of the city whose pictures are there the `most` nearest, without those of its own
        report; of equally near ones the oldest first."""

    def say_twin(self, photo: Photo) -> Photo:
        """Keep its `twin`, `twin_bits` and `alike`, and return it as it stands."""

    def photo(self, city: str, photo_id: str) -> Photo | None: ...

    def photo_picture(self, city: str, photo_id: str, *, small: bool = False) -> bytes | None:
        """The JPEG; None where it is gone."""

    def photos_of(self, number: str) -> Sequence[Photo]:
        """Those of a case whose pictures are there, reports' and proofs', the oldest first."""

    def photos_of_reports(self, reports: Sequence[str]) -> Sequence[Photo]:
        """The same of reports, by their ids, also of those that wait aside."""

    def shown_photos(self, numbers: Collection[str]) -> Mapping[str, str]:
        """Of each case that has photos for the public the first one, by the case's number."""

    def show_photo(self, city: str, photo_id: str, shown_us: int | None) -> bool:
        """Let the public see it, or no longer; False where there is none."""

    def blur_photo(self, city: str, photo_id: str, large: bytes, small: bytes) -> bool:
        """These pictures instead of those before, which are kept nowhere; False where there is none."""

    def erase_photo(self, city: str, photo_id: str) -> bool:
        """Nothing of it is kept; False where there was none."""
