"""The report of a training: one page with all that is needed to judge it and to repeat it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from captioner.training.confidence import Calibration
from captioner.training.evaluate import Grid, score_table, search_table
from captioner.training.machine import machine, versions
from captioner.training.metrics import METRICS
from captioner.training.table import table

Epoch = dict[str, Any]


def write_report(
    run: Path, grid: Grid | None = None, calibration: Calibration | None = None, others: Sequence[Path] = ()
) -> Path:
    """Write run/report/report.md with its plots, curves.png and reliability.png.

    Args:
        run: a training's folder with settings.json and log.jsonl (a line an epoch: stage, epoch, loss, cider,
            learning_rate, seconds), and in report/ what `evaluate` wrote.
        grid: what `choose_search` found.
        calibration: what `calibrate` found.
        others: scores.json of other models, for the same table.

    Returns:
        The path of report.md.
    """
    report = run / "report"
    epochs = [json.loads(line) for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    evaluations = [json.loads(path.read_text(encoding="utf-8")) for path in (report / "scores.json", *others)]
    plot_curves(epochs, report / "curves.png")

    scores = {evaluation["name"]: evaluation["scores"] for evaluation in evaluations}
    sections = {
        "Scores": [
            f"Captions of {evaluations[0]['photos']} development photos by the program as it is shipped, against those "
            "that people gave them. These photos also chose the epoch and the search, so others may score lower. "
            "[captions.json](captions.json) has all captions.",
            score_table(scores),
            "95 % confidence intervals, by bootstrap over the photos:",
            interval_table(evaluations[0]),
        ],
        "Curves": ["![Loss and CIDEr by epoch](curves.png)"],
        "Captions": [
            "![Photos with their captions](contact_sheet.jpg)",
            *(f"The {which} by CIDEr:\n\n![]({which}.jpg)" for which in ("best", "median", "worst")),
        ],
        "Confidence": confidence_section(calibration, report) if calibration else [],
        "Search": ["CIDEr with other settings of the beam search.", search_table(grid)] if grid else [],
        "Time": [time_table(epochs)],
        "Settings": [pairs(json.loads((run / "settings.json").read_text(encoding="utf-8")))],
        "Machine and versions": [pairs(machine() | versions())],
    }
    parts = ["# Training report", f"Written on {datetime.now():%Y-%m-%d at %H:%M}."]
    for title, content in sections.items():
        parts += [f"## {title}", *content] if content else []
    path = report / "report.md"
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return path


def interval_table(evaluation: Mapping[str, Any]) -> str:
    intervals = evaluation["intervals"]
    return table(["", *METRICS], [[evaluation["name"], *("{:.3f} to {:.3f}".format(*intervals[m]) for m in METRICS)]])


def plot_curves(epochs: Sequence[Epoch], path: Path) -> None:
    """Plot the loss and the development CIDEr of all epochs, one stage after the other."""
    from matplotlib.figure import Figure  # takes a second, and no window is wanted

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


def confidence_section(calibration: Calibration, report: Path) -> list[str]:
    """Plot reliability.png: how often captions were right by how sure the captioner was."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":")
    axes.plot(*calibration.bins(), marker="o")
    axes.set(xlabel="confidence", ylabel="captions that describe their photo", xlim=(0, 1), ylim=(0, 1))
    figure.savefig(report / "reliability.png", dpi=120)
    return [calibration.summary(), calibration.words_table(), "![Reliability](reliability.png)"]


def time_table(epochs: Sequence[Epoch]) -> str:
    """How many epochs each stage took, and how long."""
    stages = list(dict.fromkeys(epoch["stage"] for epoch in epochs))
    seconds = {stage: [epoch["seconds"] for epoch in epochs if epoch["stage"] == stage] for stage in stages}
    seconds["all"] = [epoch["seconds"] for epoch in epochs]
    rows = [[stage, str(len(each)), str(timedelta(seconds=round(sum(each))))] for stage, each in seconds.items()]
    return table(["stage", "epochs", "h:mm:ss"], rows)


def pairs(content: Mapping[str, object]) -> str:
    return table(["", ""], [[name, str(value)] for name, value in content.items()])
