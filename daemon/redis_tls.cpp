#include "redis_tls.h"

#include <utility>

namespace freshet {

tl::expected<std::optional<tls::Context>, std::vector<base::Error>> load_redis_tls(const config::Backplane& backplane) {
  if (backplane.type != config::BackplaneType::kRedis || !backplane.redis.url.tls) return std::nullopt;
  const auto& tls = backplane.redis.tls;
  auto context = tls::Context::load({.ca_file = tls.ca_file,
                                     .cert_file = tls.cert_file,
                                     .key_file = tls.key_file,
                                     .server_name = tls.server_name,
                                     .verify = tls.verify,
                                     .key_prefix = "backplane.redis.tls."});
  if (!context) return tl::unexpected(std::move(context.error()));
  return std::move(*context);
}

}  // namespace freshet
