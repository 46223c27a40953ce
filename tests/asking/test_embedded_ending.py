"""How a process that holds the embedded model ends, however it is made to end."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.embedded_installation import needs_weights

Start = Callable[[str], "subprocess.Popen[str]"]

_PROGRAM = """
import asyncio, atexit, threading
from inspect_ai.model import GenerateConfig, get_model

async def ask(tokens, beside=0):
    model = get_model("embedded/smollm2", slots=2)
    config = GenerateConfig(max_tokens=tokens, extra_body={"ignore_eos": True})
    streaming = asyncio.Event()

    async def on_stream(event):
        streaming.set()

    requests = [asyncio.create_task(model.generate("Count.", config=config, on_stream=on_stream))]
    await streaming.wait()  # only then the others: of two slots it might have to wait for one until they are done
    requests += [asyncio.create_task(model.generate("Count on.", config=config)) for _ in range(beside)]
    await asyncio.sleep(0.5 if beside else 0)  # until they have reached the server
    print("started", flush=True)
    under_way.set()
    outputs = await asyncio.gather(*requests)
    print("answered", *(output.usage.output_tokens for output in outputs), flush=True)

under_way = threading.Event()
atexit.register(print, "ended")
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start the program with an ending. Each ends in a few seconds; what is asked for would take minutes."""
    started: list[subprocess.Popen[str]] = []
    limits: list[threading.Timer] = []

    def start_program(ending: str) -> subprocess.Popen[str]:
        # Of the environment only this, with a proxy that leads nowhere: the model needs no key and no network.
        environment = {"PATH": os.defpath, "HOME": str(tmp_path), "ALL_PROXY": "http://127.0.0.1:9"}
        environment |= {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM + ending],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A test run in the background ignores the signal, and its children would too.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - sets a signal, no more
        )
        started.append(process)
        limits.append(threading.Timer(60, process.kill))
        limits[-1].start()
        return process

    yield start_program
    for limit, process in zip(limits, started, strict=True):
        limit.cancel()
        process.kill()
        process.communicate()


def _read_until(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdout is not None
    assert any(read == line + "\n" for read in iter(process.stdout.readline, "")), f"ended without {line!r}"


@needs_weights
class TestEnding:
    """How a process with the embedded model ends; an unclean end is a segmentation fault (-11) or never comes."""

    def test_after_an_answer(self, start: Start) -> None:
        process = start("asyncio.run(ask(5))")
        out, err = process.communicate()

        assert (process.returncode, err) == (0, "")
        assert out.splitlines()[-2:] == ["answered 5", "ended"]

    def test_by_an_exception_beside_a_request(self, start: Start) -> None:
        process = start(
            """
async def main():
    task = asyncio.create_task(ask(4000, beside=5))
    await asyncio.to_thread(under_way.wait)
    raise ValueError("something else went wrong")

asyncio.run(main())
""",
        )
        out, err = process.communicate()

        assert process.returncode == 1
        assert err.splitlines()[-1] == "ValueError: something else went wrong"
        assert out.splitlines() == ["started", "ended"]

    def test_while_a_forgotten_thread_still_asks(self, start: Start) -> None:
        process = start(
            """
threading.Thread(target=asyncio.run, args=(ask(60),), daemon=True).start()
under_way.wait()
""",
        )
        out, err = process.communicate()

        assert (process.returncode, err) == (0, "")
        assert out.splitlines()[-1] == "ended"

    def test_by_an_interrupt_in_the_middle_of_an_answer(self, start: Start) -> None:
        process = start("asyncio.run(ask(4000, beside=5))")
        _read_until(process, "started")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()

        assert (process.returncode, err) == (130, "")  # by the exception hook that Inspect sets
        assert out == "ended\n"

    def test_by_an_interrupt_while_it_waits_for_a_forgotten_thread(self, start: Start) -> None:
        process = start(
            """
threading.Thread(target=asyncio.run, args=(ask(4000),), daemon=True).start()
under_way.wait()
atexit.register(print, "ending", flush=True)  # the last to be registered is the first to run
""",
        )
        _read_until(process, "ending")
        time.sleep(0.5)  # an interrupt inside the callback that prints would be swallowed there, by Python itself
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()

        assert (process.returncode, out, err) == (130, "", "")
