#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Puts executables of a release into a private directory, and prints its path: sh fetch.sh [TARGET [CACHE]]
#
#   TARGET           the directory for the executables; without it, `bin` in the runtime directory of spacetail
#   CACHE            a directory whose content others may write: holds downloads, which are never run from there
#   SPACETAIL_FILES  one line for each file: PLATFORM NAME SHA256 BYTES URL
#                    PLATFORM is amd64 or arm64. SHA256 is that of the executable. What is downloaded from URL is
#                    compressed by gzip and has BYTES bytes; 0 if that is unknown.
#   SPACETAIL_FETCH_TIMEOUT  seconds for each file, all attempts together; 120 by default
#
# `tailscale` becomes a link to spacetail. An executable that is there and has its sum is left alone. On failure, one
# line on standard error says why, and nothing has been run. Written for dash, BusyBox ash and bash, with curl, GNU
# wget or BusyBox wget.
umask 077
mode=700
limit=${SPACETAIL_FETCH_TIMEOUT:-120}
attempts=3
target=${1:-}
cache=${2:-}
reason=

die() {
  printf 'spacetail: %s\n' "$1" >&2
  exit 1
}

# Whether $1 is a directory of this user that nobody else can enter or prepare.
private() {
  listed=$(ls -ldn "$1" 2>/dev/null) || return 1
  # shellcheck disable=SC2086
  set -- $listed
  case $1 in drwx------*) [ "$3" = "$(id -u)" ] ;; *) return 1 ;; esac
}

# Whether programs can be started from the directory $1: it may be mounted with noexec.
executable() {
  printf '#!/bin/sh\nexit 0\n' 2>/dev/null >"$1/.try.$$" || return 1
  chmod 700 "$1/.try.$$"
  "$1/.try.$$" 2>/dev/null </dev/null
  tried=$?
  rm -f "$1/.try.$$"
  return $tried
}

# Makes $1 the target if it can be; sets the reason if not.
take() {
  mkdir -m 700 "$1" 2>/dev/null
  if ! private "$1"; then
    reason=${reason:-"$1 cannot be created, or is not a directory of this user with mode 0700"}
  elif mkdir -p "$1/bin" 2>/dev/null && [ -w "$1/bin" ] && executable "$1/bin"; then
    target=$1/bin
  else
    reason=${reason:-"$1 is not writable, or is mounted with noexec"}
  fi
}

