# Sourced by run.sh and test.sh: a virtual environment with the project in it, made when it is missing or out of date.
# shellcheck shell=bash
set -euo pipefail

root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")

say() { echo "${0##*/}: $*" >&2; }

fail() {
  say "$@"
  exit 1
}

# apt_install PACKAGE...: through sudo only where needed; standard input is left alone, it may be the photo.
apt_install() {
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300) log
  if ! command -v apt-get >/dev/null; then
    say "please install $* and try again."
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      say "please run 'apt-get install $*' as root and try again."
      return 1
    fi
    apt=(sudo "${apt[@]}")
  fi
  say "installing $* with apt-get."
  log=$(mktemp)
  if ! { "${apt[@]}" update && "${apt[@]}" install --yes --no-install-recommends "$@"; } </dev/null >"$log" 2>&1; then
    say "apt-get could not install $*: check the network connection and try again; its messages are in $log."
    return 1
  fi
  rm "$log"
}

# need COMMAND:PACKAGE...: installs the packages of the commands that are missing.
need() {
  local pair packages=()
  for pair in "$@"; do
    command -v "${pair%:*}" >/dev/null || packages+=("${pair#*:}")
  done
  [ ${#packages[@]} -eq 0 ] || apt_install "${packages[@]}"
}

# need_tk FOLDER: Tk for the environment in FOLDER; it is part of Python, but not of Debian's.
need_tk() {
  local python
  python=$(readlink -f "$root/$1/bin/python")
  if ! [ -e "$root/$1/has-tk" ]; then
    if ! "$python" -c 'import tkinter' 2>/dev/null; then
      case $python in
        "$(readlink -f /usr/bin/python3)") apt_install python3-tk || return ;;
        /usr/bin/*) apt_install "${python##*/}-tk" || return ;;
        *)
          say "the window needs Tk, which $python lacks: install a Python that has it, delete $root/$1 and try again."
          return 1
          ;;
      esac
    fi
    touch "$root/$1/has-tk" # looked for only once
  fi
}

# find_python: prints the first Python that can run both LiteRT and TensorFlow, the system's own if it will do.
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

# make_environment FOLDER EXTRAS: FOLDER in the project gets the project, editable, with EXTRAS ("" or "[test]").
make_environment() {
  local folder=$1 extras=$2 python log made_from
  local stamp=$root/$folder/made-from
  made_from=$(cksum "$root/setup.cfg" "$root/pyproject.toml") # with the path: an environment cannot be moved
  if [ -x "$root/$folder/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$made_from" ]; then
    return
  fi

  python=$(find_python) || {
    apt_install python3 python3-venv
    python=$(find_python) || fail "this needs Python 3.10 to 3.13: install one of them and try again."
  }
  # Debian keeps this part of Python in a package of its own.
  "$python" -c 'import ensurepip' 2>/dev/null ||
    apt_install "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"

  say "installing the project$extras in $root/$folder, once; this can take some minutes."
  log=$(mktemp)
  rm -f "$stamp"
  {
    "$python" -m venv --clear "$root/$folder" &&
      "$root/$folder/bin/python" -m pip install --disable-pip-version-check --editable "$root$extras"
  } </dev/null >"$log" 2>&1 ||
    fail "pip could not install the project: check the network connection and the space on the disk, and try again;" \
      "its messages are in $log."
  rm "$log"
  # Last, so that an interrupted installation is never taken for a whole one.
  echo "$made_from" >"$stamp"
}
