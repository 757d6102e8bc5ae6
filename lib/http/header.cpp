#include "http/header.h"

#include "http/byte_set.h"

namespace freshet::http {

bool is_token(std::string_view text) {
  static constexpr ByteSet kTokenBytes = alphanumerics_and("!#$%&'*+-.^_`|~");
  return !text.empty() && kTokenBytes.has_all_of(text);
}

}  // namespace freshet::http
