"""torch.compile with inductor, which generates C++: needs a compiler that works, and Python's headers."""

import os
import subprocess
import sys
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
    """Raises RuntimeError unless the compiler that inductor will call can make an extension of Python here."""
    # As torch._inductor.config.cpp.cxx, whose import takes longer than all the rest of this.
    compiler = os.environ.get("CXX", "clang++" if sys.platform == "darwin" else "g++")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "probe.cpp"
        source.write_text("#include <Python.h>\nint main() { return 0; }\n")
        include = sysconfig.get_paths()["include"]
        command = [compiler, "-fsyntax-only", "-fopenmp", f"-I{include}", str(source)]
        try:
            subprocess.run(command, capture_output=True, text=True, check=True)
        except OSError as error:
            raise RuntimeError(f"no C++ compiler: {error}") from None
        except subprocess.CalledProcessError as error:
            line = (error.stderr.strip().splitlines() or ["it says nothing"])[0]
            raise RuntimeError(f"no C++ compiler that makes an extension of Python: {line}") from None
