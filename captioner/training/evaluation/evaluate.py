"""Captions of a split by the runtime that users run: their scores, and the search that scores best."""

import json
import textwrap
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps
from tqdm import tqdm

from captioner import Captioner
from captioner.model.pipeline import Pipeline
from captioner.model.text import sentence
from captioner.model.weights import open_weights
from captioner.photos.load import load
from captioner.training.dataset import Example
from captioner.training.evaluation.encoded import EncodedSplit
from captioner.training.evaluation.metrics import METRICS, check_java, cider, score
from captioner.training.evaluation.table import table

BEAM_WIDTHS = (1, 2, 4, 8, 12, 16)
LENGTH_NORMALISATIONS = (0.5, 0.75, 1.0, 1.25)

# CIDEr by beam width and length normalisation.
Grid = dict[tuple[int, float], float]


class Captioned(NamedTuple):
    """The caption of a photo, and the natural logarithm of its probability."""

    text: str
    log_probability: float


def evaluate(weights: Path, examples: list[Example], out: Path, name: str) -> dict[str, float]:
    """Caption every photo with the program as it is shipped, and score the captions with `score_captions`.

    Raises:
        CaptionerError: the weights or a photo cannot be read, or there is no Java for the scores.
    """
    check_java()  # before the captions, which take a minute
    captioner = Captioner(weights)
    captions = []
    for example in tqdm(examples, f"captions, {name}", unit="photo"):
        caption = captioner.caption(example.photo)
        captions.append(Captioned(caption.text, caption.log_probability))
    return score_captions(examples, captions, out, name)


def score_captions(examples: list[Example], captions: list[Captioned], out: Path, name: str) -> dict[str, float]:
    """Score the captions of a split, and write the results.

    Args:
        examples: photos with the captions that people gave them.
        captions: one for each of them.
        out: gets `scores.json` (the name, the scores and their 95 % confidence intervals), `captions.json` (a record a
            photo), `contact_sheet.jpg` (24 of the photos with their captions), and `best.jpg`, `median.jpg` and
            `worst.jpg` (a dozen each, by CIDEr).
        name: of this row in a table of scores.

    Returns:
        The scores by metric, see `captioner.training.evaluation.metrics`.

    Raises:
        CaptionerError: there is no Java for the scores.
    """
    photos = {str(example.photo): example for example in examples}
    captioned = dict(zip(photos, captions, strict=True))
    texts = {photo: caption.text for photo, caption in captioned.items()}
    scores, each, intervals = score(texts, {photo: example.captions for photo, example in photos.items()})
    records = [
        {
            "photo": example.photo.name,
            "caption": captioned[photo].text,
            "log_probability": captioned[photo].log_probability,
            "references": example.captions,
            "scores": each[photo],
        }
        for photo, example in photos.items()
    ]
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / "scores.json", {"name": name, "photos": len(photos), "scores": scores, "intervals": intervals})
    write_json(out / "captions.json", records)
    contact_sheet(texts, out / "contact_sheet.jpg")
    ranked = sorted(texts, key=lambda photo: -each[photo]["CIDEr"])
    middle = max(0, len(ranked) // 2 - 6)
    for which, chosen in ("best", ranked[:12]), ("median", ranked[middle : middle + 12]), ("worst", ranked[-12:]):
        contact_sheet({photo: texts[photo] for photo in chosen}, out / f"{which}.jpg")
    return scores


def score_table(rows: Mapping[str, Mapping[str, float]]) -> str:
    """A row a name, a column a metric."""
    return table(
        ["", *METRICS], [[name, *(f"{scores[metric]:.3f}" for metric in METRICS)] for name, scores in rows.items()]
    )


def contact_sheet(captions: Mapping[str, str], path: Path, count: int = 24) -> None:
    """Write a JPEG with up to count of the photos, evenly spaced over all, each above its caption."""
    columns, side, gap, font_size, lines = 6, 240, 12, 15, 5
    photos = list(captions)
    shown = [photos[n] for n in np.linspace(0, len(photos) - 1, min(count, len(photos))).round().astype(int)]
    cell_width, cell_height = side + gap, side + gap + lines * (font_size + 4)
    rows = -(-len(shown) // columns)
    sheet = Image.new("RGB", (min(columns, len(shown)) * cell_width + gap, rows * cell_height + gap), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(font_size)
    for number, photo in enumerate(shown):
        left, top = gap + number % columns * cell_width, gap + number // columns * cell_height
        image = ImageOps.contain(load(photo, (side,)).images[0], (side, side))
        sheet.paste(image, (left + (side - image.width) // 2, top + side - image.height))
        text = textwrap.fill(captions[photo], 32, max_lines=lines, placeholder=" …")
        draw.multiline_text((left, top + side + 4), text, "black", font)
    sheet.save(path, quality=85)


def choose_search(weights: Path, splits: Mapping[str, EncodedSplit]) -> Grid:
    """Find the beam width and the length normalisation with the best CIDEr, and write them into model.json.

    Args:
        weights: the weights folder; of its files only model.json changes.
        splits: development splits, which count equally, however many photos they have.

    Returns:
        The mean of the splits' CIDEr, by the quick tokenizer, for every setting. Of equal ones the narrower beam is
        chosen.

    Raises:
        CaptionerError: the weights cannot be read.
    """
    pipeline = Pipeline(open_weights(weights))
    decoders = {width: pipeline.load_decoder(width) for width in BEAM_WIDTHS}
    grid: Grid = dict.fromkeys(product(BEAM_WIDTHS, LENGTH_NORMALISATIONS), 0.0)
    for name, split in splits.items():
        captions: dict[tuple[int, float], dict[str, str]] = {setting: {} for setting in grid}
        for number, photo in enumerate(tqdm(split, f"search settings, {name}", unit="photo")):
            cached = {width: with_cache(decoder) for width, decoder in decoders.items()}
            for (width, normalisation), texts in captions.items():
                best, *_ = pipeline.search(
                    photo, decoder=cached[width], beam_width=width, length_normalisation=normalisation
                )
                texts[str(number)] = sentence(pipeline.vocabulary.decode(best.words))
        references = {str(number): example.captions for number, example in enumerate(split.examples)}
        for setting, texts in captions.items():
            grid[setting] += cider(texts, references) / len(splits)

    width, normalisation = max(grid, key=lambda setting: grid[setting])
    path = weights / "model.json"
    model = json.loads(path.read_text(encoding="utf-8"))
    write_json(path, model | {"beam_width": width, "length_normalisation": normalisation})
    print(search_table(grid))
    return grid


def with_cache(decoder: Callable[..., dict[str, np.ndarray]]) -> Callable[..., dict[str, np.ndarray]]:
    """A decoder that caches its steps: searches that differ in their length normalisation take nearly the same ones."""
    cache: dict[tuple[bytes, bytes], dict[str, np.ndarray]] = {}

    def decode(word: np.ndarray, state: np.ndarray, regions: np.ndarray) -> dict[str, np.ndarray]:
        key = word.tobytes(), state.tobytes()
        if key not in cache:
            cache[key] = decoder(word=word, state=state, regions=regions)
        return cache[key]

    return decode


def search_table(grid: Grid) -> str:
    """CIDEr, a row a beam width, a column a length normalisation."""
    widths, normalisations = (sorted(set(values)) for values in zip(*grid))
    header = ["beam width \\ length normalisation", *map(str, normalisations)]
    return table(header, [[str(width), *(f"{grid[width, n]:.4f}" for n in normalisations)] for width in widths])


def write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
