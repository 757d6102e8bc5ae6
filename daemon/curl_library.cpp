#include "curl_library.h"

#include <dlfcn.h>

namespace freshet {
namespace {

/// Its functions have been the same since 2006. Options of the header at hand that are newer than the library are
/// refused when they are set.
constexpr const char* kFile = "libcurl.so.4";

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

base::Error last_error() {
  const char* reason = dlerror();  // NOLINT(concurrency-mt-unsafe): glibc keeps one for each thread
  return {reason == nullptr ? std::string(kFile) + " cannot be used" : reason};
}

}  // namespace

base::Result<CurlLibrary> CurlLibrary::load() {
  // Never unloaded: some of what it brings leaves callbacks behind for the end of the process.
  void* library = dlopen(kFile, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) return tl::unexpected(last_error());
  CurlLibrary curl;
  const bool complete =
      find(library, "curl_easy_init", curl.easy_init) && find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
      find(library, "curl_easy_setopt", curl.easy_setopt) && find(library, "curl_easy_perform", curl.easy_perform) &&
      find(library, "curl_easy_getinfo", curl.easy_getinfo) && find(library, "curl_easy_strerror", curl.easy_strerror);
  auto result = complete ? base::Result<CurlLibrary>(curl) : tl::unexpected(last_error());
  dlclose(library);
  return result;
}

}  // namespace freshet
