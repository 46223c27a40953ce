"""llama.cpp's server inside this process, holding the embedded model: started once, stopped when the process ends."""

import atexit
import json
import os
import secrets
import sys
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from blind_refusal.asking.embedded_weights import EMBEDDED_MODEL, embedded_weights

MOST_SLOTS = 32
"""More would hold some 200 MB of attention cache each and gain nothing on a CPU."""

_MOST_THREADS = 8  # a model this small spends more time waiting for further threads than it saves by them
_BATCH_TOKENS = 512  # the server looks up from its work (new request? caller gone?) only between batches
_HTTP_THREADS = 128  # each waiting request holds one; above the 100 connections up to which Inspect adapts by itself
_LOOK_SECONDS = 0.05
_DROP_SECONDS = 1.5  # looked at more often than each second, the server does not notice that a caller is gone
_ANSWER_SECONDS = 60
_INTERRUPTED = 130  # what a shell reports for a process ended by Ctrl-C

_lock = threading.Lock()
_servers: "dict[int, EmbeddedServer]" = {}
_stopping = False


class EmbeddedServer:
    """One running server with a fixed number of slots, listening on the loopback interface only.

    Its key is drawn anew for every process, so that nobody else on the machine, nor a web page, can use it.
    """

    def __init__(self, weights: Path, slots: int) -> None:
        self.api_key = secrets.token_urlsafe(32)
        self._handle = _started(weights, slots, self.api_key)
        self.address: str = self._handle.listening_address

    def is_busy(self) -> bool:
        """Tell whether any slot is at work."""
        place = urlsplit(self.address)
        connection = HTTPConnection(place.hostname or "", place.port, timeout=_ANSWER_SECONDS)
        try:
            connection.request("GET", "/slots", headers={"Authorization": f"Bearer {self.api_key}"})
            slots = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return any(slot["is_processing"] for slot in slots)

    def stop(self) -> None:
        """Wait until no slot is at work, then stop the server and free its memory.

        A server must be stopped, and idle when it is: the process crashes when it ends with a request in flight, and
        stopping a server at work never returns. The server drops a request about a second after its caller has gone.
        """
        quiet = 0
        while quiet < 2:  # twice: a request may be on its way from the connection to its slot
            busy = self.is_busy()
            quiet = 0 if busy else quiet + 1
            time.sleep(_DROP_SECONDS if busy else _LOOK_SECONDS)
        self._handle = None


def _started(weights: Path, slots: int, api_key: str) -> Any:  # noqa: ANN401 - xllamacpp has no type information
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.model_alias = {EMBEDDED_MODEL.name.split("/")[1]}  # or every reply names the path of the file
    parameters.n_parallel = slots
    parameters.n_ctx = EMBEDDED_MODEL.context_tokens * slots  # the server divides it by the slots
    parameters.n_batch = _BATCH_TOKENS
    parameters.n_threads_http = _HTTP_THREADS
    parameters.cache_ram_mib = 0  # or memory grows with every prompt
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = _threads()
    parameters.fit_params = False
    parameters.offline = True
    parameters.ui = False
    parameters.verbosity = -1
    parameters.api_keys = [api_key]
    return xllamacpp.Server(parameters)


def _threads() -> int:
    return min(os.cpu_count() or 1, _MOST_THREADS)


def running_server(slots: int) -> EmbeddedServer | None:
    """Return the process's server with that many slots, or None while there is none.

    Raises:
        RuntimeError: when the process is about to end.
    """
    if _stopping:
        raise RuntimeError("the process is ending: the embedded model takes no further requests")
    return _servers.get(slots)


def start_server(slots: int) -> EmbeddedServer:
    """Return the process's server with that many slots, starting it if need be (about a second). Any thread may call.

    Raises:
        UserError: if the weights are missing or wrong.
        RuntimeError: when the process is about to end.
    """
    with _lock:
        server = running_server(slots)
        if server is None:
            if not _servers:
                atexit.register(_stop_all)
            server = _servers[slots] = EmbeddedServer(embedded_weights(), slots)
        return server


def _stop_all() -> None:
    global _stopping  # noqa: PLW0603 - the state of the process itself
    _stopping = True
    try:
        with _lock:
            while _servers:
                _servers.popitem()[1].stop()
    except KeyboardInterrupt:
        # Somebody who interrupts the ending wants out now; an ordinary exit could crash on the request still in flight.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_INTERRUPTED)
