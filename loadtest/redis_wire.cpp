#include <charconv>

#include "loadtest/publish_wire.h"

namespace freshet::loadtest {
namespace {

std::string bulk(std::string_view text) {
  return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}

}  // namespace

RedisWire::RedisWire(const Options& options, const ChannelPlan& plan) {
  constexpr std::string_view kDefaultPrefix = "freshet:";
  const bool fcall = options.publish == PublishHow::kFcall;
  const bool other_prefix = fcall && options.prefix != kDefaultPrefix;
  if (other_prefix) after_data_ = bulk("PREFIX") + bulk(options.prefix);
  before_data_.reserve(plan.channels());
  for (std::size_t channel = 0; channel < plan.channels(); ++channel) {
    const auto& name = plan.name(channel);
    before_data_.push_back(fcall ? (other_prefix ? "*7\r\n" : "*5\r\n") + bulk("FCALL") + bulk("freshet_publish") +
                                       bulk("1") + bulk(name)
                                 : "*3\r\n" + bulk("PUBLISH") + bulk(options.prefix + name));
  }
}

void RedisWire::encode(std::size_t channel, std::string_view data, std::string& out) const {
  out += before_data_[channel];
  out += '$';
  out += std::to_string(data.size());
  out += "\r\n";
  out += data;
  out += "\r\n";
  out += after_data_;
}

// Integers, simple strings and bulk strings are all that these commands answer.
base::Result<std::size_t> RedisWire::take_answers(std::string_view& in) {
  std::size_t answers = 0;
  while (true) {
    const auto end = in.find("\r\n");
    if (end == std::string_view::npos) return answers;
    auto size = end + 2;
    if (in.front() == '-') return base::fail("Redis: " + std::string(in.substr(1, end - 1)));
    if (in.front() == '$') {
      std::size_t length = 0;
      std::from_chars(in.data() + 1, in.data() + end, length);
      size += length + 2;
    }
    if (in.size() < size) return answers;
    in.remove_prefix(size);
    ++answers;
  }
}

}  // namespace freshet::loadtest
