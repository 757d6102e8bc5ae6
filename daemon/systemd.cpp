#include "systemd.h"

#include <chrono>
#include <cstdlib>
#include <systemd/sd-daemon.h>

namespace freshet::systemd {

std::vector<PassedSocket> passed_sockets() {
  std::vector<PassedSocket> sockets;
  char** names = nullptr;
  const int count = sd_listen_fds_with_names(1, &names);
  for (int i = 0; i < count; ++i) {
    sockets.push_back({uv::Fd(SD_LISTEN_FDS_START + i), names[i]});
    std::free(names[i]);  // NOLINT(cppcoreguidelines-no-malloc): the library's
  }
  std::free(static_cast<void*>(names));  // NOLINT(cppcoreguidelines-no-malloc)
  return sockets;
}

void notify_ready() { sd_notify(0, "READY=1"); }

void notify_reloading() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(us)).c_str());
}

void notify_stopping() { sd_notify(0, "STOPPING=1"); }

}  // namespace freshet::systemd
