"""The pure parts of the camera: counts of a period, its health, the region, addresses without passwords."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.clock import SECOND_US
from edge.crowd.counting import Counter, Figures, figures
from edge.crowd.grabber import wait_s
from edge.crowd.health import Health, Limits
from edge.crowd.redact import redact
from edge.crowd.region import inside


def counted(*counts: int) -> tuple[int, Figures | None]:
    counter = Counter()
    for count in counts:
        counter.add(count)
    return counter.take()


def test_a_body_that_flickers_does_not_count() -> None:
    """One frame of five sees a ghost: the median does not."""
    assert counted(2, 2, 7, 2, 2, 2, 2) == (7, Figures(2, 2, 2, 2, lower_bound=False))


def test_the_figures_of_a_period() -> None:
    """Median, smallest, ninetieth percentile by nearest rank, largest."""
    assert figures([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) == Figures(5, 0, 8, 9, lower_bound=False)
    assert figures([4]) == Figures(4, 4, 4, 4, lower_bound=False)


def test_above_the_honest_range_it_is_a_lower_bound() -> None:
    """Twelve are counted; thirteen are at least thirteen."""
    assert not figures([12] * 5).lower_bound
    assert figures([12, 13]).lower_bound


def test_a_period_without_a_look_has_no_figure() -> None:
    """Nothing seen is null, and the next period does not repeat the last."""
    counter = Counter()
    counter.add(4)
    assert counter.take()[0] == 1
    assert counter.take() == (0, None)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=60))
def test_figures_stand_in_order(counts: list[int]) -> None:
    """Smallest, median, ninetieth, largest: never out of order, never outside what was seen."""
    _, found = counted(*counts)
    assert found is not None
    assert min(counts) <= found.people_min <= found.people <= found.people_p90 <= found.people_max <= max(counts)


def camera(limits: Limits | None = None) -> Health:
    return Health(limits or Limits(), began_us=0)


def test_a_camera_that_never_gave_a_frame() -> None:
    """It warms up for a while, then it is stalled."""
    assert camera().state(29 * SECOND_US, 0.0) == "warming_up"
    assert camera().state(31 * SECOND_US, 0.0) == "stalled"


def test_a_camera_that_stopped() -> None:
    """Ten seconds without a frame."""
    health = camera()
    health.frame(SECOND_US, 1, 100)
    assert health.state(11 * SECOND_US, 2.0) == "ok"
    assert health.state(12 * SECOND_US, 2.0) == "stalled"


def test_a_picture_that_stands_still_for_ten_seconds_is_frozen() -> None:
    """A few identical frames are an empty square; ten seconds of them are a dead encoder; one change heals it."""
    health = camera()
    for second in range(10):
        health.frame(second * SECOND_US, 7, 100)
    assert health.state(9 * SECOND_US, 1.0) == "ok"
    health.frame(10 * SECOND_US, 7, 100)
    assert health.state(10 * SECOND_US, 1.0) == "frozen"
    health.frame(11 * SECOND_US, 8, 100)
    assert health.state(11 * SECOND_US, 1.0) == "ok"


def test_the_same_picture_after_a_stall_is_not_yet_frozen() -> None:
    """Time without frames is a stall, not proof of a frozen picture."""
    health = camera()
    health.frame(0, 7, 100)
    health.frame(60 * SECOND_US, 7, 100)
    assert health.state(60 * SECOND_US, 1.0) == "ok"


def test_dark_and_slow() -> None:
    """A black picture says nothing of people; a slow camera says less than it should."""
    health = camera()
    health.frame(0, 1, 5)
    assert health.state(0, 2.0) == "dark"
    health.frame(SECOND_US, 2, 90)
    assert health.state(SECOND_US, 0.2) == "low_fps"


SQUARE = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))


def test_feet_decide_who_is_inside() -> None:
    """In the square, beside it, above it; without a region, everybody."""
    feet = np.array([[0.5, 0.5], [0.9, 0.5], [0.5, 0.1]], dtype=np.float32)
    assert inside(feet, SQUARE).tolist() == [True, False, False]
    assert inside(feet, ()).tolist() == [True, True, True]
    assert inside(feet[:0], SQUARE).tolist() == []


def test_a_region_with_a_notch() -> None:
    """A concave region leaves out its notch."""
    notched = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 0.4), (0.0, 1.0))
    feet = np.array([[0.5, 0.8], [0.5, 0.2], [0.1, 0.7]], dtype=np.float32)
    assert inside(feet, notched).tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("rtsp://10.0.0.5:554/stream1", "rtsp://10.0.0.5:554/stream1"),
        ("rtsp://admin:rahasia@10.0.0.5:554/stream1", "rtsp://***@10.0.0.5:554/stream1"),
        ("rtsp://admin:ra/ha?s@ia@10.0.0.5/s", "rtsp://***@10.0.0.5/s"),
        ("rtsp://10.0.0.5/s?user=a&password=rahasia", "rtsp://10.0.0.5/s"),
        ("rtsp://10.0.0.5/user=admin_password=rahasia_channel=1", "rtsp://10.0.0.5/…"),
        ("rtsp://a:b@10.0.0.5:notaport/s", "rtsp://***@10.0.0.5/s"),
        ("/srv/video/alun-alun.mp4", "/srv/video/alun-alun.mp4"),
    ],
)
def test_an_address_without_its_password(source: str, shown: str) -> None:
    """What a log line may carry."""
    assert redact(source) == shown


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="abcxyz0189:/?#@[]%-_. ", min_size=1, max_size=20))
def test_no_password_is_ever_shown(password: str) -> None:
    """However a password is typed, none of it is in the text."""
    assert redact(f"rtsp://admin:{password}@10.0.0.5:554/s") == "rtsp://***@10.0.0.5:554/s"


def test_waits_grow_to_a_minute() -> None:
    """A camera that is away is not hammered."""
    assert [wait_s(failures) for failures in (0, 1, 2, 3, 7, 1000)] == [1, 1, 2, 4, 60, 60]
