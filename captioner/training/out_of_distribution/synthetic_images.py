"""Synthetic images of kinds that the training photos lack but users have; the same ones every time.

The drawn food and landscapes are crude; they represent pictures of a single thing, without people.
"""

from collections.abc import Callable, Iterator

from PIL import Image

from captioner.training.out_of_distribution import documents, scenes

DRAWINGS: dict[str, tuple[Callable[[], Image.Image], ...]] = {
    "screenshot": (
        documents.login,
        documents.editor,
        documents.spreadsheet,
        documents.chat,
        documents.web_page,
        documents.terminal,
    ),
    "document": (
        documents.letter,
        documents.paper,
        documents.invoice,
        documents.form,
        documents.slide,
        documents.sheet_of_music,
    ),
    "scan": (documents.receipt, documents.skewed_scan, documents.faded_copy, documents.code_square),
    "chart": (
        documents.bars,
        documents.lines,
        documents.pie,
        documents.scatter,
        documents.heat_map,
        documents.flow_chart,
        documents.street_map,
    ),
    "drawing": (scenes.house, scenes.stick_figures, scenes.smiley, scenes.fish, scenes.triangles, scenes.floor_plan),
    "food": (scenes.peas, scenes.salad, scenes.fried_eggs, scenes.pizza, scenes.soup),
    "landscape": (scenes.mountains, scenes.sea_at_sunset, scenes.dunes, scenes.clouds, scenes.meadow),
    "texture": (scenes.wood, scenes.marble, scenes.woven),
    "nothing": (
        scenes.black,
        scenes.white,
        scenes.grey_noise,
        scenes.colour_noise,
        scenes.blend,
        scenes.stripes,
        scenes.finger_on_the_lens,
    ),
    "science": (scenes.x_ray, scenes.stars, scenes.bacteria, scenes.ultrasound),
}


def synthetic_images() -> Iterator[tuple[str, str, Image.Image]]:
    """Every image: its kind, its name and itself, RGB."""
    for kind, drawings in DRAWINGS.items():
        for drawing in drawings:
            yield kind, drawing.__name__, drawing()
