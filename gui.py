"""Opens the window: for a double click. `captioner-gui` does the same where the program is installed."""

import sys

from captioner.gui import main

sys.exit(main())
