"""The bundled network, checked before it is believed, run by whichever engine is there."""

from __future__ import annotations

import hashlib
import importlib
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from contract.errors import BadInput
from edge.crowd.ssd import Floats

MODEL = Path(__file__).parent / "models" / "pedestrian_ssdlite_300.onnx"
MODEL_SHA256 = "23f15e9b6196b567a013edb7401d8f12e9806d282369d933a43938dc1134cae6"


class Output(NamedTuple):
    """`codes` (1917, 4) box codes; `logits` (1917,) of the class person."""

    codes: Floats
    logits: Floats


class Network(Protocol):
    """One engine with the network loaded."""

    engine: str

    def run(self, blob: Floats) -> Output:
        """`blob` is (1, 3, 300, 300), RGB, -1 to 1."""


def checked(model: Path = MODEL, sha256: str = MODEL_SHA256) -> bytes:
    """The model's bytes. Raises BadInput where the file is missing or is not the one we know."""
    try:
        data = model.read_bytes()
    except OSError as error:
        raise BadInput(
            f"the detector cannot be read ({error.strerror})", where=model.name, remedy="Install the package again."
        ) from None
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise BadInput(
            f"the detector is damaged or exchanged: SHA-256 {found[:12]}… where {sha256[:12]}… was expected",
            where=model.name,
            remedy="Install the package again.",
        )
    return data


class CvNetwork:
    """OpenCV's own engine; OpenCV 4.12 to 5 give the same boxes."""

    engine = "opencv"

    def __init__(self, data: bytes, threads: int) -> None:
        import cv2

        cv2.setNumThreads(threads)
        self._net: Any = cv2.dnn.readNetFromONNX(np.frombuffer(data, dtype=np.uint8))
        self._names = self._net.getUnconnectedOutLayersNames()

    def run(self, blob: Floats) -> Output:
        self._net.setInput(blob)
        return _output(self._net.forward(self._names))


class OrtNetwork:
    """ONNX Runtime, about twice as fast on one thread; used where somebody has installed it."""

    engine = "onnxruntime"

    def __init__(self, data: bytes, threads: int, runtime: Any) -> None:
        options = runtime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def run(self, blob: Floats) -> Output:
        return _output(self._session.run(None, {self._input: blob}))


def load(engine: str = "auto", threads: int = 1) -> Network:
    """The network in the engine asked for; `auto` takes ONNX Runtime where it can be imported, else OpenCV.

    Raises BadInput for a damaged model and for an engine that is not installed.
    """
    data = checked()
    if engine in ("auto", "onnxruntime"):
        try:
            return OrtNetwork(data, threads, importlib.import_module("onnxruntime"))
        except ImportError:
            if engine == "onnxruntime":
                raise BadInput(
                    "ONNX Runtime is not installed",
                    where='engine = "onnxruntime"',
                    remedy='Install onnxruntime, or use engine = "auto".',
                ) from None
    return CvNetwork(data, threads)


def _output(arrays: Any) -> Output:
    # Engines name and order the two outputs as they like; their widths tell them apart.
    by_width = {int(array.shape[-1]): np.asarray(array, dtype=np.float32) for array in arrays}
    return Output(by_width[4].reshape(-1, 4), by_width[2].reshape(-1, 2)[:, 1])
