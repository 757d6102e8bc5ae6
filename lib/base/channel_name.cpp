#include "base/channel_name.h"

#include "base/text.h"

namespace freshet::base {

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
  return fail("channel \"" + printable(name, 60) + "\": byte " + std::to_string(bad + 1) +
              " is not one of A-Z a-z 0-9 _ - . : / @ ~ = + ,");
}

}  // namespace freshet::base
