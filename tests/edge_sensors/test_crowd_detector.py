"""The detector: its decoder, its model file, and its counts on real frames."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.shared_data import need

from contract.errors import BadInput
from edge.crowd import ssd
from edge.crowd.detector import WHOLE, Detector, Mode, Tile, blob_of, cut_weights, tiles
from edge.crowd.network import MODEL, CvNetwork, checked, load

DETECTOR_THREADS = 1


@pytest.fixture(scope="module")
def network() -> CvNetwork:
    found = load("opencv", DETECTOR_THREADS)
    assert isinstance(found, CvNetwork)
    return found


def labelled() -> list[tuple[int, np.ndarray]]:
    """Every labelled frame with the people counted by eye."""
    index = need("people/index.csv")
    with index.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [(int(row["count"]), cv2.imread(str(index.parent / row["file"]))) for row in rows]


@pytest.mark.parametrize(("mode", "most_mae", "most_wape"), [("fast", 0.65, 0.16), ("balanced", 0.55, 0.14)])
def test_the_error_on_labelled_frames(network: CvNetwork, mode: Mode, most_mae: float, most_wape: float) -> None:
    """Measured on 34 frames with 139 people (the thresholds were chosen on them): fast .53 and .13, balanced .44 and
    .11; nobody is seen where nobody is."""
    detector = Detector(network, mode)
    frames = labelled()
    errors = [len(detector.people(frame).scores) - count for count, frame in frames]
    people = sum(count for count, _ in frames)
    assert people == 139
    assert sum(map(abs, errors)) / len(errors) <= most_mae
    assert sum(map(abs, errors)) / people <= most_wape
    assert all(error == 0 for error, (count, _) in zip(errors, frames, strict=True) if count == 0)


def test_a_tiny_and_a_tall_picture(network: CvNetwork) -> None:
    """Any size is taken, and a grey wall holds nobody."""
    for shape in ((8, 8, 3), (1280, 320, 3)):
        assert len(Detector(network, "balanced").people(np.full(shape, 127, dtype=np.uint8)).scores) == 0


def test_the_anchors_are_those_of_the_network() -> None:
    """1917 of them, the first and the last at known places."""
    anchors = ssd.anchors()
    assert anchors.shape == (1917, 4)
    assert anchors[0] == pytest.approx([0.5 / 19, 0.5 / 19, 0.1, 0.1])
    assert anchors[1] == pytest.approx([0.5 / 19, 0.5 / 19, 0.2 / 2**0.5, 0.2 * 2**0.5])
    assert anchors[-1] == pytest.approx([0.5, 0.5, 0.95**0.5, 0.95**0.5])
    assert (anchors > 0).all()


def test_a_zero_code_is_its_anchor() -> None:
    """The codes are differences: none is the anchor itself, clipped to the picture."""
    anchors = np.array([[0.5, 0.4, 0.2, 0.1], [0.0, 0.0, 0.4, 0.4]], dtype=np.float32)
    boxes = ssd.decode(np.zeros((2, 4), dtype=np.float32), anchors)
    assert boxes[0] == pytest.approx([0.35, 0.4, 0.45, 0.6])
    assert boxes[1] == pytest.approx([0, 0, 0.2, 0.2])


def test_a_wild_code_stays_a_box() -> None:
    """No number of the network's makes infinity or a box turned inside out."""
    codes = np.array([[1e6, -1e6, 1e6, 1e6], [0, 0, -1e6, -1e6]], dtype=np.float32)
    boxes = ssd.decode(codes, ssd.anchors()[:2])
    assert np.isfinite(boxes).all()
    assert (boxes[:, 2:] >= boxes[:, :2]).all()


def test_of_two_boxes_on_one_body_the_better_stays() -> None:
    """Overlap and containment are both the same body; two bodies side by side are two."""
    boxes = np.array([[0, 0, 0.2, 0.6], [0.01, 0, 0.21, 0.6], [0.05, 0.4, 0.15, 0.6], [0.5, 0, 0.7, 0.6]], np.float32)
    scores = np.array([0.8, 0.9, 0.5, 0.4], np.float32)
    assert ssd.suppress(boxes, scores, 0.5, 0.75).tolist() == [1, 3]
    assert ssd.suppress(boxes[:0], scores[:0], 0.5, 0.75).tolist() == []


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(*[st.floats(0, 1, width=32)] * 5), min_size=1, max_size=30))
def test_the_best_box_always_stays(rows: list[tuple[float, ...]]) -> None:
    """Whatever the boxes, the best is kept, nothing is kept twice, and the order is by score."""
    boxes = np.array([[min(a, c), min(b, d), max(a, c), max(b, d)] for a, b, c, d, _ in rows], np.float32)
    scores = np.array([row[4] for row in rows], np.float32)
    kept = ssd.suppress(boxes, scores, 0.5, 0.75).tolist()
    assert scores[kept[0]] == scores.max()
    assert len(set(kept)) == len(kept)
    assert list(scores[kept]) == sorted(scores[kept], reverse=True)


def test_halves_follow_the_longer_side() -> None:
    """Two halves share a fifth of the frame."""
    assert tiles("fast", 640, 480) == (WHOLE,)
    assert tiles("balanced", 640, 480)[1:] == (Tile(0, 0, 0.6, 1), Tile(0.4, 0, 1, 1))
    assert tiles("balanced", 480, 640)[1:] == (Tile(0, 0, 1, 0.6), Tile(0, 0.4, 1, 1))


def test_only_an_inner_edge_cuts() -> None:
    """A body at the frame's own edge is all there is of it; at an inner edge there is more in the other half."""
    boxes = np.array([[0.0, 0.1, 0.3, 0.9], [0.7, 0.1, 1.0, 0.9], [0.4, 0.1, 0.6, 0.9]], dtype=np.float32)
    assert cut_weights(boxes, Tile(0.0, 0.0, 0.6, 1.0)) == pytest.approx([1.0, 0.6, 1.0])
    assert cut_weights(boxes, WHOLE) == pytest.approx([1.0, 1.0, 1.0])


def test_the_networks_input() -> None:
    """RGB, -1 to 1, one picture of 300 by 300."""
    blue = np.zeros((10, 10, 3), dtype=np.uint8)
    blue[:, :, 0] = 255
    blob = blob_of(blue)
    assert blob.shape == (1, 3, 300, 300)
    assert blob.dtype == np.float32
    assert (blob[0, 0].max(), blob[0, 2].min()) == (-1.0, 1.0)


def test_a_damaged_or_missing_model_is_refused(tmp_path: Path) -> None:
    """A card that forgets a bit must not change how people are counted."""
    damaged = tmp_path / "model.onnx"
    data = bytearray(MODEL.read_bytes())
    data[1000] ^= 1
    damaged.write_bytes(data)
    with pytest.raises(BadInput, match="damaged or exchanged"):
        checked(damaged)
    with pytest.raises(BadInput, match="cannot be read"):
        checked(tmp_path / "absent.onnx")


def test_the_licence_stands_beside_the_model() -> None:
    """It is bundled with its notice."""
    assert "MIT License" in MODEL.with_suffix(".LICENSE").read_text()
