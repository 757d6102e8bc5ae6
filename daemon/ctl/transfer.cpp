#include "ctl/transfer.h"

#include <cerrno>
#include <utility>

#include "base/text.h"
#include "ctl/file_access.h"
#include "ctl/quantity.h"
#include "uv/errno_text.h"

namespace freshet::ctl {
namespace {

/// What is not taken meanwhile is bounded.
constexpr std::size_t kMaxWaitingBytes = std::size_t{256} << 20U;

/// Whether libcurl speaks of another host than the URL's: then it has tried to reach a proxy.
bool at_proxy(std::string_view said, std::string_view url) {
  constexpr std::string_view kBefore = "connect to ";
  const auto at = said.find(kBefore);
  if (at == std::string_view::npos) return false;
  const auto host = said.substr(at + kBefore.size());
  return url.find(host.substr(0, host.find(" port"))) == std::string_view::npos;
}

}  // namespace

Transfer::Transfer(CURLM* multi, HttpRequest request)
    : multi_(multi), request_(std::move(request)), easy_(curl_easy_init()) {
  auto* easy = easy_.get();
  curl_slist* headers = nullptr;
  for (const auto& header : request_.headers) headers = curl_slist_append(headers, header.c_str());
  headers_.reset(headers);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // The end of the program does not wait for the look-up of a name.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "freshetctl/" FRESHET_VERSION);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout.count()));
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason_.data());
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  if (!request_.unix_socket.empty()) curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, request_.unix_socket.c_str());
  if (request_.direct || !request_.unix_socket.empty()) curl_easy_setopt(easy, CURLOPT_PROXY, "");
  if (request_.insecure) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (request_.body) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body->size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body->data());
  }
  if (request_.method != "GET" || request_.body) {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }
  curl_multi_add_handle(multi_, easy);
}

Transfer::~Transfer() { curl_multi_remove_handle(multi_, easy_.get()); }

void Transfer::end(CURLcode code) { code_ = code; }

std::optional<HttpFailure> Transfer::failure() const {
  if (!code_ || *code_ == CURLE_OK) return std::nullopt;
  if (*code_ == CURLE_WRITE_ERROR) return HttpFailure{"the answer is too large", false};
  return HttpFailure{base::printable(reason()), unreached()};
}

bool Transfer::unreached() const {
  if (*code_ == CURLE_COULDNT_CONNECT || *code_ == CURLE_COULDNT_RESOLVE_HOST) return true;
  curl_off_t connected_after = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_CONNECT_TIME_T, &connected_after);
  return *code_ == CURLE_OPERATION_TIMEDOUT && connected_after == 0;
}

/// Libcurl's words name the address, which whoever reads this knows, and for a unix socket a wrong one.
std::string Transfer::reason() const {
  std::string said = reason_.front() != '\0' ? reason_.data() : curl_easy_strerror(*code_);
  if (*code_ == CURLE_OPERATION_TIMEDOUT && unreached()) {
    const std::chrono::duration<double> waited = request_.connect_timeout;
    return "no connection within " + short_time(waited.count());
  }
  if (*code_ == CURLE_SSL_CONNECT_ERROR && said.find("wrong version number") != std::string::npos) {
    return said + " (a plain port? http://)";
  }
  long error = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &error);
  if (*code_ != CURLE_COULDNT_CONNECT || error == 0 || at_proxy(said, request_.url)) return said;
  auto text = uv::errno_text(static_cast<int>(error));
  if (error == EACCES && !request_.unix_socket.empty()) {
    const auto who = who_may(request_.unix_socket, Access::kWrite);
    if (!who.empty()) text += " (" + who + ')';
  }
  return text;
}

std::size_t Transfer::on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
  static_cast<Transfer*>(self)->take_header({bytes, size * count});
  return size * count;
}

std::size_t Transfer::on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& body = static_cast<Transfer*>(self)->body_;
  if (body.size() + size * count > kMaxWaitingBytes) return 0;
  body.append(bytes, size * count);
  return size * count;
}

void Transfer::take_header(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    head_ = {};
    head_.version = line.substr(0, line.find(' '));
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &head_.status);
  } else if (line.empty()) {
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &head_.status);
    has_head_ = head_.status >= 200;
  } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    head_.headers.emplace_back(base::to_lower(line.substr(0, colon)), base::trim(line.substr(colon + 1)));
  }
}

void drive(CURLM* multi) {
  int running = 0;
  curl_multi_perform(multi, &running);
  int left = 0;
  while (const auto* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    transfer->end(message->data.result);
  }
}

}  // namespace freshet::ctl
