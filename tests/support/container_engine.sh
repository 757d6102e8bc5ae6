#!/usr/bin/env bash
# Makes a place where podman runs as on a machine of its own: mount, process and network namespaces, and images and
# containers that are in memory. Ends with SIGTERM, and all that runs in it ends with it; nothing is left.
#
#   container_engine.sh FOLDER
#
# Writes containers.conf and storage.conf into FOLDER and prints `pid N`: `nsenter --target N --mount --net --pid -- env
# CONTAINERS_CONF=FOLDER/containers.conf CONTAINERS_STORAGE_CONF=FOLDER/storage.conf podman …`. Its network is a loopback
# interface, and what podman adds. No more than root and namespaces is needed: neither systemd, nor control groups that
# containers can be limited with, nor the right to raise resource limits.
set -euo pipefail

script=$(realpath "${BASH_SOURCE[0]}")

fail() {
  echo "container_engine.sh: $1" >&2
  exit 1
}

# limit NAME LARGEST: what this process may have.
limit() {
  local hard
  hard=$(ulimit -H "$1")
  if [[ $hard == unlimited ]] || ((hard > $2)); then hard=$2; fi
  echo "$hard:$hard"
}

inside() {
  local folder=$1 pid
  read -r pid _ </proc/self/stat
  mount -t proc proc /proc
  mount -t tmpfs -o mode=755 tmpfs /run
  mkdir -p "$folder/storage"
  mount -t tmpfs -o mode=755 tmpfs "$folder/storage"
  # crun does not take the two hierarchies of control groups next to each other, not even when it uses none.
  umount --recursive --lazy /sys/fs/cgroup
  mount -t cgroup2 none /sys/fs/cgroup || fail "this machine lets nobody mount cgroup2"
  ip link set lo up

  cat >"$folder/containers.conf" <<TEXT
[containers]
cgroups = "disabled"
default_ulimits = ["nofile=$(limit -n 1048576)", "nproc=$(limit -u 32768)"]
# After containers have come or gone, aardvark-dns 1.4 leaves some questions without an answer. Who asked, asks again.
dns_options = ["timeout:1", "attempts:2", "no-aaaa"]
[network]
network_backend = "netavark"
network_config_dir = "$folder/storage/networks"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "crun"
TEXT
  cat >"$folder/storage.conf" <<TEXT
[storage]
driver = "overlay"
graphroot = "$folder/storage/graph"
runroot = "/run/containers/storage"
TEXT
  echo "pid $pid"
  # As process 1: bash takes leave of what others leave behind.
  sleep infinity &
  wait
}

if [[ ${1:-} == --inside ]]; then
  inside "$2"
  exit
fi
(($# == 1)) || fail "usage: container_engine.sh FOLDER"
[[ $(id -u) == 0 ]] || fail "must run as root"
# The kernel ends it with this process, however this one ends. unshare itself would take no SIGTERM.
setpriv --pdeathsig KILL -- unshare --mount --propagation private --net --pid --fork --kill-child \
  bash "$script" --inside "$(realpath "$1")" </dev/null &
trap 'kill -KILL $! 2>/dev/null' TERM INT
status=0
wait || status=$?
((status == 0 || status > 128)) || fail "no place for containers could be made (namespaces must be allowed)"
