"""TorchScript on an NVIDIA GPU."""

import torch_script
import torch_model


def load(threads: int) -> torch_model.Runtime:
    return torch_script.load(threads, "cuda")
