#include "messages.h"

#include <algorithm>

#include "redis/codec.h"
#include "world.h"

namespace freshet::bench {
namespace {

std::string bulk(std::string_view text) {
  return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}

}  // namespace

std::string resp_messages(std::size_t count) {
  const auto record = broker::encode_record({1'700'000'000'000'000, 1, "note", std::string(kPayloadBytes, 'x')});
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) {
    bytes += "*3\r\n" + bulk("message") + bulk("freshet:" + World::channel_name(i)) + bulk(record);
  }
  return bytes;
}

std::size_t read_all(redis::ReplyReader& reader, std::string_view bytes) {
  std::size_t sum = 0;
  while (!bytes.empty()) {
    reader.feed(bytes.substr(0, redis::ReplyReader::kPieceBytes));
    bytes.remove_prefix(std::min(redis::ReplyReader::kPieceBytes, bytes.size()));
    while (true) {
      const auto reply = reader.take();
      if (!reply || !*reply) break;
      const auto message = (*reply)->value();
      sum += message[1].text().size() + message[2].text().size();
    }
  }
  return sum;
}

}  // namespace freshet::bench
