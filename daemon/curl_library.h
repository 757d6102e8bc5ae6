#pragma once

#include <curl/curl.h>
#include <memory>

#include "base/error.h"

namespace freshet {

/// libcurl, loaded when it is first needed. It brings thirty more libraries into the process (4 MB, more than all the
/// rest of it), and only a configuration with `auth.jwt.jwks_url` has a use for them.
///
/// May be copied to other threads. Once loaded the code stays for the life of the process.
class CurlLibrary {
 public:
  /// Blocks while the files are read. An error names what is missing.
  static base::Result<CurlLibrary> load();

  decltype(&curl_easy_init) easy_init = nullptr;
  decltype(&curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&curl_easy_setopt) easy_setopt = nullptr;
  decltype(&curl_easy_perform) easy_perform = nullptr;
  decltype(&curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&curl_easy_strerror) easy_strerror = nullptr;

 private:
  CurlLibrary() = default;
};

}  // namespace freshet
