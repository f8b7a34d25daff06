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

# What this machine is called, with the domain of the tailnet. Peers have names after it.
own_name() { spacetail status --json | grep -o '"name":"[^"]*"' | sed -n '1s/.*:"\(.*\)"/\1/p' || true; }

own=$(own_name)
[ -n "$own" ] || die "This dyno is not on the tailnet."
full=$name.${own#*.}
export CERTIFICATE_FOLDER=$TS_STATE_DIR/certs
export CERTIFICATE_FILE=$CERTIFICATE_FOLDER/$full.crt
export CERTIFICATE_KEY_FILE=$CERTIFICATE_FOLDER/$full.key
(umask 077 && mkdir -p "$CERTIFICATE_FOLDER")

# Runs the user's command $2 to do $1.
run() {
  if [ -z "$2" ]; then
    log "No command to $1."
  elif ! (umask 077 && bash -c "$2" >&2); then
    log "The command to $1 failed."
  fi
}

# Asks for the name $1 until the name of this machine is the pattern $2, as soon as the control server knows.
call() {
  tailscale set --hostname="$1"
  for ((i = 0; i < 300; i += 1)); do
    # shellcheck disable=SC2053
    [[ $(own_name) != $2 ]] || return 0
    sleep 0.1
  done
  die "This dyno is called $(own_name), although it asks for $1."
}

# 1. The certificate that another dyno has got.
run "restore the certificate (TAILSCALE_CERTIFICATE_RESTORE)" "${TAILSCALE_CERTIFICATE_RESTORE:-}"

# 2. The dyno that had the name before.
if [ -n "${TAILSCALE_OAUTH_CLIENT_SECRET:-}${TS_OAUTH_CLIENT_SECRET:-}${TS_CLIENT_SECRET:-}" ]; then
  spacetail revoke "$name"
else
  log "Without an OAuth client, nobody removes the machine that is called $name now."
fi

# 3. This one gets the name.
case $own in
  "$full") ;;
  "$name"-*)
    # It has asked for this name while the other machine had it. Asking for it again would change nothing.
    call "$name-moves" "$name-moves*"
    call "$name" "$full"
    ;;
  *) call "$name" "$full" ;;
esac

# 4. A certificate that is valid, perhaps the one that was restored. One that is due is renewed here: tailscaled would
# do it in the background, after step 5, and so would every dyno that restores the old one.
certificate() {
  local copies status=0
  copies=$(mktemp -d)
  tailscale cert --cert-file="$copies/crt" --key-file="$copies/key" "$@" "$full" >&2 || status=$?
  rm -rf "$copies"
  return "$status"
}
# The right to certificates for the new name may come a moment after the name.
for ((i = 0; i < 100; i += 1)); do
  ! tailscale status --json --peers=false | grep -A 9 '"CertDomains"' | grep -F "\"$full\"" >/dev/null || break
  sleep 0.1
done
if ! certificate --min-validity=840h; then
  certificate || die "There is no certificate for $full."
  log "The certificate could not be renewed: the old one is used until it expires."
fi

# 5. For the next dyno.
run "store the certificate (TAILSCALE_CERTIFICATE_STORE)" "${TAILSCALE_CERTIFICATE_STORE:-}"

# 6. The port, for the tailnet.
tailscale serve --bg --https=443 "http://127.0.0.1:$port" >&2
tailscale serve status >&2

# 7. What listens there.
if [ $# -gt 0 ]; then exec "$@"; fi
