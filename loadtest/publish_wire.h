#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "loadtest/channel_plan.h"
#include "loadtest/options.h"

namespace freshet::loadtest {

/// How a publisher speaks: the bytes of a publish, and the answers to it.
class PublishWire {
 public:
  PublishWire() = default;
  PublishWire(const PublishWire&) = delete;
  PublishWire& operator=(const PublishWire&) = delete;
  virtual ~PublishWire() = default;

  /// Appends the bytes that publish `data` to channel number `channel`.
  virtual void encode(std::size_t channel, std::string_view data, std::string& out) const = 0;
  /// Takes complete answers from the front of `in`, and says how many. An error when one of them is a refusal.
  virtual base::Result<std::size_t> take_answers(std::string_view& in) = 0;
};

/// FCALL freshet_publish or PUBLISH.
class RedisWire final : public PublishWire {
 public:
  RedisWire(const Options& options, const ChannelPlan& plan);
  void encode(std::size_t channel, std::string_view data, std::string& out) const override;
  base::Result<std::size_t> take_answers(std::string_view& in) override;

 private:
  std::vector<std::string> before_data_;  ///< of each channel's command
  std::string after_data_;
};

/// HTTP POST with the data as its body.
class HttpWire final : public PublishWire {
 public:
  HttpWire(const Options& options, const ChannelPlan& plan);
  void encode(std::size_t channel, std::string_view data, std::string& out) const override;
  base::Result<std::size_t> take_answers(std::string_view& in) override;

 private:
  std::vector<std::string> before_length_;
};

std::unique_ptr<PublishWire> make_wire(const Options& options, const ChannelPlan& plan);

}  // namespace freshet::loadtest
