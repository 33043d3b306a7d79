"""Hides the text recogniser from programs that have this folder in PYTHONPATH, as if its extra were not installed."""

import sys

sys.modules["rapidocr"] = None  # type: ignore[assignment]
