#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs as PID 1 of new namespaces, lays out a machine, and becomes the program in "$@" as root of its file system.
# Settings come by MACHINE_* variables:
#
#   MACHINE_ROOT      the file system, which is not changed
#   MACHINE_SCRATCH   an empty folder
#   MACHINE_HOSTNAME
#   MACHINE_VOLUMES   FOLDER:PATH, separated by blanks
#   MACHINE_KIND      `container`, or `system` for one whose first program is systemd
#   MACHINE_CGROUP    the name of its control group, if it is one of these
set -eu

# The caller's /proc is still mounted here, so this names the process as the caller sees it.
read -r pid _ </proc/self/stat

mount --make-rprivate /
# Layers cannot be on the layers of an engine, but in memory.
mount -t tmpfs -o mode=755 machine "$MACHINE_SCRATCH"
mkdir "$MACHINE_SCRATCH/upper" "$MACHINE_SCRATCH/work" "$MACHINE_SCRATCH/root"
root=$MACHINE_SCRATCH/root
mount -t overlay -o "lowerdir=$MACHINE_ROOT,upperdir=$MACHINE_SCRATCH/upper,workdir=$MACHINE_SCRATCH/work" machine "$root"
mkdir -p "$root/proc" "$root/sys" "$root/dev" "$root/run" "$root/tmp" "$root/var/tmp"
mount -t tmpfs -o mode=755,dev dev "$root/dev"
for name in null zero full random urandom tty net/tun; do
  mkdir -p "$root/dev/$(dirname "$name")"
  if [ -e "/dev/$name" ]; then : >"$root/dev/$name" && mount --bind "/dev/$name" "$root/dev/$name"; fi
done
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 pts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
if [ "$MACHINE_KIND" = system ]; then
  mount -t tmpfs -o mode=755 sys "$root/sys"
  mkdir -p "$root/sys/fs/cgroup"
  mount -t tmpfs -o mode=755 run "$root/run"
  # A control group of its own, which systemd may divide.
  mkdir "$MACHINE_SCRATCH/cgroup"
  mount -t cgroup2 cgroup "$MACHINE_SCRATCH/cgroup"
  mkdir "$MACHINE_SCRATCH/cgroup/$MACHINE_CGROUP"
  echo 0 >"$MACHINE_SCRATCH/cgroup/$MACHINE_CGROUP/cgroup.procs"
fi
for volume in $MACHINE_VOLUMES; do
  path=$root${volume#*:}
  if [ -d "${volume%%:*}" ]; then mkdir -p "$path"; else mkdir -p "$(dirname "$path")" && : >"$path"; fi
  mount --bind "${volume%%:*}" "$path"
done
for file in hosts resolv.conf; do rm -f "$root/etc/$file"; done
printf '127.0.0.1 localhost %s\n::1 localhost\n' "$MACHINE_HOSTNAME" >"$root/etc/hosts"
: >"$root/etc/resolv.conf"
echo "$MACHINE_HOSTNAME" >"$root/etc/hostname"
hostname "$MACHINE_HOSTNAME"

ip link set lo up
# tailscaled needs an interface besides loopback.
ip link add eth0 type veth peer name eth1
ip address add 10.88.0.2/24 dev eth0
ip link set eth0 up
ip link set eth1 up

# Only then is the caller told, whose commands would otherwise have the root of this machine.
# shellcheck disable=SC2016
set -- "$(command -v chroot)" "$root" /bin/sh -c 'echo "$0"; exec "$@"' "$pid" "$@"
if [ "$MACHINE_KIND" = system ]; then
  exec unshare --cgroup sh -c 'mount -t cgroup2 cgroup "$0/sys/fs/cgroup" && exec env -i container=docker "$@"' \
    "$root" "$@"
fi
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin container=docker TERM=dumb "$@"
