"""A Ray cluster of two nodes on this machine, and a way to kill one of its workers."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_MEMORY = 100_000_000
_WORKER = b"ray::MapWorker"


@contextmanager
def two_nodes() -> Iterator[str]:
    """Start two nodes; hand over their address."""
    from ray.cluster_utils import Cluster

    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "object_store_memory": _MEMORY})
    nodes.add_node(num_cpus=1, object_store_memory=_MEMORY)
    nodes.wait_for_nodes()
    try:
        yield nodes.address
    finally:
        nodes.shutdown()  # type: ignore[no-untyped-call]


def workers() -> dict[int, int]:
    """Return the workers that make calls: process id → process id of the node, for nodes that this process started."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if (folder / "cmdline").read_bytes().startswith(_WORKER):
                    node = _parent(int(folder.name))
                    if _parent(node) == os.getpid():
                        found[int(folder.name)] = node
            except OSError:  # ended meanwhile
                continue
    return found


def _parent(process: int) -> int:
    return int((Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()[1])


def kill_one_worker_when(ready: Callable[[], bool]) -> threading.Thread:
    """Kill a worker as soon as `ready` says so; join the thread to know that it was done."""

    def kill() -> None:
        while not (ready() and workers()):
            time.sleep(0.02)
        os.kill(min(workers()), signal.SIGKILL)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    return thread
