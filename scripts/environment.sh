# Sourced by run.sh and test.sh: makes the virtual environment with the project in it if it is missing or out of date.
# shellcheck shell=bash
set -euo pipefail

root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")

say() { echo "${0##*/}: $*" >&2; }

fail() {
  say "$@"
  exit 1
}

# apt_install PACKAGE...: uses sudo only where needed. It does not read standard input, which may be the photo.
apt_install() {
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300) log
  if ! command -v apt-get >/dev/null; then
    say "This needs $*. Install the packages and try again."
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      say "This needs $*. Run 'apt-get install $*' as root and try again."
      return 1
    fi
    apt=(sudo "${apt[@]}")
  fi
  say "Installing $* with apt-get."
  log=$(mktemp)
  if ! { "${apt[@]}" update && "${apt[@]}" install --yes --no-install-recommends "$@"; } </dev/null >"$log" 2>&1; then
    say "apt-get could not install $*. Check the network connection and try again. Its messages are in $log."
    return 1
  fi
  rm "$log"
}

# need COMMAND:PACKAGE...: installs the package of each command that is missing.
need() {
  local pair packages=()
  for pair in "$@"; do
    command -v "${pair%:*}" >/dev/null || packages+=("${pair#*:}")
  done
  [ ${#packages[@]} -eq 0 ] || apt_install "${packages[@]}"
}

# need_tk FOLDER: makes sure that the environment in FOLDER has Tk, which Debian packages apart from Python.
need_tk() {
  local python
  python=$(readlink -f "$root/$1/bin/python")
  if ! [ -e "$root/$1/has-tk" ]; then
    if ! "$python" -c 'import tkinter' 2>/dev/null; then
      case $python in
        "$(readlink -f /usr/bin/python3)") apt_install python3-tk || return ;;
        /usr/bin/*) apt_install "${python##*/}-tk" || return ;;
        *)
          say "The window needs Tk, which $python lacks. Install a Python that has it, delete $root/$1 and try again."
          return 1
          ;;
      esac
    fi
    touch "$root/$1/has-tk" # so that this is checked only once
  fi
}

# find_python: prints the first Python that can run both LiteRT and TensorFlow; the system's own comes first.
find_python() {
  local python
  for python in python3 python3.13 python3.12 python3.11 python3.10; do
    if "$python" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' 2>/dev/null; then
      echo "$python"
      return
    fi
  done
  return 1
}

# make_environment FOLDER EXTRAS: installs the project in FOLDER, in editable mode, with EXTRAS ("" or "[test]").
make_environment() {
  local folder=$1 extras=$2 python log made_from
  local stamp=$root/$folder/made-from
  made_from=$(cksum "$root/setup.cfg" "$root/pyproject.toml") # includes the path, because an environment cannot be moved
  if [ -x "$root/$folder/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$made_from" ]; then
    return
  fi

  python=$(find_python) || {
    apt_install python3 python3-venv
    python=$(find_python) || fail "This needs Python 3.10 to 3.13. Install one of them and try again."
  }
  # Debian packages this part of Python separately.
  "$python" -c 'import ensurepip' 2>/dev/null ||
    apt_install "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"

  say "Installing the project$extras in $root/$folder. This happens once and can take some minutes."
  log=$(mktemp)
  rm -f "$stamp"
  {
    "$python" -m venv --clear "$root/$folder" &&
      "$root/$folder/bin/python" -m pip install --disable-pip-version-check --editable "$root$extras"
  } </dev/null >"$log" 2>&1 ||
    fail "pip could not install the project. Check the network connection and the free disk space, and try again." \
      "Its messages are in $log."
  rm "$log"
  # Last, so that an interrupted installation never counts as complete.
  echo "$made_from" >"$stamp"
}
