#include "base/channel_name.h"

#include "base/text.h"

namespace freshet::base {
namespace {

std::string hexadecimal(char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  return {'0', 'x', kDigits[value >> 4U], kDigits[value & 15U]};
}

}  // namespace

Result<void> check_channel_name(std::string_view name) {
  static constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:/@~=+,";
  if (name.empty()) return fail("a channel name is empty");
  if (name.size() > kMaxChannelNameBytes) {
    return fail("a channel name of " + std::to_string(name.size()) + " bytes: the limit is " +
                std::to_string(kMaxChannelNameBytes));
  }
  const auto bad = name.find_first_not_of(kAllowed);
  if (bad == std::string_view::npos) return {};
  // In the words of the function library, which checks for those that publish through Redis.
  return fail("channel '" + printable(name, 60) + "': byte " + hexadecimal(name[bad]) + " at position " +
              std::to_string(bad + 1) + " is not allowed (allowed: A-Z a-z 0-9 _ - . : / @ ~ = + ,)");
}

}  // namespace freshet::base
