#!/usr/bin/env bash
# Makes a folder with a fresh minimal Debian that systemd can boot, and prints its path. It is made only once, under a
# lock; nobody may write to it: use a copy, or an overlay (boot_machine.sh).
#
#   debian_root.sh FOLDER [ARCHIVE...]
#
# FOLDER holds one root for each list of archives. An ARCHIVE is a package, or what a package depends on
# (`libc6 (>= 2.36)`), that is fetched but not installed, so that apt-get installs it in there without a network, and
# without being asked. Packages come from where this machine's come from. Needs root, and mmdebstrap.
set -euo pipefail

suite=bookworm
script=$(realpath "${BASH_SOURCE[0]}")

fail() {
  echo "debian_root.sh: $1" >&2
  exit 1
}

# Runs what is made in a folder of its own, which takes its name only when it is complete.
once() {
  local target=$1 lock
  shift
  exec {lock}>"$target.lock"
  flock "$lock"
  if [[ ! -d $target ]]; then
    rm -rf --one-file-system "$target.part"
    "$@" "$target.part" {lock}>&- >&2 || fail "$target could not be made"
    mv "$target.part" "$target"
  fi
  exec {lock}>&-
}

make_base() {
  local settings status=0
  settings=$(mktemp)
  cat >"$settings" <<'TEXT'
APT::Get::Assume-Yes "true";
APT::Install-Recommends "false";
TEXT
  # The lists of what there is stay, for the archives. What it mounts is not to outlive it, however it ends.
  unshare --mount --propagation private mmdebstrap --quiet --mode=root --variant=minbase \
    --skip=cleanup/apt,cleanup/reproducible --aptopt='Acquire::Retries "5"' \
    --include=systemd,systemd-sysv,dbus,libnss-systemd \
    --customize-hook="upload '$settings' /etc/apt/apt.conf.d/90test" "$suite" "$1" "${sources[@]}" || status=$?
  rm -f "$settings"
  return "$status"
}

with_archives() {
  local root=$1
  cp -a --reflink=auto "$base" "$root" &&
    unshare --mount --propagation private bash "$script" --fetch "$root" "${archives[@]}"
}

# In mounts of its own, for the sake of chroot.
fetch() {
  local root=$1 wanted
  shift
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  touch "$root/etc/resolv.conf"
  mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
  # `satisfy` takes dependencies as a package's control file has them, versions and alternatives included.
  printf -v wanted '%s, ' "$@"
  chroot "$root" apt-get satisfy -q --no-install-recommends --download-only "${wanted%, }"
}

if [[ ${1:-} == --fetch ]]; then
  fetch "${@:2}"
  exit
fi
(($# >= 1)) || fail "usage: debian_root.sh FOLDER [ARCHIVE...]"
[[ $(id -u) == 0 ]] || fail "must run as root"
command -v mmdebstrap >/dev/null || fail "mmdebstrap is missing: deploy/install-packages test"
archives=("${@:2}")
sources=()
for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
  if [[ -s $file ]]; then sources+=("$file"); fi
done
((${#sources[@]} > 0)) || fail "no apt sources of Debian in /etc/apt"

mkdir -p "$1"
folder=$(realpath "$1")
base=$folder/$suite-$(cat "$script" "${sources[@]}" | sha256sum | cut -c 1-12)
once "$base" make_base
root=$base
if ((${#archives[@]} > 0)); then
  root=$base-$(sha256sum <<<"${archives[*]}" | cut -c 1-12)
  once "$root" with_archives
fi
echo "$root"
