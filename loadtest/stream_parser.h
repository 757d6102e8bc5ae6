#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace freshet::loadtest {

/// A piece of text of which only the beginning is kept.
template <std::size_t Size>
class Beginning {
 public:
  void clear() { size_ = 0; }
  void append(std::string_view text) { size_ += text.copy(bytes_.data() + size_, Size - size_); }
  void assign(std::string_view text) { size_ = text.copy(bytes_.data(), Size); }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, Size> bytes_{};
  std::size_t size_ = 0;
};

/// Takes an HTTP/1 response with an event stream apart, chunked or not, however it is cut into pieces. Allocates
/// nothing: of each line only the beginning is kept, which is enough for ids and for the numbers in our data.
class StreamParser {
 public:
  static constexpr std::size_t kLineBytes = 160;

  /// An event at its blank line. The views hold until the next piece is fed; data is the beginning of its first line.
  struct Event {
    std::string_view id;  ///< empty: it has none
    std::string_view name;
    std::string_view data;
  };

  class Sink {
   public:
    Sink() = default;
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
    virtual ~Sink() = default;

    /// The response head is complete.
    virtual void on_head(int status) = 0;
    virtual void on_event(const Event& event) = 0;
  };

  /// The sink may not destroy the parser meanwhile.
  void feed(std::string_view bytes, Sink& sink);
  /// Ready for another response.
  void reset();
  /// The last chunk has come: nothing follows.
  [[nodiscard]] bool ended() const { return state_ == State::kEnded; }

 private:
  enum class State : std::uint8_t { kHead, kBare, kChunkSize, kChunkExtension, kChunk, kChunkEnd, kEnded };

  void feed_lines(std::string_view bytes, Sink& sink);
  void take_head_line(std::string_view line, Sink& sink);
  void take_line(std::string_view line, Sink& sink);
  std::string_view feed_head(std::string_view bytes, Sink& sink);
  std::string_view feed_chunk_size(std::string_view bytes);

  State state_ = State::kHead;
  bool chunked_ = false;
  int status_ = 0;
  std::size_t chunk_left_ = 0;
  Beginning<kLineBytes> line_;
  Beginning<128> id_;
  Beginning<24> name_;
  Beginning<48> data_;
};

}  // namespace freshet::loadtest