choose() {
  name=spacetail-$(id -u)
  if [ -n "${TS_RUNTIME_DIR:-}" ]; then
    take "${TS_RUNTIME_DIR%/}/$name"
  else
    for place in /tmp "${TMPDIR:-}" "${XDG_RUNTIME_DIR:-}" /dev/shm "${HOME:-}"; do
      # Spacelift stores the workspace, and restores it in the container of another phase.
      case ${place%/}/ in /mnt/workspace/*) continue ;; /?*) ;; *) continue ;; esac
      [ -n "$target" ] || take "${place%/}/$name"
    done
  fi
  [ -n "$target" ] || die "Cannot put executables anywhere: $reason. Set TS_RUNTIME_DIR to a directory for them."
}

sum() {
  printed=$(sha256sum <"$1" 2>/dev/null) || return 1
  printf '%s' "${printed%% *}"
}

# Whether $1 is an executable with the sum $2, in the target, which only this user can write.
ready() {
  [ -f "$1" ] && [ ! -L "$1" ] && [ -x "$1" ] && [ "$(sum "$1")" = "$2" ]
}

# No file that is made from here on gets larger: 64 MiB in units of 512 bytes, which bash may take for 1024.
bounded() {
  ulimit -f 131072
}

# Unpacks $1 into $2 and checks the sum $3 of the result, and the size $4 of $1; sets the reason if something is wrong.
unpack() {
  bytes=$(($(wc -c <"$1")))
  if [ "$4" -gt 0 ] && [ "$bytes" -ne "$4" ]; then
    reason="it has $bytes bytes instead of $4"
    return 1
  fi
  if ! (bounded && gzip -dc <"$1" >"$2") 2>/dev/null; then
    reason="it is not a complete gzip file"
    return 1
  fi
  found=$(sum "$2")
  [ "$found" = "$3" ] && return 0
  reason="the SHA-256 of the executable in it is ${found:-unknown} instead of $3"
  return 1
}

# Whether NO_PROXY names the host of the URL $1.
bypassed() {
  host=${1#*://}
  host=${host%%/*}
  host=${host##*@}
  host=${host%:*}
  rest=$no_proxy,
  while [ -n "$rest" ]; do
    entry=${rest%%,*}
    rest=${rest#*,}
    entry=${entry# }
    entry=${entry#\*}
    entry=${entry#.}
    [ "$entry" = "" ] && case $no_proxy in '*') return 0 ;; *) continue ;; esac
    case .$host in *".$entry") return 0 ;; esac
  done
  return 1
}

# Sets the downloader. curl reads http_proxy in lower case only, and GNU wget all of them.
choose_downloader() {
  http_proxy=${http_proxy:-${HTTP_PROXY:-}}
  https_proxy=${https_proxy:-${HTTPS_PROXY:-${ALL_PROXY:-${all_proxy:-}}}}
  no_proxy=${no_proxy:-${NO_PROXY:-}}
  export http_proxy https_proxy no_proxy
  if command -v curl >/dev/null; then
    downloader=curl
  elif command -v wget >/dev/null; then
    case $(wget --version 2>&1 </dev/null) in *GNU*) downloader=wget ;; *) downloader=busybox ;; esac
  else
    die "Cannot fetch anything without curl or wget. Use a runner image with one of them, or with spacetail in it."
  fi
}

within() {
  seconds=$1
  shift
  if command -v timeout >/dev/null; then timeout "$seconds" "$@"; else "$@"; fi
}

# Downloads $1 to $2 within $3 seconds; what went wrong is printed.
download() {
  bounded
  case $downloader in
    curl) curl -fgsSL --max-time "$3" --connect-timeout 30 -o "$2" "$1" 2>&1 </dev/null ;;
    wget) within "$3" wget -nv --tries=1 --timeout=30 -O "$2" "$1" 2>&1 </dev/null ;;
    # Without -T, of which Debian's BusyBox 1.35 dies.
    busybox) within "$3" wget -q -O "$2" "$1" 2>&1 </dev/null ;;
  esac
}

# Fetches $1 into the target: platform, name, sum, bytes and URL follow.
fetch() {
  name=$2
  url=$5
  # Without what may be secret in it.
  shown=${url%%\?*}
  case $shown in *://*@*) shown=${shown%%://*}://${shown#*@} ;; esac
  reason=
  new=$target/.$name.$$
  packed=$new.gz
  kept=
  [ -z "$cache" ] || kept=$cache/$name-$3.gz
  # Code of an earlier phase may have put anything there, so it is a copy that is checked and used.
  if [ -n "$kept" ] && [ ! -L "$cache" ] && [ -f "$kept" ] && [ ! -L "$kept" ]; then
    if (bounded && cat "$kept" >"$packed") 2>/dev/null && unpack "$packed" "$new" "$3" "$4"; then
      put "$new" "$name"
      return
    fi
    rm -f "$kept"
  fi
  case $downloader:$url in
    busybox:https:*)
      if [ -n "$https_proxy" ] && ! bypassed "$url"; then
        die "Cannot fetch $shown: BusyBox wget does not use the proxy ${https_proxy##*@} for https. \
Use a runner image with curl or GNU wget, or an http URL: its content is verified anyway."
      fi
      ;;
  esac
  late="it took longer than $limit seconds (SPACETAIL_FETCH_TIMEOUT)"
  began=$(date +%s)
  attempt=1
  while :; do
    left=$((limit - $(date +%s) + began))
    [ "$left" -gt 0 ] || reason=${reason:-$late}
    [ "$left" -gt 0 ] || break
    rm -f "$packed"
    if said=$(download "$url" "$packed" "$left"); then
      unpack "$packed" "$new" "$3" "$4" && keep && put "$new" "$name" && return
    else
      code=$?
      said=$(printf '%s' "$said" | tr -d '\r' | grep -v '^$' | tail -n 1)
      case $downloader:$code in
        *:153) reason="it has more than 64 MiB" ;;
        curl:28 | *:124 | *:143) reason=$late ;;
        *) reason=${said:-"$downloader ended with $code"} ;;
      esac
      # The server refuses: asking again does not help.
      case $said in *"rror: 40"[0134]* | *"ERROR 40"[0134]* | *"HTTP/1."?" 40"[0134]*) break ;; esac
    fi
    [ "$attempt" -lt "$attempts" ] || break
    sleep "$attempt"
    attempt=$((attempt + 1))
  done
  die "Cannot fetch $name from $shown: $reason."
}

# Moves the verified file $1 to its name $2.
put() {
  if ! chmod "$mode" "$1" || ! mv -f "$1" "$target/$2"; then die "Cannot write $target/$2."; fi
  rm -f "$packed"
}

# Keeps what was downloaded, if there is a cache and it can be written.
keep() {
  [ -n "$kept" ] && [ ! -L "$cache" ] || return 0
  mkdir -p "$cache" 2>/dev/null && cp "$packed" "$kept.$$" 2>/dev/null && mv -f "$kept.$$" "$kept" 2>/dev/null
  return 0
}

case $(uname -m) in
  x86_64 | amd64) platform=amd64 ;;
  aarch64 | arm64) platform=arm64 ;;
  *) die "There are no executables for $(uname -m), only for amd64 and arm64." ;;
esac
printf '' | sha256sum >/dev/null 2>&1 || die "Cannot verify executables without sha256sum. Use another runner image."
if [ -z "$target" ]; then
  choose
else
  umask 022
  mode=755
  mkdir -p "$target" 2>/dev/null
  [ -w "$target" ] || die "Cannot write to $target."
fi
trap 'rm -f "$target"/.*."$$" "$target"/.*."$$".gz' EXIT

downloader=
known=false
while read -r on name sha256 bytes url; do
  [ "$on" = "$platform" ] || continue
  known=true
  ready "$target/$name" "$sha256" && continue
  [ -n "$downloader" ] || choose_downloader
  fetch "$on" "$name" "$sha256" "$bytes" "$url"
done <<END
$SPACETAIL_FILES
END
$known || die "There are no executables for $platform in this context."
# The image has it too: Tailscale's command line on the tunnel.
[ -e "$target/tailscale" ] || ln -s spacetail "$target/tailscale" || die "Cannot write to $target."
printf '%s\n' "$target"
