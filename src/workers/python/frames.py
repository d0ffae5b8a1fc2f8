"""onpar's worker protocol, as src/workers/protocol.ts writes it down, without any package.

Tensors are (dtype, dims, buffer): what they become is the runtime's business.
"""

import json
import struct
from math import prod

VERSION = 1
_REQUESTS = open(3, "rb", buffering=0)
_REPLIES = open(4, "wb", buffering=0)
_PREFIX = struct.Struct("<IQ")
_MAX_HEADER = 16 * 2**20
_MAX_PAYLOAD = 2**32
_payload = bytearray()

BYTES = {
    "float64": 8, "float32": 4, "float16": 2, "int64": 8, "int32": 4, "int16": 2, "int8": 1,
    "uint64": 8, "uint32": 4, "uint16": 2, "uint8": 1, "bool": 1,
}  # fmt: skip


def read():
    """The next message as (fields, tensors); None when the parent is gone."""
    prefix = _read_bytes(_PREFIX.size)
    if prefix is None:
        return None
    header_size, payload_size = _PREFIX.unpack(prefix)
    if not 0 < header_size <= _MAX_HEADER or payload_size > _MAX_PAYLOAD:
        raise ValueError(f"not an onpar frame: header of {header_size} and payload of {payload_size} bytes")
    header, payload = _read_bytes(header_size), _read_bytes(payload_size, _room(payload_size))
    if header is None or payload is None:
        return None
    fields = json.loads(bytes(header))
    return fields, _tensors(fields.pop("tensors", []), payload)


def write(fields, tensors):
    """Sends one reply; buffers of tensors are not copied."""
    described, bodies, size = [], [], 0
    for name, (dtype, dims, buffer) in tensors.items():
        described.append({"name": name, "dtype": dtype, "dims": dims})
        body = memoryview(buffer).cast("B")
        bodies += [body, bytes(-len(body) % 8)]
        size += len(body) + -len(body) % 8
    header = json.dumps({**fields, "tensors": described}).encode()
    for chunk in (_PREFIX.pack(len(header), size), header, *bodies):
        _write_bytes(memoryview(chunk))


def _tensors(described, payload):
    tensors, offset = {}, 0
    for entry in described:
        name, dtype, dims = entry["name"], entry["dtype"], entry["dims"]
        size = prod(dims) * BYTES[dtype]
        tensors[name] = (dtype, dims, payload[offset : offset + size])
        offset += size + -size % 8
    if offset != len(payload):
        raise ValueError(f"a frame's tensors need {offset} bytes, its payload has {len(payload)}")
    return tensors


def _room(size):
    """The same memory for every payload: one request is in flight, and fresh pages would take longer than the copy itself."""
    global _payload
    if len(_payload) < size:
        _payload = bytearray(size)
    return memoryview(_payload)[:size]


def _read_bytes(size, view=None):
    view = memoryview(bytearray(size)) if view is None else view
    filled = 0
    while filled < size:
        count = _REQUESTS.readinto(view[filled:])
        if count == 0:
            return None
        filled += count
    return view


def _write_bytes(view):
    while len(view) > 0:
        view = view[_REPLIES.write(view) :]
