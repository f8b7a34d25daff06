#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs as PID 1 of new mount, pid and UTS namespaces, lays out the container, and becomes the command in "$@" as user
# 1983. Settings come by CONTAINER_* variables, which the command does not get to see. With CONTAINER_ROOT, a folder
# with the file system of an image, that is the container's root; without, it is the caller's.
set -eu

# The caller's /proc is still mounted here, so this names the process as the caller sees it.
read -r pid _ </proc/self/stat
printf '{"event":"container","pid":%s}\n' "$pid"

# Everything is bound below a staging directory first: sources may lie below /tmp or /mnt, which are covered later.
stage=$CONTAINER_STAGE
mount -t tmpfs -o mode=755 runner "$stage"
mkdir "$stage/workspace" "$stage/image" "$stage/bin" "$stage/lib" "$stage/worker" "$stage/home"
mount --rbind "$CONTAINER_WORKSPACE" "$stage/workspace"
if [ -n "$CONTAINER_IMAGE" ]; then mount --rbind "$CONTAINER_IMAGE" "$stage/image"; fi
bind_file() {
  : >"$2"
  mount --bind "$1" "$2"
}
bind_file "$CONTAINER_NODE" "$stage/bin/node"
if [ -n "$CONTAINER_TERRAFORM" ]; then bind_file "$CONTAINER_TERRAFORM" "$stage/bin/terraform"; fi
bind_file "$CONTAINER_WORKER" "$stage/worker/worker.cjs"

if [ -n "$CONTAINER_ROOT" ]; then
  # An image may have no C library, or another one than the worker needs.
  for library in $CONTAINER_LIBRARIES; do bind_file "$library" "$stage/lib/${library##*/}"; done
  chown 1983:1983 "$stage/home" "$stage/worker"
  mount --rbind "$stage" "$CONTAINER_ROOT/mnt"
  mount --rbind /dev "$CONTAINER_ROOT/dev"
  for shared in /tmp /var/tmp /dev/shm; do mount -t tmpfs -o mode=1777 private "$CONTAINER_ROOT$shared"; done
  for file in /etc/hosts /etc/resolv.conf; do
    [ -e "$CONTAINER_ROOT$file" ] || : >"$CONTAINER_ROOT$file"
    mount --bind "$file" "$CONTAINER_ROOT$file"
  done
  mount -t proc proc "$CONTAINER_ROOT/proc"
  hostname "$CONTAINER_HOSTNAME"
  umask 022
  chroot=$(command -v chroot)
  exec env -i PATH="$CONTAINER_PATH" HOME=/mnt/home "$chroot" --userspec=1983:1983 --groups= "$CONTAINER_ROOT" "$@"
fi

# Runner images know user 1983 by name; programs that ask for their own name must not fail here either.
mkdir "$stage/etc"
cat /etc/passwd >"$stage/etc/passwd"
cat /etc/group >"$stage/etc/group"
grep -q '^[^:]*:[^:]*:1983:' /etc/passwd ||
  echo 'spacelift:x:1983:1983::/mnt/home:/bin/sh' >>"$stage/etc/passwd"
grep -q '^[^:]*:[^:]*:1983:' /etc/group || echo 'spacelift:x:1983:' >>"$stage/etc/group"
mount --bind "$stage/etc/passwd" /etc/passwd
mount --bind "$stage/etc/group" /etc/group

# tailscaled writes it if it may, and engines for containers bind one of their own too.
if [ -e /etc/resolv.conf ]; then
  cat /etc/resolv.conf >"$stage/etc/resolv.conf"
  mount --bind "$stage/etc/resolv.conf" /etc/resolv.conf
fi

if [ "$CONTAINER_NAMESPACES" = privileged ]; then chown 1983:1983 "$stage/home" "$stage/worker"; fi
mount --rbind "$stage" /mnt
for shared in /tmp /var/tmp /dev/shm; do
  options=mode=1777
  if [ "$shared" = /tmp ] && [ -n "$CONTAINER_TMP" ]; then options=$options,$CONTAINER_TMP; fi
  if [ -d "$shared" ]; then mount -t tmpfs -o "$options" private "$shared"; fi
done
mount -t proc proc /proc
hostname "$CONTAINER_HOSTNAME"
cd /mnt/workspace
umask 022

if [ "$CONTAINER_USER" = root ]; then exec env -i PATH="$CONTAINER_PATH" HOME=/mnt/home "$@"; fi
if [ "$CONTAINER_NAMESPACES" = privileged ]; then
  # Engines give processes the groups of their user, as /etc/group has them.
  exec setpriv --reuid=1983 --regid=1983 --groups=1983 -- env -i PATH="$CONTAINER_PATH" HOME=/mnt/home "$@"
fi
# mount(8) insists on uid 0, so the mounts above are made as root of a first user namespace.
exec unshare --user --map-user=1983 --map-group=1983 -- env -i PATH="$CONTAINER_PATH" HOME=/mnt/home "$@"
