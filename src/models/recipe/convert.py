"""Makes another artifact of an ONNX file with onnxruntime's own tools: convert.py CONVERSION SOURCE TARGET [RANGES].

The same versions make the same bytes everywhere: weights are quantized element by element, and what a calibration saw of the
activations comes as a file, because it would differ in its last bits from CPU to CPU.
"""

import json
import sys
import warnings
from pathlib import Path


def float16(source: Path, target: Path, _):
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16

    # Inputs and outputs stay float32, as those of the model are.
    onnx.save_model(convert_float_to_float16(onnx.load(source), keep_io_types=True), target)


def int8_dynamic(source: Path, target: Path, _):
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(source, target, weight_type=QuantType.QUInt8)


def int8_static(source: Path, target: Path, ranges: Path):
    """QDQ, as quantize_static makes it: signed 7-bit weights per channel, activations by the ranges given."""
    import numpy
    import onnx
    from onnxruntime.quantization import CalibrationMethod, QuantType
    from onnxruntime.quantization.calibrate import TensorData, TensorsData
    from onnxruntime.quantization.qdq_quantizer import QDQQuantizer
    from onnxruntime.quantization.registry import QDQRegistry

    seen = {
        name: TensorData(lowest=numpy.float32(low), highest=numpy.float32(high))
        for name, (low, high) in json.loads(ranges.read_text()).items()
    }
    quantizer = QDQQuantizer(
        onnx.load(source),
        per_channel=True,
        reduce_range=True,
        weight_qType=QuantType.QInt8,
        activation_qType=QuantType.QUInt8,
        tensors_range=TensorsData(CalibrationMethod.MinMax, seen),
        nodes_to_quantize=[],
        nodes_to_exclude=[],
        op_types_to_quantize=list(QDQRegistry),
        extra_options={},
    )
    quantizer.quantize_model()
    quantizer.model.save_model_to_file(str(target), False)


CONVERSIONS = {"float16": float16, "int8-dynamic": int8_dynamic, "int8-static": int8_static}


def main(conversion: str, source: str, target: str, ranges: str = "") -> None:
    # The tools warn about their own internals.
    warnings.simplefilter("ignore")
    CONVERSIONS[conversion](Path(source), Path(target), Path(ranges))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except ImportError as error:
        raise SystemExit(f"this Python lacks a package: {error}") from None
