"""TorchScript: traced, frozen and optimized for inference."""

import warnings
from types import ModuleType

import torch_model
import torch


def load(threads: int, device: str = "cpu") -> torch_model.Runtime:
    return torch_model.load(threads, "torchscript", prepare, device)


def prepare(module: torch.nn.Module, architecture: ModuleType) -> torch.jit.ScriptModule:
    # torch 2.15 deprecates TorchScript. Its check of the trace takes two seconds of imports, and parity is checked anyway.
    warnings.simplefilter("ignore")
    inputs = torch_model.example(architecture, torch_model.device_of(module))
    traced = torch.jit.trace(module, inputs, strict=False, check_trace=False)
    return torch.jit.optimize_for_inference(torch.jit.freeze(traced))
