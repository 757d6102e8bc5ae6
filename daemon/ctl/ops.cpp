#include "ctl/ops.h"

#include <cerrno>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/text.h"
#include "ctl/exit_codes.h"
#include "uv/errno_text.h"

namespace freshet::ctl {
namespace {

constexpr std::size_t kMaxKeyBytes = 4096;

}  // namespace

tl::expected<OpsReach, int> reach_ops(const OpsOptions& options, const CommonOptions& common, const Output& output) {
  OpsReach reach;
  reach.settings = load_settings(common);
  if (reach.settings.file_was_named && !reach.settings.usable()) {
    for (const auto& error : reach.settings.trouble) output.complain(error.message);
    return tl::unexpected<int>(kExitConfig);
  }
  if (!reach.settings.usable() && options.addresses.empty()) {
    output.complain(reach.settings.trouble.front().message + ": the usual addresses are tried");
  }
  auto listeners = choose_listeners(options.addresses, reach.settings);
  auto headers = authorization(options.key_file);
  if (!listeners || !headers) {
    output.complain(listeners ? headers.error().message : listeners.error().message);
    return tl::unexpected<int>(kExitUsage);
  }
  reach.listeners = std::move(*listeners);
  reach.headers = std::move(*headers);
  return reach;
}

base::Result<std::vector<std::string>> authorization(const std::string& file) {
  if (file.empty()) return std::vector<std::string>();
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream bytes;
  if (stream) bytes << stream.rdbuf();
  if (!stream || stream.bad()) return base::fail(file + ": " + uv::errno_text(errno == 0 ? EIO : errno));
  const auto text = bytes.str();
  std::string_view key = text;
  while (key.ends_with('\n') || key.ends_with('\r')) key.remove_suffix(1);
  key = base::trim(key);
  if (key.empty()) return base::fail(file + ": is empty");
  if (key.size() > kMaxKeyBytes || key.find_first_of("\r\n") != std::string_view::npos) {
    return base::fail(file + ": holds more than one line, or a very long one: a key or token is one line");
  }
  return std::vector<std::string>{"Authorization: Bearer " + std::string(key)};
}

base::Result<HttpReply> ask_any(const std::vector<Endpoint>& listeners, const HttpRequest& request,
                                const std::string& path_and_query) {
  std::string failures;
  for (const auto& listener : listeners) {
    auto attempt = request;
    attempt.url = listener.url(path_and_query);
    attempt.unix_socket = listener.unix_socket;
    attempt.direct = true;
    auto reply = fetch(std::move(attempt));
    if (reply) return std::move(*reply);
    if (!reply.error().unreached) return base::fail(listener.name + ": " + reply.error().message);
    failures += (failures.empty() ? "" : "; ") + listener.name + ": " + why_silent(listener, reply.error());
  }
  return base::fail(failures);
}

}  // namespace freshet::ctl
