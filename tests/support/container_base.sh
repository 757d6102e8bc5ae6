#!/usr/bin/env bash
# Makes what takes the place of a registry and of Debian's archive for building images, of a root (debian_root.sh), and
# prints the path of the folder that holds it. It is made only once, under a lock; nobody may write to it.
#
#   container_base.sh ROOT
#
# The folder holds base.tar, the files of an image as debian:12-slim is one: a minimal Debian without documents, whose
# apt-get finds at file:/mnt what is in archive/. That holds the archives that ROOT was made with. Needs root.
set -euo pipefail

script=$(realpath "${BASH_SOURCE[0]}")

fail() {
  echo "container_base.sh: $1" >&2
  exit 1
}

# In mounts of its own: ROOT is not written to, and what is changed is in memory.
make() {
  local root=$1 target=$2 work=$2/work file
  mkdir "$target/archive" "$work"
  mount -t tmpfs -o mode=755 tmpfs "$work"
  mkdir "$work"/{upper,work,root}
  mount -t overlay -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/work" overlay "$work/root"
  cd "$work/root"
  mount -t proc proc proc
  mount --rbind /dev dev
  touch etc/resolv.conf
  mount --bind /etc/resolv.conf etc/resolv.conf

  # What is in the root to be booted.
  chroot . apt-get -q -y --autoremove purge systemd systemd-sysv dbus libnss-systemd
  # The root could not have it next to systemd. By now there may be a newer one than the root knows.
  chroot . bash -c 'cd /var/cache/apt/archives && fetch() { apt-get -q download systemd-standalone-sysusers; } &&
    { fetch || { apt-get -q update && fetch; }; }'
  cp var/cache/apt/archives/*.deb "$target/archive/"
  (cd "$target/archive" && dpkg-scanpackages --multiversion . >Packages)
  umount etc/resolv.conf proc
  umount --lazy dev

  rm -rf var/cache/{apt,debconf}/* var/lib/apt/lists/* var/log/* etc/systemd etc/resolv.conf etc/apt/sources.list.d/* \
    etc/apt/apt.conf.d/{90test,99mmdebstrap} usr/share/{doc,groff,info,lintian,linda,locale,man}/*
  echo 'deb [trusted=yes] file:/mnt ./' >etc/apt/sources.list
  # As in Debian's images: apt keeps nothing of what it installs, dpkg installs no documents and waits for no disk, and
  # nothing is started.
  cat >etc/apt/apt.conf.d/docker-clean <<'TEXT'
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Acquire::Languages "none";
TEXT
  for file in doc groff info lintian linda locale man; do echo "path-exclude /usr/share/$file/*"; done >etc/dpkg/dpkg.cfg.d/docker
  printf '%s\n' 'path-include /usr/share/doc/*/copyright' force-unsafe-io >>etc/dpkg/dpkg.cfg.d/docker
  printf '#!/bin/sh\nexit 101\n' >usr/sbin/policy-rc.d
  chmod 755 usr/sbin/policy-rc.d
  tar --one-file-system -cf "$target/base.tar" .
}

if [[ ${1:-} == --make ]]; then
  make "${@:2}"
  exit
fi
(($# == 1)) || fail "usage: container_base.sh ROOT"
[[ $(id -u) == 0 ]] || fail "must run as root"
target=$(realpath "$1")-container-$(sha256sum "$script" | cut -c 1-12)
exec {lock}>"$target.lock"
flock "$lock"
if [[ ! -d $target ]]; then
  rm -rf --one-file-system "$target.part"
  mkdir "$target.part"
  unshare --mount --propagation private bash "$script" --make "$(realpath "$1")" "$target.part" {lock}>&- >&2 ||
    fail "$target could not be made"
  rmdir "$target.part/work"
  mv "$target.part" "$target"
fi
echo "$target"
