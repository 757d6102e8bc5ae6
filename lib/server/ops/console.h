#pragma once

#include <span>
#include <string_view>

#include "http/request.h"
#include "http/response.h"

namespace freshet::server {

/// One file of the console, as it was when the program was built.
struct ConsoleFile {
  std::string_view path;  ///< of the request
  std::string_view type;
  std::string_view digest;  ///< of the content
  std::string_view content;
};

/// All of them, from lib/server/console.
std::span<const ConsoleFile> console_files();

/// Null when the console has no such file.
const ConsoleFile* find_console_file(std::string_view path);

/// Answers with the file, or 304 to a browser that has it. The page may load and ask for nothing that is not of this
/// listener, and be in no frame.
http::Response serve(const ConsoleFile& file, const http::Request& request);

}  // namespace freshet::server
