#!/usr/bin/env bash
# Boots the systemd of a Debian root (debian_root.sh) as a machine of its own: process, mount, network, host name, IPC and
# control group namespaces. Ends when that systemd ends, or with SIGTERM; nothing is left of it.
#
#   boot_machine.sh ROOT FOLDER
#
# ROOT is not written to: changes stay in memory and are gone with the machine. What is in FOLDER/host is in its /mnt. Its
# network is a loopback interface. Prints `pid N`, its process 1 as seen from here: `nsenter --target N --all` goes there.
set -euo pipefail

fail() {
  echo "boot_machine.sh: $1" >&2
  exit 1
}

# A control group of its own, in the second hierarchy wherever that is mounted: systemd makes its groups below.
outside() {
  local root folder hierarchy group status=0
  [[ $(id -u) == 0 ]] || fail "must run as root"
  root=$(realpath "$1")
  folder=$(realpath "$2")
  mkdir -p "$folder"/{host,machine,layers,cgroup}
  hierarchy=$folder/cgroup
  mount -t cgroup2 none "$hierarchy" || fail "this machine lets nobody mount cgroup2, so that no other one can be booted on it"
  # What a machine left that was killed with its whole family.
  for group in "$hierarchy"/freshet-test-*; do
    if [[ -d $group && (${group##*-} == "$$" || ! -e /proc/${group##*-}) ]]; then remove_group "$group"; fi
  done
  group=$hierarchy/freshet-test-$$
  mkdir "$group" || fail "this machine lets nobody make a control group"

  # The kernel ends it with this process, however this one ends.
  setpriv --pdeathsig KILL -- bash "$script" --enter "$group" "$root" "$folder" </dev/null &
  local machine=$!
  trap 'kill -KILL "$machine" 2>/dev/null' TERM INT
  while kill -0 "$machine" 2>/dev/null; do
    status=0
    wait "$machine" || status=$?
  done
  remove_group "$group"
  # 129 and more: ended by a signal, which is how a machine is stopped.
  ((status == 0 || status > 128)) || fail "the machine could not be made (namespaces must be allowed): exit code $status"
}

# Its last processes may take a moment to end.
remove_group() {
  local attempt
  for ((attempt = 0; attempt < 50; ++attempt)); do
    find "$1" -depth -type d -exec rmdir {} + 2>/dev/null || true
    if [[ ! -d $1 ]]; then return; fi
    sleep 0.1
  done
  echo "boot_machine.sh: control group $1 is still in use" >&2
}

enter() {
  local group=$1
  shift
  echo $$ >"$group/cgroup.procs"
  exec unshare --mount --propagation private --pid --fork --kill-child --uts --ipc --net --cgroup \
    bash "$script" --boot "$@"
}

# What a container manager mounts for systemd. Nothing of the kernel that is not the machine's own can be written to.
boot() {
  local root=$1 folder=$2 machine=$2/machine pid file
  read -r pid _ </proc/self/stat
  mount -t tmpfs -o mode=755 tmpfs "$folder/layers"
  mkdir "$folder"/layers/{upper,work}
  mount -t overlay -o "lowerdir=$root,upperdir=$folder/layers/upper,workdir=$folder/layers/work" overlay "$machine"

  mount -t proc -o nosuid,nodev,noexec proc "$machine/proc"
  mount --bind "$machine/proc/sys" "$machine/proc/sys"
  mount --bind "$machine/proc/sys/net" "$machine/proc/sys/net"
  mount -o remount,bind,ro "$machine/proc/sys"
  for file in sysrq-trigger kcore; do
    if [[ -e $machine/proc/$file ]]; then mount --bind /dev/null "$machine/proc/$file"; fi
  done
  mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$machine/sys"
  mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$machine/sys/fs/cgroup"

  mount -t tmpfs -o nosuid,mode=755 tmpfs "$machine/dev"
  for file in null zero full random urandom tty; do
    touch "$machine/dev/$file"
    mount --bind "/dev/$file" "$machine/dev/$file"
  done
  mkdir "$machine"/dev/{pts,shm}
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$machine/dev/pts"
  mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs "$machine/dev/shm"
  ln -s pts/ptmx "$machine/dev/ptmx"
  ln -s /proc/self/fd "$machine/dev/fd"
  ln -s fd/0 "$machine/dev/stdin"
  ln -s fd/1 "$machine/dev/stdout"
  ln -s fd/2 "$machine/dev/stderr"

  mount -t tmpfs -o nosuid,nodev,mode=755 tmpfs "$machine/run"
  mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs "$machine/tmp"
  mount --bind "$folder/host" "$machine/mnt"
  # Mounting these would show the kernel of the machine outside.
  mkdir -p "$machine/run/systemd/system"
  for file in sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount dev-hugepages.mount; do
    ln -s /dev/null "$machine/run/systemd/system/$file"
  done
  hostname freshet-test
  echo freshet-test >"$machine/etc/hostname"
  printf '127.0.0.1 localhost freshet-test\n' >"$machine/etc/hosts"
  ip link set lo up

  mkdir "$machine/.outside"
  cd "$machine"
  pivot_root . .outside
  umount --lazy .outside
  rmdir .outside
  # Services see what systemd mounts for them later, their credentials above all.
  mount --make-rshared /
  echo "pid $pid"
  exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin container=freshet-test \
    /lib/systemd/systemd --log-target=journal --show-status=no
}

script=$(realpath "${BASH_SOURCE[0]}")
case ${1:-} in
  --enter) enter "${@:2}" ;;
  --boot) boot "${@:2}" ;;
  # The mounts made for it are not seen outside, and end with it.
  --outside) outside "${@:2}" ;;
  *)
    (($# == 2)) || fail "usage: boot_machine.sh ROOT FOLDER"
    unshare --mount --pid --fork --uts --ipc --net --cgroup true 2>/dev/null ||
      fail "this machine refuses namespaces (or this is not root), so that no other one can be booted on it"
    exec unshare --mount --propagation private bash "$script" --outside "$@"
    ;;
esac
