#pragma once

#include <string>
#include <vector>

#include "uv/fd.h"

/// What freshetd and its service manager say to each other. All of it does nothing when there is none.
namespace freshet::systemd {

/// A listening socket that systemd has passed (systemd.socket(5)).
struct PassedSocket {
  uv::Fd fd;
  std::string name;  ///< FileDescriptorName=
};

/// The sockets that were passed; at the first call only.
std::vector<PassedSocket> passed_sockets();

void notify_ready();
/// Type=notify-reload and, by hand, older ones: between these two the configuration is being read.
void notify_reloading();
void notify_stopping();

}  // namespace freshet::systemd
