#include "server/quotas.h"

namespace freshet::server {

Quotas::Place::~Place() {
  if (count_ != nullptr && --count_->second == 0) quotas_->streams_.erase(quotas_->streams_.find(count_->first));
}

bool Quotas::has_room(const std::string& key, std::size_t limit) const {
  if (limit == 0) return true;
  const auto found = streams_.find(key);
  return found == streams_.end() || found->second < limit;
}

Quotas::Place Quotas::take(const std::string& key) {
  auto& count = *streams_.try_emplace(key).first;
  ++count.second;
  return {*this, count};
}

}  // namespace freshet::server
