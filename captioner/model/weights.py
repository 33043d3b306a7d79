"""The folder with the trained model: what its model.json says, and whether its files are intact."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from captioner import resources
from captioner.errors import REINSTALL, WeightsError, reason
from captioner.model.confidence import COEFFICIENTS
from captioner.model.vocabulary import Vocabulary

FORMAT = 4
FILES = ("encoder.tflite", "decoder.tflite", "vocabulary.json", "consensus.npz")

# Bytes; longer files are damaged.
MAX_MODEL_JSON_SIZE = 2**16
MAX_FILE_SIZE = 2**28
CHUNK = 2**22


@dataclass(frozen=True)
class Weights:
    """A weights folder.

    name, version: of the model.
    beam_width, length_normalisation: what gave the best captions on the development split.
    max_length: most words in a caption.
    confidence: the coefficients of `captioner.model.confidence`.
    sha256: hexadecimal checksums of FILES.
    """

    folder: Path
    name: str
    version: str
    beam_width: int
    length_normalisation: float
    max_length: int
    confidence: dict[str, dict[str, float]]
    sha256: dict[str, str]

    @property
    def encoder(self) -> Path:
        return self.folder / "encoder.tflite"

    @property
    def decoder(self) -> Path:
        return self.folder / "decoder.tflite"

    @property
    def reranker(self) -> Path:
        return self.folder / "consensus.npz"

    def check(self) -> None:
        """Compare the files with their checksums. Do it before LiteRT loads them: a damaged file can crash it.

        Raises:
            WeightsError: a file is missing or has changed.
        """
        for name in FILES:
            path = self.folder / name
            try:
                digest = sha256(path)
            except OSError as error:
                raise WeightsError(f"The model file {path} can't be read ({reason(error)}). {REINSTALL}") from error
            if digest != self.sha256[name]:
                raise WeightsError(f"The model file {path} is damaged (its checksum is wrong). {REINSTALL}")

    def vocabulary(self) -> Vocabulary:
        return Vocabulary.load(self.folder / "vocabulary.json")


def open_weights(folder: str | Path | None = None) -> Weights:
    """Read the model.json of a weights folder.

    Args:
        folder: the weights folder; None for the one that comes with the program.

    Raises:
        WeightsError: model.json is missing, damaged, or of another format.
    """
    folder = resources.folder("weights") if folder is None else Path(folder)
    path = folder / "model.json"
    try:
        with path.open("rb") as file:
            model = json.loads(file.read(MAX_MODEL_JSON_SIZE).decode())
        if model["format"] != FORMAT:
            raise ValueError(f"its format is not {FORMAT}")
        weights = Weights(
            folder,
            name=str(model["name"]),
            version=str(model["version"]),
            beam_width=int(_number(model, "beam_width", 1, 1000)),
            length_normalisation=_number(model, "length_normalisation", 0, 10),
            max_length=int(_number(model, "max_length", 1, 1000)),
            confidence={
                part: {name: _number(model["confidence"][part], name, -1e6, 1e6) for name in names}
                for part, names in COEFFICIENTS.items()
            },
            sha256={name: str(model["sha256"][name]) for name in FILES},
        )
        if min(weights.confidence["deviation"].values()) <= 0:
            raise ValueError("a deviation is not above 0")
    except OSError as error:
        raise WeightsError(f"The model file {path} can't be read ({reason(error)}). {REINSTALL}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise WeightsError(f"The model file {path} is damaged ({reason(error)}). {REINSTALL}") from error
    return weights


def sha256(path: Path) -> str:
    """The hexadecimal checksum of a file, of its first MAX_FILE_SIZE bytes."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        for _ in range(MAX_FILE_SIZE // CHUNK):
            digest.update(file.read(CHUNK))
    return digest.hexdigest()


def _number(values: dict[str, object], name: str, least: float, most: float) -> float:
    value = values[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise ValueError(f"{name} is not a number from {least:g} to {most:g}")
    return value
