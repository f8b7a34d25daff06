#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Serves an app to the people of the tailnet only, by HTTPS: heroku-tailscale-serve.sh PORT [COMMAND...]
#
# PORT is where COMMAND, or whatever else the script that calls this one starts, listens on localhost. README.md has the
# variables. Takes Tailscale's own package (TAILSCALE_BUILD_TS_VERSION).
set -euo pipefail

log() { echo "-----> $*" >&2; }
die() {
  echo " !     $*" >&2
  exit 1
}

port=${1:-}
[[ $port =~ ^[0-9]+$ ]] || die "Usage: heroku-tailscale-serve.sh PORT [COMMAND...]"
shift
name=${TAILSCALE_SERVE_HOSTNAME:-${TAILSCALE_HOSTNAME:-${HEROKU_APP_NAME:-}}}
[ -n "$name" ] || die "Set TAILSCALE_SERVE_HOSTNAME to the name that the app is to have on the tailnet."
[ ! -L "$HOME/vendor/tailscale/tailscale" ] ||
  die "Our build of Tailscale cannot serve: set TAILSCALE_BUILD_TS_VERSION and build again."
heroku-tailscale-start.sh

# A member of `spacetail status --json` that is a text.
fact() { spacetail status --json | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

suffix=$(fact name)
suffix=${suffix#*.}
full=$name.$suffix
export CERTIFICATE_FILE=$TS_STATE_DIR/certs/$full.crt
export CERTIFICATE_KEY_FILE=$TS_STATE_DIR/certs/$full.key
mkdir -p "$TS_STATE_DIR/certs"

# Runs the user's command $2 to do $1.
run() {
  if [ -z "$2" ]; then
    log "No command to $1."
  elif ! bash -c "$2" >&2; then
    log "The command to $1 failed."
    return 1
  fi
}

# 1. The certificate that another dyno has got.
run "restore the certificate (TAILSCALE_CERTIFICATE_RESTORE)" "${TAILSCALE_CERTIFICATE_RESTORE:-}" || true

# 2. The dyno that had the name before.
if [ -n "${TAILSCALE_OAUTH_CLIENT_SECRET:-}${TS_OAUTH_CLIENT_SECRET:-}${TS_CLIENT_SECRET:-}" ]; then
  spacetail revoke "$name"
else
  log "Without an OAuth client, nobody removes the machine that is called $name now."
fi

# 3. This one gets the name, as soon as the control server knows.
tailscale set --hostname="$name"
for ((i = 0; i < 300; i += 1)); do
  [ "$(fact name)" != "$full" ] || break
  sleep 0.1
done
[ "$(fact name)" = "$full" ] || die "This dyno is called $(fact name): another machine is called $full."

# 4. A certificate that is valid, perhaps the one that was restored.
copies=$(mktemp -d)
tailscale cert --cert-file="$copies/crt" --key-file="$copies/key" "$full" >&2
rm -rf "$copies"

# 5. For the next dyno.
run "store the certificate (TAILSCALE_CERTIFICATE_STORE)" "${TAILSCALE_CERTIFICATE_STORE:-}" || true

# 6. The port, for the tailnet.
tailscale serve --bg --https=443 "http://127.0.0.1:$port" >&2
tailscale serve status >&2

# 7. What listens there.
if [ $# -gt 0 ]; then exec "$@"; fi
