"""Running the installed command as a person does."""

import os
import resource
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("blind-refusal"))


def run_command(
    *arguments: str | Path,
    environment: dict[str, str] | None = None,
    timeout: float = 300,
    file_size_limit: int | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end; no file of its may grow beyond the limit, if there is one."""
    return subprocess.run(
        [COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
        timeout=timeout,
        check=False,
        preexec_fn=None if file_size_limit is None else partial(_limit_files, file_size_limit),
    )


def _limit_files(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def start_command(
    *arguments: str | Path, environment: dict[str, str] | None = None, listen: bool = False
) -> subprocess.Popen[str]:
    """Start the command and return at once; with `listen` its standard error can be read when it has ended."""
    return subprocess.Popen(
        [COMMAND, *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if listen else subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **(environment or {})},
        # A test run in the background ignores the signal, and its children would too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - sets a signal, no more
    )
