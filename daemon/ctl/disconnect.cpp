#include "ctl/disconnect.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/percent.h"
#include "ctl/exit_codes.h"
#include "ctl/text.h"

namespace freshet::ctl {

int disconnect(const DisconnectOptions& options, const CommonOptions& common, const Output& output) {
  const auto reach = reach_ops(options.ops, common, output);
  if (!reach) return reach.error();
  const bool user = !options.user.empty();
  Query query;
  if (!options.lasting.empty()) query.add("for", options.lasting);
  const auto target = (user ? "/users/" : "/channels/") + base::percent_encode(user ? options.user : options.channel) +
                      "/connections" + query.text();
  HttpRequest request;
  request.method = "DELETE";
  request.headers = reach->headers;
  const auto reply = ask_any(reach->listeners, request, target);
  if (!reply) {
    output.complain(reply.error().message);
    return kExitUnavailable;
  }
  if (reply->head.status != 202) {
    output.complain("not disconnected: " + describe(reply->head, reply->body));
    return reply->head.unavailable() ? kExitUnavailable : kExitFailed;
  }
  const auto body = nlohmann::ordered_json::parse(reply->body, nullptr, false);
  if (!body.is_object() || !body.contains("instances") || !body["instances"].is_number_unsigned()) {
    output.complain("the answer, 202, is not what freshetd answers");
    return kExitFailed;
  }
  const auto count = body["instances"].get<std::uint64_t>();
  const auto words = "told " + std::to_string(count) + (count == 1 ? " instance" : " instances");
  return output.print(common.json ? json_line(body) : words + '\n').value_or(kExitOk);
}

}  // namespace freshet::ctl
