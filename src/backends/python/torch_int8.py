"""Dynamic quantization: the linears compute in INT8, and everything else stays as it is."""

import warnings

import torch_model
import torch
from torch.ao.quantization import quantize_dynamic


def load(threads: int) -> torch_model.Runtime:
    return torch_model.load(threads, f"eager, {torch.backends.quantized.engine}", prepare)


def prepare(module: torch.nn.Module, _) -> torch.nn.Module:
    # torch 2.15 points to its successor, torchao, which is another package.
    warnings.simplefilter("ignore")
    quantized = quantize_dynamic(module, {torch.nn.Linear}, dtype=torch.qint8)
    if not any(type(part).__module__.startswith("torch.ao.nn.quantized") for part in quantized.modules()):
        raise ValueError("the module has no linear that can be quantized")
    return quantized
