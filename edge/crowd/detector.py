"""People in one frame: one pass over the whole, or three over the whole and two overlapping halves."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.crowd.network import Network
from edge.crowd.ssd import INPUT, Floats, anchors, decode, sigmoid, suppress

Mode = Literal["fast", "balanced"]
Frame = NDArray[np.uint8]

THRESHOLD: dict[Mode, float] = {"fast": 0.2, "balanced": 0.225}
_HALF = 0.6  # two halves that share a fifth of the frame
_CUT_WEIGHT = 0.6  # a body cut by a tile's edge is seen whole in another tile
_EDGE = 0.01
_MOST_IOU = 0.5
_MOST_CONTAINED = 0.75


class Tile(NamedTuple):
    """A part of the frame in its fractions."""

    x1: float
    y1: float
    x2: float
    y2: float


WHOLE = Tile(0.0, 0.0, 1.0, 1.0)


class People(NamedTuple):
    """`boxes` are rows of x1, y1, x2, y2 in fractions of the frame; `scores` 0 to 1, best first."""

    boxes: Floats
    scores: Floats

    @property
    def feet(self) -> Floats:
        """Where each person stands: the middle of the box's lower edge, rows of x, y."""
        return np.stack([(self.boxes[:, 0] + self.boxes[:, 2]) / 2, self.boxes[:, 3]], axis=1)


def tiles(mode: Mode, width: int, height: int) -> tuple[Tile, ...]:
    """What the network looks at, the longer side cut in two."""
    if mode == "fast":
        return (WHOLE,)
    if width >= height:
        return (WHOLE, Tile(0.0, 0.0, _HALF, 1.0), Tile(1 - _HALF, 0.0, 1.0, 1.0))
    return (WHOLE, Tile(0.0, 0.0, 1.0, _HALF), Tile(0.0, 1 - _HALF, 1.0, 1.0))


def cut_weights(boxes: Floats, tile: Tile) -> Floats:
    """0.6 for a box (in the tile's fractions) that touches an edge where the frame goes on, else 1."""
    touches = (
        ((boxes[:, 0] < _EDGE) & (tile.x1 > 0))
        | ((boxes[:, 1] < _EDGE) & (tile.y1 > 0))
        | ((boxes[:, 2] > 1 - _EDGE) & (tile.x2 < 1))
        | ((boxes[:, 3] > 1 - _EDGE) & (tile.y2 < 1))
    )
    return np.where(touches, _CUT_WEIGHT, 1.0).astype(np.float32)


class Detector:
    """Holds the network and its anchors. One thread at a time."""

    def __init__(self, network: Network, mode: Mode, threshold: float | None = None) -> None:
        self.mode = mode
        self._network = network
        self._threshold = THRESHOLD[mode] if threshold is None else threshold
        self._anchors = anchors()

    def people(self, frame: Frame) -> People:
        """The people in a BGR frame of any size."""
        height, width = frame.shape[:2]
        boxes: list[Floats] = []
        scores: list[Floats] = []
        for tile in tiles(self.mode, width, height):
            part = frame[
                round(tile.y1 * height) : round(tile.y2 * height), round(tile.x1 * width) : round(tile.x2 * width)
            ]
            output = self._network.run(blob_of(part))
            score = sigmoid(output.logits)
            likely = score > self._threshold
            box = decode(output.codes[likely], self._anchors[likely])
            scores.append(score[likely] * cut_weights(box, tile))
            size = np.array([tile.x2 - tile.x1, tile.y2 - tile.y1] * 2, dtype=np.float32)
            boxes.append(box * size + np.array([tile.x1, tile.y1] * 2, dtype=np.float32))
        every_box, every_score = np.concatenate(boxes), np.concatenate(scores)
        likely = every_score > self._threshold
        every_box, every_score = every_box[likely], every_score[likely]
        kept = suppress(every_box, every_score, _MOST_IOU, _MOST_CONTAINED)
        return People(every_box[kept], every_score[kept])


def blob_of(picture: Any) -> Floats:
    """A BGR picture as the network wants it: plainly resized, RGB, -1 to 1, shape (1, 3, 300, 300)."""
    import cv2

    resized = cv2.resize(picture, (INPUT, INPUT))
    rgb = resized[:, :, ::-1].astype(np.float32) / 127.5 - 1.0
    return np.ascontiguousarray(rgb.transpose(2, 0, 1)[None])
