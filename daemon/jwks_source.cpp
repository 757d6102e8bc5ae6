#include "jwks_source.h"

#include <algorithm>
#include <array>
#include <utility>

#include "auth/keyring.h"
#include "curl_library.h"

namespace freshet {
namespace {

constexpr std::chrono::seconds kFirstRetry{1};
constexpr std::chrono::seconds kLongestRetry{60};
/// Tokens with made-up key ids must not turn into requests to the issuer.
constexpr std::chrono::seconds kBetweenFetches{10};
constexpr long kTimeoutMs = 10'000;

std::size_t take(char* bytes, std::size_t size, std::size_t count, void* target) {
  auto& text = *static_cast<std::string*>(target);
  if (text.size() + size * count > auth::kMaxJwksBytes) return 0;  // fewer than offered: curl ends the transfer
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
  auto code = CURLE_OK;
  const auto set = [&](CURLoption option, auto value) {
    if (code == CURLE_OK) code = library->easy_setopt(curl, option, value);
  };
  set(CURLOPT_ERRORBUFFER, reason.data());
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  // The environment may name a proxy. What comes without TLS must not pass through other hands.
  if (!url.starts_with("https://")) set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // a name server that does not answer is not waited for beyond the time allowed
  set(CURLOPT_FAILONERROR, 1L);
  set(CURLOPT_TIMEOUT_MS, kTimeoutMs);
  set(CURLOPT_USERAGENT, "freshetd");
  set(CURLOPT_WRITEFUNCTION, &take);
  set(CURLOPT_WRITEDATA, &text);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &check_cancelled);
  set(CURLOPT_XFERINFODATA, &cancelled);
  if (code != CURLE_OK) return base::fail(std::string("libcurl is too old: ") + library->easy_strerror(code));
  code = library->easy_perform(curl);
  long status = 0;
  library->easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  // A redirect's page, or an empty one, is no key set: taken for one it would be the end of all keys.
  if (code == CURLE_OK && status != 200) return base::fail("answered with status " + std::to_string(status));
  if (code == CURLE_OK && text.empty()) return base::fail("answered with nothing");
  if (code == CURLE_OK) return text;
  if (code == CURLE_WRITE_ERROR) return base::fail("more than " + std::to_string(auth::kMaxJwksBytes) + " bytes");
  return base::fail(reason.front() != '\0' ? reason.data() : library->easy_strerror(code));
}

}  // namespace

JwksSource::JwksSource(uv::Loop& loop, std::string url, std::chrono::milliseconds refresh, Take take,
                       std::function<void(const std::string&)> failed)
    : loop_(loop),
      url_(std::move(url)),
      refresh_(refresh),
      take_(std::move(take)),
      failed_(std::move(failed)),
      retry_(kFirstRetry) {
  fetch();
}

void JwksSource::fetch() {
  timer_.reset();
  fetched_at_ = loop_.now();
  missing_.fetch_began();
  worker_ = std::make_unique<uv::Worker>(
      loop_, [url = url_](const std::atomic<bool>& cancelled) { return download(url, cancelled); },
      [this](base::Result<std::string> text) { fetched(std::move(text)); });
}

void JwksSource::fetched(base::Result<std::string> text) {
  const auto done = std::move(worker_);
  if (const auto used = use(std::move(text)); !used) return failed(used.error().message);
  missing_.fetch_succeeded();
  failure_.clear();
  retry_ = kFirstRetry;
  fetch_after(refresh_);
  if (missing_.any()) fetch_soon();
}

base::Result<void> JwksSource::use(base::Result<std::string> text) {
  if (!text) return tl::unexpected(text.error());
  if (text_ == *text) return {};
  auto taken = take_(*text);
  if (taken) text_ = std::move(*text);
  return taken;
}

void JwksSource::failed(const std::string& reason) {
  missing_.fetch_failed();
  if (failure_ != reason) {
    failure_ = reason;
    failed_(text_.empty() ? reason : reason + "; the last key set stays in force");
  }
  fetch_after(retry_);
  retry_ = std::min<base::Duration>(retry_ * 2, kLongestRetry);
}

bool JwksSource::key_missing(const std::string& kid) {
  const bool first_to_come = text_.empty();
  if (kid.empty() && !first_to_come) return false;
  const bool to_come = first_to_come || missing_.ask(kid);
  fetch_soon();
  return to_come;
}

void JwksSource::set_refresh(std::chrono::milliseconds refresh) {
  refresh_ = refresh;
  const auto next = std::max(fetched_at_ + refresh_, loop_.now());
  if (!worker_ && next < due_) fetch_after(next - loop_.now());
}

void JwksSource::fetch_soon() {
  // A fetch that is due sooner, such as the next try after a failure, is not put off.
  const auto earliest = std::max(fetched_at_ + kBetweenFetches, loop_.now());
  if (!worker_ && earliest < due_) fetch_after(earliest - loop_.now());
}

void JwksSource::fetch_after(base::Duration delay) {
  due_ = loop_.now() + delay;
  timer_ = loop_.after(delay, [this] { fetch(); });
}

}  // namespace freshet
