"""QR codes, read by an eye that is not the product's."""

from __future__ import annotations

from typing import Any

import cv2


def read_code(picture: Any) -> str:
    """What OpenCV's detectors see in a picture, from near and from further away: each overlooks about one sound code
    in a hundred, as the address in it falls. "" where there is none."""
    for size in (1.0, 2.0, 1.5, 0.75, 3.0):
        how = cv2.INTER_AREA if size < 1 else cv2.INTER_CUBIC
        seen = cv2.resize(picture, None, fx=size, fy=size, interpolation=how)
        for detector in (cv2.QRCodeDetector(), cv2.QRCodeDetectorAruco()):
            text, _, _ = detector.detectAndDecode(seen)
            if text:
                return str(text)
    return ""
