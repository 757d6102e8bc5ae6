#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <sys/mman.h>
#include <type_traits>

#include "loadtest/histogram.h"

namespace freshet::loadtest {

/// Zeroed memory that a process shares with its children: `size` values of a type without pointers.
template <class T>
class SharedArray {
 public:
  static_assert(std::is_trivially_destructible_v<T>);

  explicit SharedArray(std::size_t size) : size_(size) {
    void* memory = ::mmap(nullptr, size * sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    values_ = static_cast<T*>(memory);
    for (std::size_t i = 0; i < size; ++i) new (values_ + i) T();
  }
  SharedArray(const SharedArray&) = delete;
  SharedArray& operator=(const SharedArray&) = delete;
  ~SharedArray() { ::munmap(values_, size_ * sizeof(T)); }

  [[nodiscard]] std::size_t size() const { return size_; }
  T& operator[](std::size_t index) { return values_[index]; }
  const T& operator[](std::size_t index) const { return values_[index]; }
  T* begin() { return values_; }
  T* end() { return values_ + size_; }
  const T* begin() const { return values_; }
  const T* end() const { return values_ + size_; }

 private:
  T* values_ = nullptr;
  std::size_t size_;
};

/// What the conductor tells its workers to do, one after the other.
enum class Order : std::uint8_t {
  kNone,
  kConnect,  ///< open every stream
  kCheck,    ///< the measured phase begins: judge numbers, stall those that shall stall, begin to churn
  kDrop,     ///< close every stream
  kReturn,   ///< open them again
  kWake,     ///< stop churning; the stalled ones read again
  kCount,   ///< count in `behind` the clients that lack something of their channel; in `reading_behind` those that read
  kSettle,  ///< the measured phase is over: note the CPU time
  kFinish,  ///< add up what is missing for good, and end
};

/// One worker's part of what has been seen, written by that worker alone. The conductor reads the counters at any time,
/// the histograms once the worker has ended.
struct alignas(64) WorkerState {
  using Counter = std::atomic<std::uint64_t>;

  Counter acknowledged = 0;  ///< number of the last order that was carried out
  Counter open = 0;          ///< streams whose response head has come
  Counter caught_up = 0;     ///< clients that came back after kReturn and have what they missed
  Counter delivered = 0;     ///< events of the measured phase, each once per client
  Counter missing = 0;
  Counter repeated = 0;
  Counter out_of_order = 0;
  Counter excused = 0;  ///< missed by clients that came back without asking for a replay
  Counter disconnects = 0;
  Counter resets = 0;
  Counter refused = 0;
  Counter last_status = 0;  ///< of a response other than 200
  Counter behind = 0;
  Counter reading_behind = 0;
  Counter cpu_ns = 0;  ///< from kCheck to kSettle
  Histogram latency;
  Histogram connecting;   ///< from connect() to the response head
  Histogram catching_up;  ///< from kReturn
};

/// An order as the conductor wrote it; the number goes up with each.
struct OrderSheet {
  std::atomic<std::uint64_t> number = 0;
  std::atomic<Order> order = Order::kNone;
};

/// Everything that the processes of a run share.
struct Shared {
  Shared(std::size_t worker_count, std::size_t channels) : sheet(1), workers(worker_count), published(channels) {}

  SharedArray<OrderSheet> sheet;
  SharedArray<WorkerState> workers;
  SharedArray<std::atomic<std::int64_t>> published;  ///< events of each channel so far, warm-up included
};

}  // namespace freshet::loadtest
