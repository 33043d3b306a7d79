#!/usr/bin/env bash
# scripts/test.sh [PYTEST OPTION...]: lint, type check and all tests. The first run installs what is missing, in
# .venv-test and by apt-get.
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/environment.sh"

# pycocoevalcap tokenises captions in Java.
command -v java >/dev/null || apt_install default-jre-headless
install_speech
make_environment .venv-test "[test]"
cd "$root"
PATH=$root/.venv-test/bin:$PATH

status=0
ruff check . || status=1
ruff format --check . || status=1
mypy || status=1
[ $status -eq 0 ] || say "ruff or mypy found something, see above."
pytest "$@" || status=$?
exit $status
