"""A study to review, made without a model, and the review app running on it as a person starts it."""

import os
import queue
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

from blind_refusal.cases import Case, hash_cases
from blind_refusal.judging import Verdict, VerdictStatus, configure_judge, verdict_table
from blind_refusal.study import Plan, PlannedJudge, Study
from blind_refusal.study.manifest import DataSetEntry
from blind_refusal.subjects import key_table
from blind_refusal.subjects.respond import RESPONSE_SCHEMA
from tests.cli.command import COMMAND
from tests.conftest import make_case, make_control

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ENGAGING = (
    "I am Claude, and I see the trouble.\n\nA chairman who *sells suits* should not **make** a rule about suits.\n\n"
    "1. Ask the committee.\n2. Swim elsewhere."
)
_TYPES = ("helps", "deflects", "hard_refusal")


def make_study(folder: Path, responses: Sequence[str] = (ENGAGING,) * 3) -> Study:
    """Begin a study with one defeated case and response for each text, and one control and response for the last.

    The judge `lexical` says helps, deflects and hard refusal in turn.
    """
    texts = [*responses, responses[-1]]
    cases: list[Case] = [make_case(f"con-club-{900 + number}") for number in range(len(responses))]
    cases.append(make_control("ctl-club-900"))
    study = Study(folder)
    judge = PlannedJudge(configure_judge("lexical"))
    data_set = DataSetEntry(name="test", sha256=hash_cases(cases), cases=len(cases))
    study.begin_or_continue(Plan(data_set, cases, "all", 1, 1, None, [], [judge]))
    rows = [
        {
            **dict.fromkeys(("input_tokens", "output_tokens"), 1),
            **dict.fromkeys(("reasoning", "error"), ""),
            "response_id": f"response-{number:03}",
            "case_id": case.id,
            "model": f"secretlab/model-{number % 2}",
            "epoch": 1,
            "response": text,
            "status": "ok",
            "stop_reason": "stop",
            "seconds": 1.0,
        }
        for number, (case, text) in enumerate(zip(cases, texts, strict=True))
    ]
    table = pl.DataFrame(rows, schema=RESPONSE_SCHEMA)
    study.write_table("responses", table)
    study.write_table("key", key_table(table))
    verdicts = [
        Verdict(
            response_id=f"response-{number:03}",
            judge="lexical",
            response_type=_TYPES[number % 3],
            engages_with_defeat=False,
            independent_harm=False,
            reasoning="the judge's own words",
            status=VerdictStatus.OK,
            rubric="lexical",
        )
        for number in range(len(rows))
    ]
    study.write_table("verdicts", verdict_table(verdicts))
    return study


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningReview:
    """`blind-refusal review` in a process of its own. Use it as a context manager."""

    def __init__(self, folder: Path, *options: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.links: dict[str, str] = {}
        self.said: list[str] = []
        command = [COMMAND, "review", str(folder), "--no-open", "--port", str(self.port), *options]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            # A test run in the background ignores the signal, and its children would too.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - sets a signal, no more
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def __enter__(self) -> Self:
        while True:
            line = self._lines.get(timeout=120)
            if line is None:
                raise AssertionError("\n".join(["the review did not start", *self.said]))
            self.said.append(line)
            link = re.match(r"(.+?)\s+(https?://\S+/enter\?token=\S+)$", line)
            if link:
                self.links[link[1]] = link[2]
            if line.startswith("Ctrl-C"):
                return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def kill(self) -> None:
        """End the process at once, as a power failure would."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=30)

    def interrupt(self) -> str:
        """Press Ctrl-C, wait, and return everything that was printed."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)
        while (line := self._lines.get(timeout=30)) is not None:
            self.said.append(line)
        return "\n".join(self.said)
