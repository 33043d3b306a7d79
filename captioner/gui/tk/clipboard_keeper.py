"""The process that keeps what was copied, after the program has ended, until something else is copied.

It reads a JSON object from standard input, {"text": ..., "html": ...}, and writes a line when it has taken over.
"""

import json
import sys
import tkinter as tk

from captioner.gui.tk.clipboard import offer


def main() -> None:
    contents = json.loads(sys.stdin.buffer.readline())
    root = tk.Tk(className="captioner-clipboard")
    root.withdraw()
    offer(root, contents["text"], contents["html"], lost=root.quit)
    root.update()
    print("kept", flush=True)
    sys.stdout.close()
    root.mainloop()


if __name__ == "__main__":
    main()
