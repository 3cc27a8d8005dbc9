"""From the network's numbers to boxes: the decoder of an SSD with 300x300 input, in numpy.

Boxes are rows of x1, y1, x2, y2 in fractions of the picture. Anchors follow Liu et al., "SSD: Single Shot MultiBox
Detector" (2016), section 2.2, with the reduced lowest layer that MobileNet versions use.
"""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

INPUT = 300
_STRIDES = (16, 32, 64, 100, 150, 300)
_SMALLEST, _LARGEST = 0.2, 0.95
_LOWEST_LAYER_FIRST = 0.1
_CENTRE_CODE, _SIZE_CODE = 10.0, 5.0
_ASPECTS = (1.0, 2.0, 0.5, 3.0, 1 / 3)
_MAX_SIZE_EXPONENT = 10.0


def anchors() -> Floats:
    """The 1917 anchors as rows of centre y, centre x, height, width."""
    layers = len(_STRIDES)
    scales = [_SMALLEST + (_LARGEST - _SMALLEST) * layer / (layers - 1) for layer in range(layers)] + [1.0]
    grids = [ceil(INPUT / 16)]
    for _ in range(layers - 1):
        grids.append(ceil(grids[-1] / 2))
    rows: list[tuple[float, float, float, float]] = []
    for layer, grid in enumerate(grids):
        if layer == 0:
            shapes = [(_LOWEST_LAYER_FIRST, 1.0), (scales[0], 2.0), (scales[0], 0.5)]
        else:
            shapes = [(scales[layer], aspect) for aspect in _ASPECTS]
            shapes.append((sqrt(scales[layer] * scales[layer + 1]), 1.0))
        for row in range(grid):
            for column in range(grid):
                for scale, aspect in shapes:
                    rows.append(((row + 0.5) / grid, (column + 0.5) / grid, scale / sqrt(aspect), scale * sqrt(aspect)))
    return np.array(rows, dtype=np.float32)


def decode(codes: Floats, anchor_rows: Floats) -> Floats:
    """Boxes from the network's codes (rows of y, x, h, w relative to their anchors), clipped to the picture."""
    centre_y = codes[:, 0] / _CENTRE_CODE * anchor_rows[:, 2] + anchor_rows[:, 0]
    centre_x = codes[:, 1] / _CENTRE_CODE * anchor_rows[:, 3] + anchor_rows[:, 1]
    height = np.exp(np.minimum(codes[:, 2] / _SIZE_CODE, _MAX_SIZE_EXPONENT)) * anchor_rows[:, 2]
    width = np.exp(np.minimum(codes[:, 3] / _SIZE_CODE, _MAX_SIZE_EXPONENT)) * anchor_rows[:, 3]
    boxes = np.stack([centre_x - width / 2, centre_y - height / 2, centre_x + width / 2, centre_y + height / 2], axis=1)
    clipped: Floats = np.clip(boxes, 0.0, 1.0).astype(np.float32)
    return clipped


def sigmoid(logits: Floats) -> Floats:
    """Scores of 0 to 1."""
    scores: Floats = (1.0 / (1.0 + np.exp(-np.clip(logits, -50.0, 50.0)))).astype(np.float32)
    return scores


def suppress(boxes: Floats, scores: Floats, most_iou: float, most_contained: float) -> NDArray[np.intp]:
    """Which boxes to keep, best first: none that shares more than `most_iou` with a better one, none of which more
    than `most_contained` lies inside a better one (a leg seen alone in a tile) or the other way round."""
    order = np.argsort(-scores, kind="stable")
    areas = np.maximum((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), 1e-9)
    kept: list[int] = []
    while order.size:
        best, rest = int(order[0]), order[1:]
        kept.append(best)
        corner = np.maximum(boxes[best, :2], boxes[rest, :2])
        far = np.minimum(boxes[best, 2:], boxes[rest, 2:])
        shared = np.prod(np.maximum(far - corner, 0.0), axis=1)
        iou = shared / (areas[best] + areas[rest] - shared)
        contained = shared / np.minimum(areas[best], areas[rest])
        order = rest[(iou <= most_iou) & (contained <= most_contained)]
    return np.array(kept, dtype=np.intp)
