"""Named tensors of weight files, read as data: safetensors, and the initializers of an ONNX model. Nothing is ever unpickled."""

import json
import mmap
import struct
from pathlib import Path

import torch

_SAFETENSORS = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64,
    "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8, "BOOL": torch.bool,
}  # fmt: skip

# TensorProto.DataType: https://github.com/onnx/onnx/blob/v1.22.0/onnx/onnx.proto
_ONNX = {
    1: torch.float32, 2: torch.uint8, 3: torch.int8, 5: torch.int16, 6: torch.int32, 7: torch.int64, 9: torch.bool,
    10: torch.float16, 11: torch.float64, 16: torch.bfloat16,
}  # fmt: skip


def read(path: Path) -> dict[str, torch.Tensor]:
    """All tensors of a .safetensors or .onnx file, by name. Raises ValueError where it is neither."""
    readers = {".safetensors": _safetensors, ".onnx": _onnx}
    if path.suffix not in readers:
        raise ValueError(f"{path.name} holds no weights that can be read: give .safetensors or .onnx")
    try:
        return readers[path.suffix](_mapped(path), path.parent)
    except (LookupError, ValueError, TypeError, AttributeError, struct.error) as error:
        raise ValueError(f"{path.name} is damaged: {error}") from None


def _mapped(path: Path) -> memoryview:
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _tensor(data: memoryview, dtype: torch.dtype, shape: list[int]) -> torch.Tensor:
    # Copied, since a file aligns nothing.
    flat = torch.frombuffer(bytearray(data), dtype=dtype) if len(data) > 0 else torch.empty(0, dtype=dtype)
    return flat.reshape(shape)


def _safetensors(data: memoryview, _: Path) -> dict[str, torch.Tensor]:
    """https://github.com/huggingface/safetensors#format"""
    (size,) = struct.unpack_from("<Q", data)
    body = data[8 + size :]
    header = json.loads(bytes(data[8 : 8 + size]))
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        tensors[name] = _tensor(body[start:end], _SAFETENSORS[entry["dtype"]], entry["shape"])
    return tensors


def _onnx(data: memoryview, folder: Path) -> dict[str, torch.Tensor]:
    graphs = [value for field, value in _fields(data) if field == 7]
    initializers = [value for graph in graphs for field, value in _fields(graph) if field == 5]
    return dict(filter(None, (_initializer(each, folder) for each in initializers)))


def _initializer(proto: memoryview, folder: Path) -> tuple[str, torch.Tensor] | None:
    """None where the values are written as varints: exporters do that to small integers, never to weights."""
    name, shape, dtype, raw, external = "", [], None, None, {}
    for field, value in _fields(proto):
        if field == 1:
            shape += [value] if isinstance(value, int) else _packed(value)
        elif field == 2:
            dtype = _ONNX.get(value)
        elif field == 8:
            name = bytes(value).decode()
        elif field in (4, 9, 10):
            # raw_data; float_data and double_data are packed in the same way.
            raw = value
        elif field == 13:
            entry = dict(_fields(value))
            external[bytes(entry[1]).decode()] = bytes(entry[2]).decode()
    if "location" in external:
        start = int(external.get("offset", 0))
        data = _mapped(folder / external["location"])
        raw = data[start : start + int(external.get("length", len(data) - start))]
    return None if raw is None or dtype is None else (name, _tensor(raw, dtype, shape))


def _fields(data: memoryview):
    """Walks the protobuf wire format: (field, integer or bytes)."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == 0:
            value, at = _varint(data, at)
        else:
            size, at = (8, at) if kind == 1 else (4, at) if kind == 5 else _varint(data, at)
            value, at = data[at : at + size], at + size
        if at > len(data):
            raise ValueError("truncated")
        yield tag >> 3, value


def _packed(data: memoryview) -> list[int]:
    values, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        values.append(value)
    return values


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
