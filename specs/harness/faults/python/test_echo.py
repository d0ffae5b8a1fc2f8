"""A runtime without any package: it returns what it is fed, or misbehaves as its model file says."""

import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path


def load(threads):
    return Runtime()


class Runtime:
    version = "1"
    provider = f"process {os.getpid()}"

    def open(self, path: Path):
        return Session(path.read_text())


@dataclass
class Session:
    fault: str

    def bind(self, feeds):
        return Binding(feeds, self.fault)


@dataclass
class Binding:
    feeds: dict
    fault: str

    def call(self):
        if self.fault == "prints":
            # Python's buffer, and past it as a native library does.
            print("noise " * 1000)
            for descriptor in (1, 2):
                os.write(descriptor, b"noise " * 10_000)
        elif self.fault == "sleeps":
            time.sleep(60)
        elif self.fault == "spins":
            while True:
                pass
        elif self.fault == "exits":
            sys.exit(3)
        elif self.fault == "raises":
            raise KeyError("no such thing")
        elif self.fault == "dies in mid-transfer":
            # Half a frame, then nothing more.
            os.write(4, b"\x40\0\0\0" + (2**20).to_bytes(8, "little") + b'{"id":3,')
            os.kill(os.getpid(), signal.SIGKILL)

    def outputs(self):
        return self.feeds
