#!/usr/bin/env python3
"""Opens the window: for a double click. `captioner-gui` does the same where the program is installed."""

import os
import sys
from pathlib import Path

environment = Path(__file__).resolve().parent / ".venv"
python = environment / ("Scripts/pythonw.exe" if os.name == "nt" else "bin/python")

if sys.prefix == sys.base_prefix and python.exists():
    # A double click starts the system's Python, but what the window needs is in the environment.
    command = [str(python), __file__, *sys.argv[1:]]
    if os.name != "nt":
        os.execv(python, command)
    import subprocess

    sys.exit(subprocess.call(command))  # execv splits arguments at spaces there

from captioner.gui import main  # noqa: E402

sys.exit(main())
