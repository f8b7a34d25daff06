#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Shows the machines of the tailnet, and a page of hello.ts.net that comes through it. README.md has the command.
set -u

log() { echo "-----> $*"; }

conf=$HOME/vendor/proxychains-ng/conf/proxychains.conf
expected='<a href="https://hello.ts.net">Found</a>.'
heroku-tailscale-start.sh || exit 1
log "The machines of the tailnet that this dyno can see:"
tailscale status
log "proxychains4 -f $conf curl hello.ts.net"
answer=$(proxychains4 -f "$conf" curl --silent --show-error --max-time 60 hello.ts.net)
echo "$answer"
if [ "$answer" = "$expected" ]; then
  log "It works."
else
  log "The answer should be $expected"
  log "Add hello.ts.net to the tailnet, and let the tags of the key reach it: https://tailscale.com/kb/1073/hello"
  exit 1
fi
