"""A complete training: from folders of captioned photos to a weights folder that the program runs, and a report."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from captioner.model.pipeline import Pipeline
from captioner.model.text import sentence
from captioner.model.weights import open_weights
from captioner.training import checkpoint
from captioner.training.captions_file import DatasetError
from captioner.training.confidence import Calibration, calibrate
from captioner.training.dataset import Example, load_datasets
from captioner.training.evaluation.encoded import encode_splits, search_split
from captioner.training.evaluation.evaluate import Captioned, Grid, choose_search, score_captions, write_json
from captioner.training.evaluation.metrics import check_java
from captioner.training.evaluation.report import write_report
from captioner.training.export import export
from captioner.training.reranker import fit_reranker
from captioner.training.settings import Settings
from captioner.training.train import train

# With fewer development photos than this, the search settings and the confidence stay as they are in the weights that
# the training started from: so few photos would set them by chance.
MIN_PHOTOS_TO_CHOOSE = 100


def run(folders: Sequence[Path], settings: Settings, out: Path, others: Sequence[Path] = ()) -> Path:
    """Train, export the weights to out/weights, and write the report to out/report. Started again, it continues.

    Args:
        folders: of captioned photos, see `load_dataset`.
        settings: what to train and how.
        out: the run folder, made if it is missing.
        others: run folders of other trainings, for the report's table.

    Returns:
        The path of the report.

    Raises:
        CaptionerError: the data, the settings or a photo can't be used, or there is no Java for the scores.
    """
    check_java()  # before the training, not when it is time for the scores
    if settings.mix and len(settings.mix) != len(folders):
        raise DatasetError("Give --mix as many numbers as there are --data folders.")
    datasets = load_datasets(folders)
    training = train(datasets, settings, out)
    weights, start = out / "weights", Path(settings.start_from) if settings.start_from else None
    export(
        training.encoder,
        training.decoder,
        training.vocabulary,
        weights,
        name=out.name,
        max_length=settings.max_length,
    )
    checkpoint.save(weights / "checkpoint.npz", checkpoint.halved(training.weights()))
    fit_reranker(weights, training.examples, start)
    few = sum(map(len, training.development.values())) < MIN_PHOTOS_TO_CHOOSE
    grid, calibrations = measure(weights, training.development, out, start if few else None)
    scores = [path for folder in others for path in sorted((folder / "report").rglob("scores.json"))]
    return write_report(out, grid, calibrations, scores, tuple(report_parts(training.development).values()))


def measure(
    weights: Path, development: Mapping[str, list[Example]], out: Path, keep: Path | None
) -> tuple[Grid | None, dict[str, Calibration]]:
    """Choose the search settings, fit the confidence, and score each development split, encoding each photo once.

    Args:
        weights: the weights folder.
        development: each data folder's development split.
        out: the run folder.
        keep: a weights folder whose search settings and confidence to keep; None to find better ones.

    Returns:
        What `choose_search` and, by part of the report, `calibrate` found.
    """
    if keep:
        old, path = open_weights(keep), weights / "model.json"
        kept = {name: getattr(old, name) for name in ("beam_width", "length_normalisation", "confidence")}
        write_json(path, json.loads(path.read_text(encoding="utf-8")) | kept)
    parts = report_parts(development)
    with tempfile.TemporaryDirectory(dir=out) as folder:
        splits = encode_splits(Pipeline(open_weights(weights)), development, Path(folder))
        grid = None if keep else choose_search(weights, splits)
        pipeline = Pipeline(open_weights(weights))
        found = {name: search_split(pipeline, split) for name, split in splits.items()}
        calibrations = {} if keep else calibrate(weights, splits, found)
        if calibrations:  # what it found decides which captions are shortened
            pipeline = Pipeline(open_weights(weights))
            found = {name: search_split(pipeline, split) for name, split in splits.items()}
    for name, examples in development.items():
        best = [hypotheses[0] for hypotheses in found[name]]
        captions = [Captioned(sentence(pipeline.vocabulary.decode(h.words)), h.log_probability) for h in best]
        row = f"{out.name}, {name}" if parts[name] else out.name
        score_captions(examples, captions, out / "report" / parts[name], row)
    return grid, {parts[name]: calibration for name, calibration in calibrations.items()}


def report_parts(development: Mapping[str, list[Example]]) -> dict[str, str]:
    """By data folder, the folder of the report that its scores go to: the report itself where there is only one."""
    return {name: name if len(development) > 1 else "" for name in development}
