#include "server/quotas.h"

#include "auth/ip_network.h"

namespace freshet::server {

Quotas::Place::~Place() {
  if (quotas_ == nullptr) return;
  const auto found = quotas_->streams_.find(key_);
  if (--found->second == 0) quotas_->streams_.erase(found);
}

bool Quotas::has_room(const std::string& key, std::size_t limit) const {
  if (limit == 0) return true;
  const auto found = streams_.find(key);
  return found == streams_.end() || found->second < limit;
}

Quotas::Place Quotas::take(std::string key) {
  ++streams_[key];
  return {*this, std::move(key)};
}

std::string Quotas::address_key(const std::string& address) {
  const auto parsed = auth::IpAddress::parse(address);
  return "a:" + (parsed ? auth::prefix64(*parsed).text() : address);
}

}  // namespace freshet::server
