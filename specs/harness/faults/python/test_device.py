"""The torch backend of a GPU without one: what would go to the device stays here, and each synchronization is counted."""

import os
from pathlib import Path

# Of the backends under test, two folders up from the faults.
os.sys.path.insert(0, os.environ["ONPAR_TORCH_MODULES"])

import torch
import torch_eager


def load(threads):
    places = []
    note = Path(os.environ["ONPAR_TORCH_NOTE"])

    def stay(value, place):
        places.append(str(place))
        return value

    def synchronize():
        note.write_text(f"{note.read_text() if note.exists() else ''}synchronized after {len(places)} to {set(places)}\n")
        places.clear()

    torch.Tensor.to = torch.nn.Module.to = stay
    torch.version.cuda = "12.8"
    torch.cuda.is_available = lambda: True
    torch.cuda.synchronize = synchronize
    torch.cuda.max_memory_allocated = lambda: 3 * 2**20
    return torch_eager.load(threads, "cuda")
