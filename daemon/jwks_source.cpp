#include "jwks_source.h"

#include <algorithm>
#include <array>
#include <utility>

#include "curl_library.h"

namespace freshet {
namespace {

constexpr std::chrono::seconds kFirstRetry{1};
constexpr std::chrono::seconds kLongestRetry{60};
/// Tokens with made-up key ids must not turn into requests to the issuer.
constexpr std::chrono::seconds kBetweenFetches{10};
constexpr long kTimeoutMs = 10'000;
constexpr std::size_t kMaxBytes = std::size_t{256} << 10U;

std::size_t take(char* bytes, std::size_t size, std::size_t count, void* target) {
  auto& text = *static_cast<std::string*>(target);
  if (text.size() + size * count > kMaxBytes) return 0;  // fewer than offered: curl ends the transfer
  text.append(bytes, size * count);
  return size * count;
}

int check_cancelled(void* cancelled, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(cancelled)->load() ? 1 : 0;
}

/// Blocks; runs on a thread of its own. Redirects are not followed: the URL is trusted, what it points to is not.
base::Result<std::string> download(const std::string& url, const std::atomic<bool>& cancelled) {
  const auto library = CurlLibrary::load();
  if (!library) return tl::unexpected(library.error());
  const std::unique_ptr<CURL, void (*)(CURL*)> handle(library->easy_init(), library->easy_cleanup);
  if (!handle) return base::fail("no memory");
  std::string text;
  std::array<char, CURL_ERROR_SIZE> reason{};
  auto* curl = handle.get();
  const auto set = library->easy_setopt;
  set(curl, CURLOPT_URL, url.c_str());
  set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  set(curl, CURLOPT_NOSIGNAL, 1L);
  set(curl, CURLOPT_QUICK_EXIT, 1L);  // a name server that does not answer is not waited for beyond the time allowed
  set(curl, CURLOPT_FAILONERROR, 1L);
  set(curl, CURLOPT_TIMEOUT_MS, kTimeoutMs);
  set(curl, CURLOPT_USERAGENT, "freshetd");
  set(curl, CURLOPT_ERRORBUFFER, reason.data());
  set(curl, CURLOPT_WRITEFUNCTION, &take);
  set(curl, CURLOPT_WRITEDATA, &text);
  set(curl, CURLOPT_NOPROGRESS, 0L);
  set(curl, CURLOPT_XFERINFOFUNCTION, &check_cancelled);
  set(curl, CURLOPT_XFERINFODATA, &cancelled);
  const auto code = library->easy_perform(curl);
  long status = 0;
  library->easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  // A redirect's page, or an empty one, is no key set: taken for one it would be the end of all keys.
  if (code == CURLE_OK && status != 200) return base::fail("answered with status " + std::to_string(status));
  if (code == CURLE_OK && text.empty()) return base::fail("answered with nothing");
  if (code == CURLE_OK) return text;
  if (code == CURLE_WRITE_ERROR) return base::fail("more than " + std::to_string(kMaxBytes) + " bytes");
  return base::fail(reason.front() != '\0' ? reason.data() : library->easy_strerror(code));
}

}  // namespace

JwksSource::JwksSource(uv::Loop& loop, std::string url, std::chrono::milliseconds refresh,
                       std::function<void(const std::string&)> changed, std::function<void(const std::string&)> failed)
    : loop_(loop),
      url_(std::move(url)),
      refresh_(refresh),
      changed_(std::move(changed)),
      failed_(std::move(failed)),
      retry_(kFirstRetry) {
  fetch();
}

void JwksSource::fetch() {
  timer_.reset();
  fetched_at_ = loop_.now();
  worker_ = std::make_unique<uv::Worker>(
      loop_, [url = url_](const std::atomic<bool>& cancelled) { return download(url, cancelled); },
      [this](base::Result<std::string> text) { fetched(std::move(text)); });
}

void JwksSource::fetched(base::Result<std::string> text) {
  const auto done = std::move(worker_);
  if (!text) {
    if (failure_ != text.error().message) {
      failure_ = text.error().message;
      failed_(failure_);
    }
    fetch_after(retry_);
    retry_ = std::min<base::Duration>(retry_ * 2, kLongestRetry);
    return;
  }
  failure_.clear();
  retry_ = kFirstRetry;
  fetch_after(refresh_);
  if (text_ == *text) return;
  text_ = std::move(*text);
  changed_(text_);
}

void JwksSource::key_missing() {
  // A fetch that is due sooner, such as the next try after a failure, is not put off.
  const auto earliest = std::max(fetched_at_ + kBetweenFetches, loop_.now());
  if (!worker_ && earliest < due_) fetch_after(earliest - loop_.now());
}

void JwksSource::fetch_after(base::Duration delay) {
  due_ = loop_.now() + delay;
  timer_ = loop_.after(delay, [this] { fetch(); });
}

}  // namespace freshet
