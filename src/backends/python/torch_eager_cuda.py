"""PyTorch as it is written, on an NVIDIA GPU."""

import torch_eager
import torch_model


def load(threads: int) -> torch_model.Runtime:
    return torch_eager.load(threads, "cuda")
