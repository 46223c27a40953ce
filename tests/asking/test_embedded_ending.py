"""How a process that holds the embedded model ends, however it is made to end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.support.embedded_installation import needs_weights

_PROGRAM = """
import asyncio, atexit, threading
from inspect_ai.model import GenerateConfig, get_model

async def started(event):
    if not under_way.is_set():
        print("started", flush=True)
        under_way.set()

async def ask(tokens, beside=0):
    model = get_model("embedded/smollm2", slots=2)
    config = GenerateConfig(max_tokens=tokens, extra_body={"ignore_eos": True})
    first = model.generate("Count.", config=config, on_stream=started)
    outputs = await asyncio.gather(first, *(model.generate("Count on.", config=config) for _ in range(beside)))
    print("answered", *(output.usage.output_tokens for output in outputs), flush=True)

under_way = threading.Event()
atexit.register(print, "ended")
"""


def _end(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Return what the process wrote. It ends in a few seconds; all the tokens asked for would take minutes."""
    try:
        return process.communicate(timeout=60)
    finally:
        process.kill()


@needs_weights
class TestEnding:
    """How a process with the embedded model ends; an unclean end is a segmentation fault (-11) or never comes."""

    @staticmethod
    def _start(tmp_path: Path, ending: str) -> subprocess.Popen[str]:
        # Of the environment only this, with a proxy that leads nowhere: the model needs no key and no network.
        environment = {"PATH": os.defpath, "HOME": str(tmp_path), "ALL_PROXY": "http://127.0.0.1:9"}
        environment |= {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
        return subprocess.Popen(
            [sys.executable, "-c", _PROGRAM + ending],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def test_after_an_answer(self, tmp_path: Path) -> None:
        process = self._start(tmp_path, "asyncio.run(ask(5))")
        out, err = _end(process)

        assert (process.returncode, err) == (0, "")
        assert out.splitlines()[-2:] == ["answered 5", "ended"]

    def test_by_an_exception_beside_a_request(self, tmp_path: Path) -> None:
        process = self._start(
            tmp_path,
            """
async def main():
    task = asyncio.create_task(ask(4000, beside=5))
    await asyncio.to_thread(under_way.wait)
    raise ValueError("something else went wrong")

asyncio.run(main())
""",
        )
        out, err = _end(process)

        assert process.returncode == 1
        assert err.splitlines()[-1] == "ValueError: something else went wrong"
        assert out.splitlines() == ["started", "ended"]

    def test_while_a_forgotten_thread_still_asks(self, tmp_path: Path) -> None:
        process = self._start(
            tmp_path,
            """
threading.Thread(target=asyncio.run, args=(ask(60),), daemon=True).start()
under_way.wait()
""",
        )
        out, err = _end(process)

        assert (process.returncode, err) == (0, "")
        assert out.splitlines()[-1] == "ended"

    def test_by_an_interrupt_in_the_middle_of_an_answer(self, tmp_path: Path) -> None:
        process = self._start(tmp_path, "asyncio.run(ask(4000, beside=5))")
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        process.send_signal(signal.SIGINT)
        out, err = _end(process)

        assert (process.returncode, err) == (130, "")  # by the exception hook that Inspect sets
        assert out == "ended\n"

    def test_by_an_interrupt_while_it_waits_for_a_forgotten_thread(self, tmp_path: Path) -> None:
        process = self._start(
            tmp_path,
            """
threading.Thread(target=asyncio.run, args=(ask(4000),), daemon=True).start()
under_way.wait()
atexit.register(print, "ending", flush=True)  # the last to be registered is the first to run
""",
        )
        assert process.stdout is not None
        while process.stdout.readline() != "ending\n":
            pass
        process.send_signal(signal.SIGINT)
        out, err = _end(process)

        assert (process.returncode, out, err) == (130, "", "")
