"""The worker process for runtimes that live in Python: node-worker.ts in another language.

Hosts one backend and at most one session, answers one request at a time, and ends when its parent's pipe closes. Timing
happens here, so that transport is never measured.
"""

import importlib
import re
import sys
import traceback
from pathlib import Path
from time import perf_counter_ns

import frames

_HERE = Path(__file__).resolve().parent
_SETTLED = 101


class Worker:
    def __init__(self):
        self.runtime = None
        self.session = None
        # Kept while a session is open: see node-worker.ts.
        self.ballast = []

    def answer(self, fields, feeds):
        """The reply to one request as (fields, tensors)."""
        operation = fields.pop("op", None)
        if operation == "run":
            return self.run(feeds)
        if operation == "sample":
            return self.sample(feeds, fields["warmup"], fields["iterations"]), {}
        if operation in ("hello", "open", "close"):
            return getattr(self, operation)(fields), {}
        raise ValueError(f"unknown operation {operation}")

    def hello(self, fields):
        if fields["protocol"] != frames.VERSION:
            raise ValueError(f"this worker speaks protocol {frames.VERSION}, not {fields['protocol']}")
        start = perf_counter_ns()
        self.runtime = load(fields["backend"], fields.get("backends"), fields["threads"])
        described = {"version": self.runtime.version, "provider": self.runtime.provider}
        return {"protocol": frames.VERSION, **described, "seconds": seconds_since(start)}

    def open(self, fields):
        if self.runtime is None:
            raise ValueError("open before hello")
        self.session = None
        shift = fields["shift"]
        self.ballast = [bytearray(1024 + shift * index % 65_521) for index in range(shift % 61)]
        start = perf_counter_ns()
        self.session = self.runtime.open(Path(fields["path"]))
        # What a Python model takes is known only when it is called.
        return {"inputs": [], "outputs": [], "seconds": seconds_since(start)}

    def bind(self, feeds):
        if self.session is None:
            raise ValueError("no model is open")
        return self.session.bind(feeds)

    def run(self, feeds):
        binding = self.bind(feeds)
        start = perf_counter_ns()
        binding.call()
        seconds = seconds_since(start)
        return {"seconds": seconds, "peakBytes": peak_bytes()}, binding.outputs()

    def sample(self, feeds, warmup, iterations):
        binding = self.bind(feeds)
        for _ in range(warmup):
            binding.call()
        start = perf_counter_ns()
        samples = time_calls(binding.call, iterations)
        wall = seconds_since(start)
        nothing = time_calls(lambda: None, min(iterations, _SETTLED))
        overhead = nothing[len(nothing) // 2]
        figures = {"samples": samples, "overhead": overhead, "wallPerCall": wall / iterations}
        device_bytes = getattr(self.runtime, "device_bytes", lambda: None)()
        return {**figures, "peakBytes": peak_bytes(), "deviceBytes": device_bytes}

    def close(self, _):
        self.session = None
        return {}


def load(backend, folder, threads):
    """The runtime of src/backends/python/<id with underscores>.py, or of the same file of another version."""
    modules = Path(folder or _HERE.parents[1] / "backends") / "python"
    name = re.sub("[/@-]", "_", backend)
    if not (modules / f"{name}.py").is_file():
        raise ValueError(f"unknown backend '{backend}'")
    sys.path.insert(0, str(modules))
    return importlib.import_module(name).load(threads)


def time_calls(call, iterations):
    """Seconds of each call, ascending."""
    samples = []
    for _ in range(iterations):
        start = perf_counter_ns()
        call()
        samples.append(seconds_since(start))
    return sorted(samples)


def seconds_since(start):
    return (perf_counter_ns() - start) / 1e9


def peak_bytes():
    """Peak resident set of this program: see resident.ts for why not ru_maxrss on Linux."""
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def describe(error):
    """What went wrong; of code that is not ours also where."""
    *_, last = traceback.extract_tb(error.__traceback__)
    theirs = not Path(last.filename).is_relative_to(_HERE.parents[1])
    place = f" ({last.filename}:{last.lineno})" if theirs else ""
    kind = f"{type(error).__name__}: " if theirs else ""
    return f"{kind}{error}{place}"


def serve():
    worker = Worker()
    while (message := frames.read()) is not None:
        fields, feeds = message
        name = {"id": fields.pop("id", None)}
        try:
            reply, tensors = worker.answer(fields, feeds)
        except Exception as error:
            reply, tensors = {"ok": False, "error": describe(error)}, {}
        frames.write({"ok": True, **reply, **name}, tensors)


serve()
