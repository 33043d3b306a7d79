import io
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from captioner.photos import decode, formats
from captioner.photos.formats import COMMON, FORMATS, MIME_TYPES, RAW, SUFFIXES
from tests.support.photos import read_photo
from tests.unit.photos.test_load import halves, raw

ROOT = Path(__file__).parents[3]
# Pillow only recognises these, starts another program for them, or reads them on Windows alone.
UNREADABLE = {"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "PDF", "WMF"}

decode.load_plugins()
# Those that Pillow can write, or a test.
MADE_HERE = [format for format in FORMATS if format.name in Image.SAVE or format.name == RAW]


def test_lists_the_formats_that_the_worker_knows_and_no_others():
    readable = set(decode.load_plugins())
    assert readable == set(Image.OPEN) - UNREADABLE
    assert readable == {format.name for format in FORMATS} - {RAW}
    assert readable >= set(COMMON)


def test_lists_every_suffix_and_type_that_pillow_has_for_them():
    decode.load_plugins()
    readable = {format.name for format in FORMATS} | {"MPO"}
    assert {suffix for suffix, name in Image.registered_extensions().items() if name in readable} <= set(SUFFIXES)
    assert {mime_type for name, mime_type in Image.MIME.items() if name in readable} <= set(MIME_TYPES)


def test_lists_nothing_twice():
    assert len(SUFFIXES) == len(set(SUFFIXES))
    assert len(MIME_TYPES) == len(set(MIME_TYPES))


@pytest.mark.parametrize("format", MADE_HERE, ids=lambda format: format.name)
def test_a_file_with_any_of_its_suffixes_is_read(format, tmp_path):
    """The suffix may not matter, not even where Pillow knows it as another format's."""
    if format.name == RAW:
        preview = io.BytesIO()
        halves("red", "blue").save(preview, "JPEG")
        content = raw(preview.getvalue())
    else:
        file = io.BytesIO()
        mode = {"BLP": "P", "MSP": "1", "XBM": "1", "SPIDER": "F"}.get(format.name, "RGB")
        halves("red", "blue").convert(mode).save(file, format.name)
        content = file.getvalue()
    for suffix in format.suffixes:
        path = tmp_path / f"photo{suffix}"
        path.write_bytes(content)
        assert read_photo(path).ndim == 3


def test_an_icon_is_not_taken_for_another_format():
    """TGA has no beginning of its own, and an icon begins like one."""
    file = io.BytesIO()
    halves("red", "blue").save(file, "ICO", sizes=[(64, 32)])
    assert read_photo(file.getvalue()).shape == (32, 64, 3)


def test_importing_the_list_loads_neither_pillow_nor_numpy():
    probe = f"import sys; import {formats.__name__}; print({{'PIL', 'numpy', 'tkinter'}} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
