#include "server/backlog.h"

namespace freshet::server {

bool Backlog::add(std::string_view bytes) {
  if (!budget_.has_room(bytes.size())) return false;
  budget_.charge(0, bytes.size());
  bytes_ += bytes;
  return true;
}

void Backlog::consume(std::size_t bytes) {
  budget_.charge(bytes, 0);
  bytes_.erase(0, bytes);
  if (bytes_.empty()) bytes_.shrink_to_fit();  // most connections never pipeline again
}

}  // namespace freshet::server
