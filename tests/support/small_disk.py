"""A disk that is soon full."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass
class SmallDisk:
    """A file system of its own where one may be mounted, else a limit on the size of each file."""

    folder: Path
    file_size_limit: int | None
    """Bytes; None where the file system itself is small."""

    def grow(self) -> None:
        """Make room."""
        if self.file_size_limit is None:
            subprocess.run(["mount", "-o", "remount,size=200m", str(self.folder)], check=True, capture_output=True)
        self.file_size_limit = None


@contextmanager
def small_disk(parent: Path, size: int) -> Iterator[SmallDisk]:
    """Make a disk of `size` bytes; mounting one takes root, and without it the processes' files are limited instead."""
    folder = parent / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield SmallDisk(folder, None if mounted else size)
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)
