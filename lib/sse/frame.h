#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string_view>
#include <utility>

namespace freshet::sse {

class Frame;

/// A counted reference to an immutable frame. The count is not atomic: frames never leave the loop's thread.
class FramePtr {
 public:
  FramePtr() = default;
  FramePtr(const FramePtr& other) noexcept;
  FramePtr(FramePtr&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  FramePtr& operator=(FramePtr other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~FramePtr();

  const Frame& operator*() const { return *frame_; }
  const Frame* operator->() const { return frame_; }
  explicit operator bool() const { return frame_ != nullptr; }

 private:
  friend class Frame;
  explicit FramePtr(const Frame* frame) noexcept;

  const Frame* frame_ = nullptr;
};

/// An event as its author meant it, before it becomes bytes.
struct Event {
  /// 0: the event has no id (live-only) and leaves the client's cursor alone.
  std::uint64_t id = 0;
  /// Empty: unnamed. Must hold neither CR nor LF; whoever decodes an event from outside has checked that.
  std::string_view name;
  /// Any bytes. LF, CRLF and CR all end a line of data, so that a payload can never become a field of the stream.
  std::string_view data;
};

/// What goes out on a stream, encoded once and shared by all subscribers: the same bytes serve HTTP/1.0, which sends
/// them bare, and HTTP/1.1, which sends them as one chunk. A frame and its bytes are one piece of memory.
class Frame {
 public:
  /// The most that are put into one.
  static constexpr std::size_t kMaxJoined = 65'535;

  static FramePtr encode(const Event& event);
  /// Bytes that are not an event: `retry:` lines, comments.
  static FramePtr raw(std::string_view body);
  /// The events of all of them, in their order, as one chunk. For many small ones that go to many clients: copied once,
  /// they are one piece for each client instead of one each.
  static FramePtr join(std::span<const FramePtr> frames);

  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  [[nodiscard]] std::string_view plain() const { return chunked().substr(header_, size_ - header_ - kTrailer); }
  /// The same as one chunk of a chunked body (RFC 9112, 7.1).
  [[nodiscard]] std::string_view chunked() const { return {bytes(), size_}; }
  /// The broker's own word (its name begins with `stream-`, or it is no event at all) rather than a published event.
  [[nodiscard]] bool control() const { return events_ == 0; }
  /// How many published events it holds.
  [[nodiscard]] std::size_t events() const { return events_; }
  /// What the frame costs in memory, shared by all who hold it.
  [[nodiscard]] std::size_t size_bytes() const { return sizeof(Frame) + size_; }

 private:
  friend class FramePtr;
  static constexpr std::size_t kTrailer = 2;

  Frame(std::size_t size, std::size_t header, std::size_t events)
      : size_(size), header_(static_cast<std::uint8_t>(header)), events_(static_cast<std::uint16_t>(events)) {}
  ~Frame() = default;
  /// A frame whose chunk has its header and its trailer, and room for a body of `size` bytes at `body`.
  static FramePtr make(std::size_t size, std::size_t events, char*& body);
  static void* operator new(std::size_t self, std::size_t bytes) { return ::operator new(self + bytes); }
  static void operator delete(void* memory) { ::operator delete(memory); }
  /// They begin right behind the frame itself.
  [[nodiscard]] const char* bytes() const {
    return reinterpret_cast<const char*>(this) + sizeof(Frame);  // NOLINT(*-reinterpret-cast)
  }

  std::size_t size_;  ///< of the chunk: its header, the body, CRLF
  mutable std::uint32_t references_ = 0;
  std::uint8_t header_;
  std::uint16_t events_;
};

inline FramePtr::FramePtr(const Frame* frame) noexcept : frame_(frame) { ++frame_->references_; }
inline FramePtr::FramePtr(const FramePtr& other) noexcept : frame_(other.frame_) {
  if (frame_ != nullptr) ++frame_->references_;
}
inline FramePtr::~FramePtr() {
  if (frame_ != nullptr && --frame_->references_ == 0) delete frame_;
}

}  // namespace freshet::sse
