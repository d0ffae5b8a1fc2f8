"""torch.compile with inductor, which generates C++: needs a compiler that works, and Python's headers."""

import subprocess
import sysconfig
import tempfile
from pathlib import Path
from types import ModuleType

import torch_model
import torch


def load(threads: int) -> torch_model.Runtime:
    runtime = torch_model.load(threads, "inductor", prepare)
    refuse_broken_compiler()
    return runtime


def prepare(module: torch.nn.Module, architecture: ModuleType):
    # Batch sizes change: one program for all of them, compiled while the model is opened.
    compiled = torch.compile(module, dynamic=True)
    compiled(*torch_model.example(architecture))
    return compiled


def refuse_broken_compiler() -> None:
    """Raises RuntimeError unless the compiler that inductor will call makes an extension of Python here."""
    from torch._inductor.cpp_builder import get_cpp_compiler

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "probe.cpp"
        source.write_text("#include <Python.h>\nint main() { return 0; }\n")
        include = sysconfig.get_paths()["include"]
        command = [get_cpp_compiler(), "-fsyntax-only", "-fopenmp", f"-I{include}", str(source)]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no output"])[0]
        raise RuntimeError(f"no C++ compiler that works: {last}")
