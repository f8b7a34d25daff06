#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs as PID 1 of new mount, pid and UTS namespaces: a dyno, with its slug at /app, and what is below DYNO_ROOT gone at
# its end. Runs "$@" there as user 1983. SIGTERM stops the dyno as Heroku does: every process gets it, and what still
# runs after 30 s is killed. With DYNO_ENDS=early the dyno also ends as soon as its own process has ended.
set -eu

# The caller's /proc is still mounted here, so this names the process as the caller sees it.
read -r pid _ </proc/self/stat
root=$DYNO_ROOT
mount -t tmpfs -o mode=755 dyno "$root"
for entry in /*; do
  case $entry in /app | /home | /mnt | /proc | /root | /run | /sys | /tmp | /work) continue ;; esac
  if [ -L "$entry" ]; then
    cp -P "$entry" "$root$entry"
  elif [ -d "$entry" ]; then
    mkdir "$root$entry"
    mount --rbind "$entry" "$root$entry"
  fi
done
mkdir "$root/app" "$root/proc" "$root/run" "$root/tmp"
mount --bind "$DYNO_SLUG" "$root/app"
mount -t tmpfs -o mode=1777 private "$root/tmp"
mount -t proc proc "$root/proc"
hostname "$DYNO_HOSTNAME"

stopping=
stop() {
  stopping=yes
  kill -s TERM -- -1
}
trap stop TERM
cd "$root/app"
# shellcheck disable=SC2016
chroot "$root" setpriv --reuid=1983 --regid=1983 --clear-groups env -i "$@" 3>&- &
main=$!
echo "$pid" >&3
exec 3>&-

status=0
while :; do
  wait "$main" && status=0 || status=$?
  kill -0 "$main" 2>/dev/null || break
done
others() {
  for stat in "$root"/proc/[0-9]*/stat; do
    { read -r number _ state _ <"$stat"; } 2>/dev/null || continue
    [ "$number" = 1 ] || [ "$state" = Z ] || return 0
  done
  return 1
}
if [ -n "$stopping" ] && [ "${DYNO_ENDS:-}" != early ]; then
  waited=0
  while others && [ "$waited" -lt 300 ]; do
    sleep 0.1
    waited=$((waited + 1))
  done
fi
exit "$status"
