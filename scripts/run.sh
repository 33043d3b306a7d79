#!/usr/bin/env bash
# scripts/run.sh [PHOTO...]: captions photos, a sample photo if none is named. Takes the options of `captioner` too.
# The first run installs what is missing, in .venv and by apt-get; later ones start at once.
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/environment.sh"

install_speech
make_environment .venv ""
[ $# -gt 0 ] || set -- "$root/assets/photographer.jpg"
exec "$root/.venv/bin/captioner" "$@"
