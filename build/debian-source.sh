#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Unpacks the source of a Debian package as its authors released it: sh debian-source.sh PACKAGE FOLDER
#
# The machine's own list of servers is used, and nothing on the machine changes.
set -eu
package=$1
folder=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/sources" "$work/state/lists/partial" "$work/cache/archives/partial" "$work/source"
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
  [ -f "$file" ] || continue
  name=${file##*/}
  case $file in
    *.list) sed -n 's/^deb /deb-src /p' "$file" >"$work/sources/$name" ;;
    *.sources) sed 's/^Types:.*/Types: deb-src/' "$file" >"$work/sources/$name" ;;
  esac
done
apt() {
  apt-get -q -o APT::Sandbox::User=root -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/sources" \
    -o "Dir::State=$work/state" -o "Dir::Cache=$work/cache" -o Dir::State::status=/var/lib/dpkg/status "$@"
}
# Servers that have no sources do not matter.
apt update || true
cd "$work/source"
apt source --download-only "$package"
mkdir unpacked
tar -xf ./*.orig.tar.* -C unpacked --strip-components=1
mkdir -p "${folder%/*}"
rm -rf "$folder"
mv unpacked "$folder"
