"""The process between the program and ExifTool, which would otherwise wait for ever if the program were killed.

It passes its input on to ExifTool, which answers directly. When its standard input ends, it ends ExifTool.
"""

import os
import shutil
import subprocess
import sys
import threading

# Without its configuration file, which is a program. File names are UTF-8 on Windows; elsewhere they are bytes.
OPTIONS = ("-config", "", "-stay_open", "True", "-@", "-", "-common_args", "-charset", "filename=utf8")


def main() -> None:
    program = shutil.which("exiftool")
    if program is None:
        return
    exiftool = subprocess.Popen([program, *OPTIONS], stdin=subprocess.PIPE, stderr=subprocess.STDOUT)
    threading.Thread(target=lambda: os._exit(exiftool.wait() and 1), daemon=True).start()
    assert exiftool.stdin
    try:
        while order := os.read(sys.stdin.fileno(), 65536):
            exiftool.stdin.write(order)
            exiftool.stdin.flush()
    finally:
        exiftool.kill()


if __name__ == "__main__":
    main()
