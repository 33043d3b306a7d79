"""The report of a training: one page with all that is needed to judge it and to repeat it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from captioner.training.confidence import Calibration
from captioner.training.evaluation.evaluate import Grid, score_table, search_table
from captioner.training.evaluation.metrics import METRICS
from captioner.training.evaluation.table import table
from captioner.training.machine import machine, versions

Epoch = dict[str, Any]


def write_report(
    run: Path,
    grid: Grid | None = None,
    calibrations: Mapping[str, Calibration] | None = None,
    others: Sequence[Path] = (),
    parts: Sequence[str] = ("",),
) -> Path:
    """Write run/report/report.md with its plots, curves.png and a reliability.png for each split.

    Args:
        run: a training's folder with settings.json and log.jsonl (a line an epoch: stage, epoch, loss, cider,
            learning_rate, seconds), and in report/ what `score_captions` wrote.
        grid: what `choose_search` found.
        calibrations: what `calibrate` found, by part.
        others: scores.json of other models, for the same table.
        parts: the folders in report/ that `score_captions` wrote to, one for each development split; "" is report/.

    Returns:
        The path of report.md.
    """
    report = run / "report"
    epochs = [json.loads(line) for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    paths = [*(report / part / "scores.json" for part in parts), *others]
    evaluations = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    plot_curves(epochs, report / "curves.png")

    scores = {evaluation["name"]: evaluation["scores"] for evaluation in evaluations}
    ours = evaluations[: len(parts)]
    photos = " and ".join(str(evaluation["photos"]) for evaluation in ours)
    files = [f"{part}/captions.json".lstrip("/") for part in parts]
    sections = {
        "Scores": [
            f"Captions of {photos} development photos by the program as it is shipped, compared with people's. These "
            "photos also chose the epoch and the search, so that others may score lower. All captions are in "
            f"{' and '.join(f'[{file}]({file})' for file in files)}.",
            score_table(scores),
            "95 % confidence intervals, by bootstrap over the photos:",
            interval_table(ours),
        ],
        "Curves": ["![Loss and CIDEr by epoch](curves.png)"],
        "Captions": [paragraph for part in parts for paragraph in sheets(part)],
        "Confidence": [
            paragraph
            for part, calibration in (calibrations or {}).items()
            for paragraph in confidence_section(calibration, report, part)
        ],
        "Search": ["CIDEr with other settings of the beam search.", search_table(grid)] if grid else [],
        "Time": [time_table(epochs)],
        "Settings": [pairs(json.loads((run / "settings.json").read_text(encoding="utf-8")))],
        "Machine and versions": [pairs(machine() | versions())],
    }
    text = ["# Training report", f"Written on {datetime.now():%Y-%m-%d at %H:%M}."]
    for title, content in sections.items():
        text += [f"## {title}", *content] if content else []
    path = report / "report.md"
    path.write_text("\n\n".join(text) + "\n", encoding="utf-8")
    return path


def sheets(part: str) -> list[str]:
    """The contact sheets of a split."""
    heading = [f"### {part}"] if part else []
    folder = f"{part}/" if part else ""
    return [
        *heading,
        f"![Photos with their captions]({folder}contact_sheet.jpg)",
        *(f"The {which} by CIDEr:\n\n![]({folder}{which}.jpg)" for which in ("best", "median", "worst")),
    ]


def interval_table(evaluations: Sequence[Mapping[str, Any]]) -> str:
    return table(
        ["", *METRICS],
        [
            [each["name"], *("{:.3f} to {:.3f}".format(*each["intervals"][metric]) for metric in METRICS)]
            for each in evaluations
        ],
    )


def plot_curves(epochs: Sequence[Epoch], path: Path) -> None:
    """Plot the loss and the development CIDEr of all epochs, one stage after the other."""
    from matplotlib.figure import Figure  # importing it takes a second

    figure = Figure(figsize=(9, 4), layout="constrained")
    numbers = range(1, len(epochs) + 1)
    starts = [n for n in numbers if n == 1 or epochs[n - 1]["stage"] != epochs[n - 2]["stage"]]
    for axes, key, label in zip(figure.subplots(1, 2), ("loss", "cider"), ("training loss", "development CIDEr")):
        axes.plot(numbers, [epoch[key] for epoch in epochs], marker="o")
        for start in starts:
            axes.axvline(start - 0.5, color="grey", linestyle=":")
            stage = epochs[start - 1]["stage"]
            axes.text(start - 0.4, 1.01, stage, color="grey", transform=axes.get_xaxis_transform())
        axes.set(xlabel="epoch", ylabel=label)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)


def confidence_section(calibration: Calibration, report: Path, part: str) -> list[str]:
    """Plot a split's reliability.png: how often captions were right, by how high their confidence was."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":")
    axes.plot(*calibration.bins(), marker="o")
    axes.set(xlabel="confidence", ylabel="captions that describe their photo", xlim=(0, 1), ylim=(0, 1))
    file = f"{part}/reliability.png".lstrip("/")
    figure.savefig(report / file, dpi=120)
    heading = [f"### {part}"] if part else []
    return [*heading, calibration.summary(), calibration.words_table(), f"![Reliability]({file})"]


def time_table(epochs: Sequence[Epoch]) -> str:
    """How many epochs each stage took, and how long."""
    stages = list(dict.fromkeys(epoch["stage"] for epoch in epochs))
    seconds = {stage: [epoch["seconds"] for epoch in epochs if epoch["stage"] == stage] for stage in stages}
    seconds["all"] = [epoch["seconds"] for epoch in epochs]
    rows = [[stage, str(len(each)), str(timedelta(seconds=round(sum(each))))] for stage, each in seconds.items()]
    return table(["stage", "epochs", "h:mm:ss"], rows)


def pairs(content: Mapping[str, object]) -> str:
    return table(["", ""], [[name, str(value)] for name, value in content.items()])
