// Records as anyone who may PUBLISH could send them: rejected with a known word, or exactly what encoding gives back.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "broker/record.h"
#include "sse/frame.h"

using freshet::broker::check_event_name;
using freshet::broker::decode_record;
using freshet::broker::encode_record;
using freshet::broker::is_record;
using freshet::broker::kMaxId;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// Ids with zeros in front are read, though nobody writes them: then only what they mean has to come back.
bool has_leading_zero(std::string_view bytes) {
  const auto head = bytes.substr(0, bytes.find('\n'));
  for (auto bar = head.find('|'); bar != std::string_view::npos; bar = head.find('|', bar + 1)) {
    if (head.size() > bar + 2 && head[bar + 1] == '0' && head[bar + 2] != '|') return true;
  }
  return false;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const auto record = decode_record(bytes);
  if (!record) {
    const auto& reason = record.error().message;
    require(reason == "malformed" || reason == "version" || reason == "event-name");
    return 0;
  }
  require(is_record(bytes));
  require(record->id <= kMaxId && (record->id == 0 ? record->prev == 0 : record->prev < record->id));
  require(check_event_name(record->event).has_value());
  const auto encoded = encode_record(*record);
  require(encoded == bytes || has_leading_zero(bytes));
  const auto again = decode_record(encoded);
  require(again && again->id == record->id && again->prev == record->prev && again->event == record->event &&
          again->data == record->data);

  // The frame that goes out is one block, whatever the data holds.
  const auto frame = freshet::sse::Frame::encode({record->id, record->event, record->data});
  const auto plain = frame->plain();
  require(plain.find('\r') == std::string_view::npos);
  require(plain.find("\n\n") == plain.size() - 2);
  return 0;
}
