#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "loadtest/endpoint.h"

namespace freshet::loadtest {

/// `http://HOST:PORT/PATH` or, as nginx writes it, `http://unix:/SOCKET:/PATH`. PATH may be a template.
struct Url {
  Endpoint endpoint;
  std::string host;  ///< for the Host header
  std::string path;  ///< with its query

  static base::Result<Url> parse(std::string_view text);
};

/// What a template names: `{channel}`, `{i}` (a client's number) or `{n}` (a channel's). A name that stands for nothing
/// here stays as it is.
struct TemplateValues {
  std::string_view channel;
  std::string_view client;
  std::string_view channel_number;
};

std::string fill(std::string_view text, const TemplateValues& values);

}  // namespace freshet::loadtest
