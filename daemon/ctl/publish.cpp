#include "ctl/publish.h"

#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <optional>
#include <unistd.h>
#include <utility>

#include "ctl/exit_codes.h"
#include "ctl/text.h"

namespace freshet::ctl {
namespace {

using Json = nlohmann::ordered_json;

/// To its end, without the newline there. Nothing when it cannot be read.
std::optional<std::string> read_input() {
  std::string text;
  std::array<char, 65536> piece{};
  for (;;) {
    const auto size = read(STDIN_FILENO, piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::nullopt;
    if (size == 0) break;
    text.append(piece.data(), static_cast<std::size_t>(size));
  }
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

/// The ids of a reply as lines: the id alone for one channel, `channel id` for several. Live events have none.
std::string lines_of(const Json& reply) {
  const auto text_of = [](const Json& id) { return one_line(id.get<std::string>()); };
  if (reply.contains("id")) return reply["id"].is_string() ? text_of(reply["id"]) + '\n' : std::string();
  std::string lines;
  for (const auto& [channel, id] : reply["ids"].items()) {
    lines += one_line(channel) + ' ' + (id.is_string() ? text_of(id) : "-") + '\n';
  }
  return lines;
}

}  // namespace

int publish(const PublishOptions& options, const CommonOptions& common, const Output& output) {
  const auto reach = reach_ops(options.ops, common, output);
  if (!reach) return reach.error();

  auto channels = options.words;
  std::optional<std::string> data;
  if (channels.size() > 1) {
    if (channels.back() != "-") data = channels.back();
    channels.pop_back();
  }
  if (!data) {
    if (isatty(STDIN_FILENO) != 0) output.tell("the data, and Ctrl-D at its end:");
    data = read_input();
    if (!data) {
      output.complain("standard input cannot be read");
      return kExitUsage;
    }
  }

  Query query;
  for (const auto& channel : channels) query.add("channel", channel);
  if (!options.event.empty()) query.add("event", options.event);
  if (!options.key.empty()) query.add("key", options.key);
  if (options.live) query.add("live", "1");
  HttpRequest request;
  request.method = "POST";
  request.headers = reach->headers;
  request.headers.emplace_back("Content-Type: application/octet-stream");
  request.headers.emplace_back("Expect:");
  request.body = std::move(data);
  const auto reply = ask_any(reach->listeners, request, "/publish" + query.text());
  if (!reply) {
    output.complain(reply.error().message);
    return kExitUnavailable;
  }
  const auto body = Json::parse(reply->body, nullptr, false);
  if (!body.is_object() || !(body.contains("id") || body.contains("ids"))) {
    // 504: nobody knows whether it was, and the detail says so.
    output.complain((reply->head.status == 504 ? "" : "not published: ") + describe(reply->head, reply->body));
    return reply->head.unavailable() ? kExitUnavailable : kExitFailed;
  }
  const auto ended = output.print(common.json ? json_line(body) : lines_of(body));
  const auto errors = body.value("errors", Json::object());
  for (const auto& [channel, error] : errors.items()) {
    const auto why = error.is_string() ? one_line(error.get<std::string>(), 300) : std::string();
    output.complain(one_line(channel) + (reply->head.status == 504 ? ": " : ": not published: ") + why);
  }
  const auto refused = reply->head.unavailable() ? kExitUnavailable : kExitFailed;
  return ended.value_or(errors.empty() ? kExitOk : refused);
}

}  // namespace freshet::ctl
