#include <algorithm>
#include <cctype>
#include <charconv>

#include "loadtest/publish_wire.h"

namespace freshet::loadtest {
namespace {

constexpr std::string_view kBlank = "\r\n\r\n";

/// The value of a header, its name given in lower case with the colon; empty without it.
std::string_view header(std::string_view head, std::string_view name) {
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  const auto* at = std::search(head.begin(), head.end(), name.begin(), name.end(), same);
  if (at == head.end()) return {};
  auto value = head.substr(static_cast<std::size_t>(at - head.begin()) + name.size());
  value = value.substr(0, value.find("\r\n"));
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return value;
}

/// Bytes of a complete answer at the front of `in`; 0: it is not all here.
std::size_t size_of_answer(std::string_view in) {
  const auto end = in.find(kBlank);
  if (end == std::string_view::npos) return 0;
  const auto head = in.substr(0, end + 2);
  const auto size = end + kBlank.size();
  if (header(head, "\r\ntransfer-encoding:") == "chunked") {
    constexpr std::string_view kLastChunk = "0\r\n\r\n";
    const auto last = in.find(kLastChunk, size);
    return last == std::string_view::npos ? 0 : last + kLastChunk.size();
  }
  const auto text = header(head, "\r\ncontent-length:");
  std::size_t length = 0;
  std::from_chars(text.data(), text.data() + text.size(), length);
  return in.size() < size + length ? 0 : size + length;
}

}  // namespace

HttpWire::HttpWire(const Options& options, const ChannelPlan& plan) {
  const auto& url = *options.publish_url;
  before_length_.reserve(plan.channels());
  for (std::size_t channel = 0; channel < plan.channels(); ++channel) {
    const TemplateValues values{.channel = plan.name(channel), .client = {}, .channel_number = {}};
    auto head = "POST " + fill(url.path, values) + " HTTP/1.1\r\nHost: " + url.host + "\r\n";
    for (const auto& line : options.publish_headers) head += fill(line, values) + "\r\n";
    before_length_.push_back(head + "Content-Length: ");
  }
}

void HttpWire::encode(std::size_t channel, std::string_view data, std::string& out) const {
  out += before_length_[channel];
  out += std::to_string(data.size());
  out += kBlank;
  out += data;
}

base::Result<std::size_t> HttpWire::take_answers(std::string_view& in) {
  constexpr std::string_view kStatus = "HTTP/1.1 2";
  std::size_t answers = 0;
  while (true) {
    const auto size = size_of_answer(in);
    if (size == 0) return answers;
    if (!in.starts_with(kStatus)) return base::fail("publishing: " + std::string(in.substr(0, in.find('\r'))));
    in.remove_prefix(size);
    ++answers;
  }
}

std::unique_ptr<PublishWire> make_wire(const Options& options, const ChannelPlan& plan) {
  if (options.publish == PublishHow::kPost) return std::make_unique<HttpWire>(options, plan);
  return std::make_unique<RedisWire>(options, plan);
}

}  // namespace freshet::loadtest
