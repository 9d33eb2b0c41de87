# SPDX-License-Identifier: MIT
"""A reader and a writer of safetensors files that share nothing with the library: numpy, struct, json.

    python.py read FILE      checks what the test beside this wrote
    python.py write FILE     writes what it expects, as safetensors.torch.save_file() lays it out
"""
import json
import struct
import sys

import numpy

DTYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "I32": "<i4", "U64": "<u8", "U8": "u1",
          "BOOL": "?"}


def read(path):
    with open(path, "rb") as file:
        everything = file.read()
    (length,) = struct.unpack("<Q", everything[:8])
    header = json.loads(everything[8:8 + length].decode("utf-8"))
    data = everything[8 + length:]
    metadata = header.pop("__metadata__", {})
    tensors, places = {}, []
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        dtype = numpy.dtype(DTYPES[entry["dtype"]])
        assert begin % dtype.itemsize == 0 and (8 + length) % 8 == 0, name + " is not aligned"
        tensors[name] = numpy.frombuffer(data[begin:end], dtype).reshape(entry["shape"])
        places.append((begin, end))
    places.sort()
    assert [0] + [end for _, end in places] == [begin for begin, _ in places] + [len(data)]
    return tensors, metadata


def write(path, tensors):
    # Larger numbers first, then by name; compact JSON, padded to a multiple of 8.
    order = sorted(tensors, key=lambda name: (-tensors[name].dtype.itemsize, name))
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name in order:
        values = tensors[name]
        dtype = next(key for key, value in DTYPES.items() if numpy.dtype(value) == values.dtype)
        raw = numpy.ascontiguousarray(values).tobytes()
        header[name] = {"dtype": dtype, "shape": list(values.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def check(path):
    tensors, metadata = read(path)
    assert metadata["format"] == "pt" and metadata["note"] == "für Python", metadata
    w = numpy.array([[10 * i + j for j in range(4)] for i in range(3)], "<f4")
    for name in ("model.columns", "model.rows", "model.block"):
        assert tensors[name].dtype == w.dtype and (tensors[name] == w).all(), name
    assert (tensors["model.bias"] == [0.5, -0.5, 2.0**127]).all() and tensors["model.bias"].shape == (3,)
    assert (tensors["optimizer.momentum.columns.momentum_buffer"] == 2 * w).all()
    assert tensors["optimizer.steps"].shape == () and tensors["optimizer.steps"] == 1
    assert tensors["random.seed"] == 2**64 - 1
    assert tensors["pi"] == 3.141592653589793 and tensors["yes"] == True  # noqa: E712
    assert (tensors["order"] == [3, -1, 2]).all() and tensors["order"].dtype == numpy.dtype("<i4")
    assert tensors["matrix"].shape == (2, 1) and len(tensors) == 18, sorted(tensors)


def make(path):
    write(path, {
        "fc1.weight": numpy.array([[100 * i + j for j in range(5)] for i in range(3)], "<f4"),
        "fc1.bias": numpy.array([1, -2, 1e-45], "<f4"),
        "bn.running_mean": numpy.array([0.25, 4], "<f4"),
        "bn.running_var": numpy.array([1, 9], "<f4"),
        "bn.num_batches_tracked": numpy.array(2**40, "<i8"),
        "yes": numpy.array(True),
    })


{"read": check, "write": make}[sys.argv[1]](sys.argv[2])
