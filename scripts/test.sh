#!/usr/bin/env bash
# scripts/test.sh [--quick] [PYTEST OPTION...]: lint, types, import rules and all tests; with --quick, only the quick
# tests of single modules. The first run installs what is missing, in .venv-test and with apt-get.
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/environment.sh"

if [ "${1:-}" = --quick ]; then
  # Importing TensorFlow alone takes seconds.
  set -- tests/unit --ignore tests/unit/training -m "not slow" "${@:2}"
fi

# The tests of the window use a screen of their own with a window manager, real keys and a real voice; those of the
# launcher use a desktop's tools; pycocoevalcap tokenizes captions in Java; ExifTool saves captions in photos, and Exiv2
# reads them there; those of the server use curl and a real browser.
need Xvfb:xvfb openbox:openbox xdotool:xdotool xprop:x11-utils xclip:xclip espeak-ng:espeak-ng aplay:alsa-utils \
  speech-dispatcher:speech-dispatcher \
  desktop-file-validate:desktop-file-utils gio:libglib2.0-bin java:default-jre-headless \
  exiftool:libimage-exiftool-perl exiv2:exiv2 curl:curl
need chromium:chromium || say "The tests of the page are skipped." # Ubuntu has no such package
make_environment .venv-test "[test]"
need_tk .venv-test
cd "$root"
PATH=$root/.venv-test/bin:$PATH

status=0
ruff check . || status=1
ruff format --check . || status=1
mypy || status=1
lint-imports || status=1
[ $status -eq 0 ] || say "ruff, mypy or import-linter found problems, see above."
# Two at a time, because most tests wait for a window or a voice.
pytest --numprocesses 2 --dist worksteal "$@" || status=$?
exit $status
