#include "ctl/ring.h"

#include <algorithm>

#include "base/channel_name.h"
#include "base/text.h"
#include "ctl/exit_codes.h"
#include "ctl/redis_session.h"
#include "ctl/ring_view.h"

namespace freshet::ctl {
namespace {

base::Result<RingView> ask_ring(RedisSession& session, const std::string& prefix, const RingOptions& options) {
  RingView view;
  view.channel = options.channel;
  const auto key = prefix + "ring:" + options.channel;
  // One more than is shown tells whether there are more.
  const auto last = options.limit == 0 ? std::string("-1") : std::to_string(options.limit);
  const auto entries = session.ask({"LRANGE", key, "0", last});
  if (!entries) return tl::unexpected(entries.error());
  const auto list = entries->value();
  if (list.is_error()) return base::fail(session.place() + ": LRANGE: " + list.describe());
  view.has_older = options.limit != 0 && list.size() > options.limit;
  const auto shown = view.has_older ? list.size() - 1 : list.size();
  for (std::size_t i = shown; i > 0; --i) view.entries.emplace_back(list[i - 1].text());

  const auto clock = session.ask({"HMGET", prefix + "clock", "last", "floor"});
  if (!clock) return tl::unexpected(clock.error());
  const auto fields = clock->value();
  if (fields.size() == 2) {
    view.clock_last = base::parse_decimal(fields[0].text());
    view.clock_floor = base::parse_decimal(fields[1].text());
  }
  const auto expiry = session.ask({"PTTL", key});
  if (!expiry) return tl::unexpected(expiry.error());
  const auto left = expiry->value();
  if (left.is_error()) {
    view.expiry_refusal = left.describe();
  } else if (left.integer() >= 0) {
    view.expires_in_ms = static_cast<std::uint64_t>(left.integer());
  }
  return view;
}

}  // namespace

int show_ring(const RingOptions& options, const CommonOptions& common, const Output& output) {
  if (const auto valid = base::check_channel_name(options.channel); !valid) {
    output.complain(valid.error().message);
    return kExitUsage;
  }
  const auto settings = load_settings(common);
  if (!settings.usable()) {
    for (const auto& error : settings.trouble) output.complain(error.message);
    return kExitConfig;
  }
  if (settings.config.backplane.type != config::BackplaneType::kRedis) {
    const auto where = settings.file.empty() ? std::string("no ") + kDefaultConfigFile : settings.file;
    output.complain(where + ": backplane.type is memory, whose rings cannot be seen; --redis URL names a Redis");
    return kExitUnavailable;
  }
  auto session = RedisSession::open(settings.config);
  if (!session) {
    output.complain(session.error().message);
    return kExitUnavailable;
  }
  const auto view = ask_ring(**session, settings.config.backplane.redis.prefix, options);
  if (!view) {
    output.complain(view.error().message);
    return kExitFailed;
  }
  return output.print(common.json ? ring_json(*view) : ring_text(*view, output)).value_or(kExitOk);
}

}  // namespace freshet::ctl
