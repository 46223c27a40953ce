"""Writing files so that a reader never sees half of one."""

import contextlib
import os
import secrets
from pathlib import Path

from blind_refusal.errors import UserError


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write a file whole or not at all: into a temporary sibling, which then takes the name.

    Args:
        path: the file; folders above it that do not exist are made.
        content: text is written as UTF-8 with its line ends as they are.

    Raises:
        UserError: the file system refuses; a file that was there before is untouched, and no temporary file is left.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror or error})") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
