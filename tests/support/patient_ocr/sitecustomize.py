"""Lets programs that have this folder in PYTHONPATH wait for the text recogniser, however busy the computer is."""

import sys

if not any(argument.endswith(".worker") for argument in sys.orig_argv):  # workers get these limits from the program
    from captioner.ocr import reader

    reader.START_TIMEOUT = reader.PICTURE_TIMEOUT = reader.LINES_SECONDS = 150.0
