#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts this dyno on the tailnet, and returns when traffic flows, or after TAILSCALE_TIMEOUT. Does nothing without a
# credential, or if the dyno is on the tailnet already. Read with `.`, it also points programs at the tunnel.

# In a shell that reads this file, which goes on whatever happens.
if [ "${BASH_SOURCE[0]}" != "$0" ]; then
  if bash "${BASH_SOURCE[0]}" --quiet; then
    : "${ALL_PROXY=http://$TS_OUTBOUND_HTTP_PROXY_LISTEN}" "${all_proxy=$ALL_PROXY}"
    NO_PROXY=$(spacetail env NO_PROXY)
    no_proxy=$NO_PROXY
    export ALL_PROXY all_proxy NO_PROXY no_proxy
  fi
  return 0
fi

log() { echo "-----> $*" >&2; }

# Whether one of the variables is set.
any() {
  local name
  for name in "$@"; do if [ -n "${!name:-}" ]; then return 0; fi; done
  return 1
}

if ! any TAILSCALE_AUTH_KEY TAILSCALE_OAUTH_CLIENT_SECRET TS_AUTHKEY TS_AUTH_KEY TS_OAUTH_CLIENT_SECRET \
  TS_CLIENT_SECRET TS_CLIENT_ID; then
  [ "${1:-}" = --quiet ] || log "Set TAILSCALE_AUTH_KEY to put this dyno on the tailnet."
  exit 3
fi

# `up` waits for the tunnel that the process $1 keeps, and says why it cannot be used.
await() { spacetail up --watch "$1"; }

# The process that keeps the tunnel; nothing if there is none.
keeper() { spacetail status --json 2>/dev/null | sed -n 's/.*"serve":\([0-9]*\).*/\1/p'; }

serve=$(keeper)
if [ -n "$serve" ]; then
  await "$serve"
  exit
fi

if ! any TAILSCALE_HOSTNAME TS_HOSTNAME && any HEROKU_APP_NAME; then
  commit=${HEROKU_SLUG_COMMIT:-${HEROKU_BUILD_COMMIT:-}}
  export TS_HOSTNAME=${commit:0:8}-${DYNO:-}-$HEROKU_APP_NAME
fi

# The file that proxychains reads names the port that listens.
conf=$HOME/vendor/proxychains-ng/conf/proxychains.conf
if [ "${TS_SOCKS5_SERVER##*:}" != 1055 ] && [ -w "$conf" ]; then
  sed -i "s/^socks5 127\.0\.0\.1 .*/socks5 127.0.0.1 ${TS_SOCKS5_SERVER##*:}/" "$conf"
fi

case ${TAILSCALED_VERBOSE:-0} in 0) ;; *) export TS_SHOW_DAEMON_LOG=true ;; esac

# In a session of its own, so that Ctrl-C in `heroku run` does not end it.
if [[ ${DYNO:-} == run.* ]]; then
  # Somebody works in this terminal. `spacetail logs` shows the rest.
  output=$(mktemp)
  setsid spacetail serve </dev/null >"$output" 2>&1 &
else
  output=
  setsid spacetail serve </dev/null >&2 &
fi
serve=$!

# Until the tunnel can be found.
until [[ $(spacetail status --json 2>/dev/null) != '{"state":"down"}' ]] || ! kill -0 "$serve" 2>/dev/null; do
  sleep 0.05
done
on=false
if ! kill -0 "$serve" 2>/dev/null; then
  # It has said why.
  :
elif [ -n "$output" ]; then
  if await "$serve"; then on=true; fi
else
  # It has lines of its own.
  if said=$(await "$serve" 2>&1); then
    on=true
  elif kill -0 "$serve" 2>/dev/null; then
    echo "$said" >&2
  fi
fi
if kill -0 "$serve" 2>/dev/null; then
  $on || log "This dyno starts without the tailnet, and goes on trying to get there."
  status=0
else
  [ -z "$output" ] || grep '^spacetail:' "$output" >&2
  log "This dyno starts without the tailnet."
  status=1
fi
[ -z "$output" ] || rm -f "$output"
exit "$status"
