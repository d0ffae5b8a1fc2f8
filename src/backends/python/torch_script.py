"""TorchScript: traced, frozen and optimized for inference."""

import warnings
from types import ModuleType

import torch_model
import torch


def load(threads: int) -> torch_model.Runtime:
    return torch_model.load(threads, "torchscript", prepare)


def prepare(module: torch.nn.Module, architecture: ModuleType) -> torch.jit.ScriptModule:
    # torch 2.15 deprecates TorchScript. Its check of the trace takes two seconds of imports, and parity is checked anyway.
    warnings.simplefilter("ignore")
    traced = torch.jit.trace(module, torch_model.example(architecture), strict=False, check_trace=False)
    return torch.jit.optimize_for_inference(torch.jit.freeze(traced))
