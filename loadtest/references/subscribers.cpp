#include "loadtest/references/subscribers.h"

namespace freshet::loadtest {

std::int32_t Subscribers::find(const std::string& channel) const {
  const auto found = numbers_.find(channel);
  return found == numbers_.end() ? kNone : found->second;
}

std::int32_t Subscribers::find_or_add(const std::string& channel) {
  const auto [found, added] = numbers_.try_emplace(channel, static_cast<std::int32_t>(first_.size()));
  if (added) first_.push_back(kNone);
  return found->second;
}

void Subscribers::add(int fd, std::int32_t channel) {
  if (rows_.size() <= static_cast<std::size_t>(fd)) rows_.resize(static_cast<std::size_t>(fd) + 1);
  auto& first = first_[static_cast<std::size_t>(channel)];
  row(fd) = {.channel = channel, .previous = kNone, .next = first};
  if (first != kNone) row(first).previous = fd;
  first = fd;
}

void Subscribers::remove(int fd) {
  if (!has(fd)) return;
  const auto left = row(fd);
  if (left.next != kNone) row(left.next).previous = left.previous;
  if (left.previous != kNone) {
    row(left.previous).next = left.next;
  } else {
    first_[static_cast<std::size_t>(left.channel)] = left.next;
  }
  row(fd) = {};
}

bool Subscribers::has(int fd) const {
  return static_cast<std::size_t>(fd) < rows_.size() && rows_[static_cast<std::size_t>(fd)].channel != kNone;
}

}  // namespace freshet::loadtest
