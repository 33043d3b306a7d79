#!/usr/bin/env bash
# scripts/run.sh [PHOTO...]: opens the window. Where there is no display, or with options, it is the command `captioner`
# and captions a sample photo if none is named. The first run installs what is missing, in .venv and by apt-get; later
# ones start at once.
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/environment.sh"

# need_speech: a voice, a player for it, and what reads pictures from the clipboard. Tried only once: the window works
# without them, and tells how to install them.
need_speech() {
  if [[ $OSTYPE == linux* ]] && ! [ -e "$root/.venv/has-speech" ]; then
    need espeak-ng:espeak-ng aplay:alsa-utils xclip:xclip || say "captions go on without speech."
    touch "$root/.venv/has-speech"
  fi
}

display=${DISPLAY:-}
# A Mac shows windows to who sits before it.
[[ $OSTYPE != darwin* || -n ${SSH_CONNECTION:-} ]] || display=mac
if [ -z "$display" ] && [ -n "${WAYLAND_DISPLAY:-}" ]; then
  say "the window needs Xwayland: install the package xwayland, log in again and try again."
fi

command=captioner-gui
[ -n "$display" ] || command=captioner
for argument in "$@"; do
  case $argument in
    -*) command=captioner ;; # options are the command's, and so is a photo from standard input
  esac
done

make_environment .venv ""
if [ $command = captioner-gui ] && need_tk .venv; then
  need_speech
  exec "$root/.venv/bin/captioner-gui" "$@"
fi
case " $* " in
  *" --speak "* | *" --save-speech "*) need_speech ;;
esac
[ $# -gt 0 ] || set -- "$root/assets/photographer.jpg"
exec "$root/.venv/bin/captioner" "$@"
