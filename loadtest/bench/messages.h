#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace freshet::redis {
class ReplyReader;
}

namespace freshet::bench {

/// So many pub/sub messages as Redis sends them, each a record on a channel of its own.
std::string resp_messages(std::size_t count);
/// Has them read as a connection does, and looks at the name and the payload of each; the sum of their sizes.
std::size_t read_all(redis::ReplyReader& reader, std::string_view bytes);

}  // namespace freshet::bench
