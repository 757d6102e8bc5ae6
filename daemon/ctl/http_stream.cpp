#include "ctl/http_stream.h"

#include <utility>

namespace freshet::ctl {

HttpStream::HttpStream(HttpRequest request)
    : multi_(curl_multi_init()), transfer_(std::make_unique<Transfer>(multi_.get(), std::move(request))) {
  drive(multi_.get());
}

void HttpStream::wait(std::chrono::milliseconds longest, int wake_fd) {
  curl_waitfd wake{wake_fd, CURL_WAIT_POLLIN, 0};
  curl_multi_poll(multi_.get(), &wake, wake_fd >= 0 ? 1 : 0, static_cast<int>(longest.count()), nullptr);
  drive(multi_.get());
}

}  // namespace freshet::ctl
