"""The part of the picture where people are counted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.crowd.ssd import Floats

Corner = tuple[float, float]


def inside(feet: Floats, corners: tuple[Corner, ...]) -> NDArray[np.bool_]:
    """Which of the points (rows of x, y) stand inside the polygon, by the even-odd rule. No corner: everywhere.

    A body counts where its feet are: its head may well be seen in front of another square.
    """
    if not corners:
        return np.ones(len(feet), dtype=np.bool_)
    x, y = feet[:, 0], feet[:, 1]
    result = np.zeros(len(feet), dtype=np.bool_)
    for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
        if y1 == y2:
            continue
        spans = (y1 > y) != (y2 > y)
        result ^= spans & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return result
