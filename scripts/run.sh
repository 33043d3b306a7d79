#!/usr/bin/env bash
# scripts/run.sh [PHOTO...]: opens the window. Without a display, or with options, runs the command `captioner` instead,
# which captions a sample photo if none is named. The first run installs what is missing, in .venv and with apt-get.
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/environment.sh"

# need_speech: installs a voice, an audio player, and xclip, which reads pictures from the clipboard. This is tried only
# once: the window works without them and says how to install them.
need_speech() {
  if [[ $OSTYPE == linux* ]] && ! [ -e "$root/.venv/has-speech" ]; then
    need espeak-ng:espeak-ng aplay:alsa-utils xclip:xclip || say "Captions work without speech."
    touch "$root/.venv/has-speech"
  fi
}

display=${DISPLAY:-}
# On a Mac, only somebody who is not logged in over SSH can see windows.
[[ $OSTYPE != darwin* || -n ${SSH_CONNECTION:-} ]] || display=mac
if [ -z "$display" ] && [ -n "${WAYLAND_DISPLAY:-}" ]; then
  say "The window needs Xwayland. Install the package xwayland, log in again and try again."
fi

command=captioner-gui
[ -n "$display" ] || command=captioner
for argument in "$@"; do
  case $argument in
    -*) command=captioner ;; # only the command takes options, and a photo from standard input
  esac
done

make_environment .venv "[ocr]"
if [ $command = captioner-gui ] && need_tk .venv; then
  need_speech
  exec "$root/.venv/bin/captioner-gui" "$@"
fi
case " $* " in
  *" --speak "* | *" --save-speech "*) need_speech ;;
esac
[ $# -gt 0 ] || set -- "$root/assets/photographer.jpg"
exec "$root/.venv/bin/captioner" "$@"
