"""What the torch backends share: a module from its architecture file and its weights, fed and called."""

import ctypes
import inspect
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

# Nothing here needs it, and the last words of a worker that dies must be of its death.
warnings.filterwarnings("ignore", message="Failed to initialize NumPy")
try:
    import torch
except ImportError as error:
    raise RuntimeError(f"this Python has no torch that loads: {error}") from None

import weights

_DTYPES = {
    name: getattr(torch, name)
    for name in ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool")
}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}

Prepare = Callable[[torch.nn.Module, ModuleType], Callable]


@dataclass(frozen=True)
class Runtime:
    version: str
    provider: str
    prepare: Prepare
    device: str

    def open(self, path: Path) -> "Session":
        with torch.inference_mode():
            module, architecture = build(path)
            inputs = list(inspect.signature(module.forward).parameters)
            binding = Binding if self.device == "cpu" else DeviceBinding
            return Session(self.prepare(module.to(self.device), architecture), inputs, binding)

    def device_bytes(self) -> int | None:
        """The most that tensors took on the device; the context of CUDA, some hundred MiB, is not in it."""
        return None if self.device == "cpu" else torch.cuda.max_memory_allocated()


def load(threads: int, provider: str, prepare: Prepare, device: str = "cpu") -> Runtime:
    """`prepare` makes of a module in evaluation mode on its device, and its architecture file, what is called."""
    if int(torch.__version__.split(".")[0]) < 2:
        raise RuntimeError(f"torch {torch.__version__} is too old: 2.0 or later is needed")
    if device != "cpu":
        refuse_without_cuda()
    if threads > 0:
        torch.set_num_threads(threads)
        torch.set_num_interop_threads(threads)
    return Runtime(torch.__version__, provider if device == "cpu" else f"{provider}, {device}", prepare, device)


def refuse_without_cuda() -> None:
    """Raises RuntimeError with what is missing for torch to run on an NVIDIA GPU."""
    if torch.version.cuda is None:
        raise RuntimeError(f"torch {torch.__version__} was built without CUDA")
    if torch.cuda.is_available():
        return
    try:
        torch.cuda.init()
    except RuntimeError as error:
        raise RuntimeError(f"torch {torch.__version__} for CUDA {torch.version.cuda} finds no device: {error}") from None
    raise RuntimeError(f"torch {torch.__version__} for CUDA {torch.version.cuda} finds no device")


def build(path: Path) -> tuple[torch.nn.Module, ModuleType]:
    """build() of the architecture file, with the weights of the file that its WEIGHTS names.

    Names are those of the module's state, unless the file has state_dict(tensors), which makes one of what the weight
    file holds. BatchNorm's count of batches is of no use here and may be missing.
    """
    architecture = ModuleType(path.stem)
    architecture.__file__ = str(path)
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"), vars(architecture))
    if not hasattr(architecture, "build"):
        raise ValueError(f"{path.name} does not define build(), which returns the module")
    module = architecture.build().eval()
    tensors = weights.read(path.parent / architecture.WEIGHTS)
    if hasattr(architecture, "state_dict"):
        tensors = architecture.state_dict(tensors)
    state = {name: tensors[name] for name in module.state_dict() if name in tensors}
    missing = [name for name in module.state_dict().keys() - state if not name.endswith("num_batches_tracked")]
    if missing:
        listed = ", ".join(sorted(missing)[:5])
        raise ValueError(f"the weights lack {len(missing)} tensors of {path.name}, such as: {listed}")
    module.load_state_dict(state, strict=False)
    return module, architecture


def device_of(module: torch.nn.Module) -> torch.device:
    return next((parameter.device for parameter in module.parameters()), torch.device("cpu"))


def example(architecture: ModuleType, device: torch.device | str = "cpu") -> tuple:
    """Inputs that a module is traced or compiled with."""
    if not hasattr(architecture, "example"):
        name = Path(architecture.__file__).name
        raise ValueError(f"{name} does not define example(): a tuple of inputs of two rows to trace the module with")
    return tuple(value.to(device) for value in architecture.example())


@dataclass(frozen=True)
class Session:
    module: Callable
    inputs: list[str]
    binding: type["Binding"]

    def bind(self, feeds: dict) -> "Binding":
        if feeds.keys() != set(self.inputs):
            raise ValueError(f"the model takes {', '.join(self.inputs)}, not {', '.join(feeds)}")
        return self.binding(self.module, [_to_torch(feeds[name]) for name in self.inputs])


class Binding:
    def __init__(self, module: Callable, inputs: list[torch.Tensor]):
        self.module, self.inputs = module, inputs
        self.result = None

    def call(self):
        with torch.inference_mode():
            self.result = self.module(*self.inputs)

    def outputs(self) -> dict:
        """By the names of a dictionary, else output_0, output_1 and so on."""
        result = self.result
        if not isinstance(result, dict):
            values = [result] if isinstance(result, torch.Tensor) else result
            result = {f"output_{index}": value for index, value in enumerate(values)}
        return {name: _from_torch(value) for name, value in result.items()}


class DeviceBinding(Binding):
    """As ONNX Runtime does it: inputs go there and outputs come back within the call, which is over when they are here."""

    def call(self):
        with torch.inference_mode():
            result = self.module(*(value.to("cuda") for value in self.inputs))
            self.result = _to_host(result)
            torch.cuda.synchronize()


def _to_host(result):
    if isinstance(result, torch.Tensor):
        return result.cpu()
    if isinstance(result, dict):
        return {name: value.cpu() for name, value in result.items()}
    return [value.cpu() for value in result]


def _to_torch(feed: tuple) -> torch.Tensor:
    dtype, dims, buffer = feed
    if dtype not in _DTYPES:
        raise TypeError(f"element type {dtype} is not supported by torch backends")
    if len(buffer) == 0:
        return torch.empty(dims, dtype=_DTYPES[dtype])
    return torch.frombuffer(buffer, dtype=_DTYPES[dtype]).reshape(dims)


def _from_torch(value: torch.Tensor) -> tuple:
    flat = value.contiguous()
    if flat.dtype not in _NAMES:
        raise TypeError(f"element type {flat.dtype} of an output is not supported")
    described = _NAMES[flat.dtype], list(flat.shape)
    if flat.nbytes == 0:
        return *described, b""
    buffer = (ctypes.c_char * flat.nbytes).from_address(flat.data_ptr())
    # The buffer does not keep the memory alive: the tensor goes along.
    buffer.owner = flat
    return *described, buffer
