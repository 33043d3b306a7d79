"""The folder with the trained model: where it is, what its model.json says, and whether it is whole."""

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path

from captioner.doubt import EVIDENCE
from captioner.errors import WeightsError
from captioner.vocabulary import Vocabulary

FORMAT = 1
FILES = ("encoder.tflite", "decoder.tflite", "vocabulary.json")
ADVICE = "Install the program again."


@dataclass(frozen=True)
class Weights:
    """A weights folder.

    name, version: of the model.
    beam_width, length_normalisation: what gave the best captions on the development split.
    max_length: most words in a caption.
    confidence: the coefficients of `captioner.doubt.confidence`.
    sha256: hexadecimal checksums of FILES.
    """

    folder: Path
    name: str
    version: str
    beam_width: int
    length_normalisation: float
    max_length: int
    confidence: dict[str, float]
    sha256: dict[str, str]

    @property
    def encoder(self) -> Path:
        return self.folder / "encoder.tflite"

    @property
    def decoder(self) -> Path:
        return self.folder / "decoder.tflite"

    def check(self) -> None:
        """Compare the files with their checksums; to do before LiteRT sees them, for a damaged file can crash it.

        Raises:
            WeightsError: a file is missing or has changed.
        """
        for name in FILES:
            path = self.folder / name
            try:
                digest = _sha256(path)
            except OSError as error:
                raise WeightsError(f"The model's file {path} cannot be read ({error.strerror}). {ADVICE}") from error
            if digest != self.sha256[name]:
                raise WeightsError(f"The model's file {path} is damaged: its checksum is wrong. {ADVICE}")

    def vocabulary(self) -> Vocabulary:
        return Vocabulary.load(self.folder / "vocabulary.json")


def open_weights(folder: str | Path | None = None) -> Weights:
    """Read the model.json of a weights folder.

    Args:
        folder: the weights folder; None for the one that comes with the program.

    Raises:
        WeightsError: model.json is missing, damaged, or of another format.
    """
    folder = shipped_weights() if folder is None else Path(folder)
    path = folder / "model.json"
    try:
        model = json.loads(path.read_text(encoding="utf-8"))
        if model["format"] != FORMAT:
            raise ValueError(f"its format is {model['format']}, not {FORMAT}")
        weights = Weights(
            folder,
            name=str(model["name"]),
            version=str(model["version"]),
            beam_width=int(model["beam_width"]),
            length_normalisation=float(model["length_normalisation"]),
            max_length=int(model["max_length"]),
            confidence={name: float(model["confidence"][name]) for name in ("intercept", *EVIDENCE)},
            sha256={name: str(model["sha256"][name]) for name in FILES},
        )
        if min(weights.beam_width, weights.max_length) < 1:
            raise ValueError("beam_width and max_length are at least 1")
        if not all(map(math.isfinite, weights.confidence.values())):
            raise ValueError("confidence holds a number that is none")
    except OSError as error:
        raise WeightsError(f"The model's file {path} cannot be read ({error.strerror}). {ADVICE}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"The model's file {path} is damaged ({error}). {ADVICE}") from error
    return weights


def shipped_weights() -> Path:
    """The weights folder inside the installed package, or at the top of a checkout."""
    package = Path(__file__).parent
    inside = package / "weights"
    return inside if inside.is_dir() else package.parent / "weights"


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while block := file.read(1 << 22):
            digest.update(block)
    return digest.hexdigest()
