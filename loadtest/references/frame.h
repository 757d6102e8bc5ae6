#pragma once

#include <string>
#include <string_view>

namespace freshet::loadtest {

/// Appends a message of Redis as one chunk of a chunked body that holds one event: a bare message as its data, a
/// durable record of freshet with its id and its event's name. Lines end with LF.
void append_chunk(std::string_view message, std::string& out);

}  // namespace freshet::loadtest
