#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/dataset_clock.h"

namespace freshet::broker {

/// The highest clock value that this process was told of, and of which life of the dataset: shown to Redis at every
/// connect, which tells by it what it has forgotten. docs/resume.md, "Evidence".
class Evidence {
 public:
  /// What is shown. The epoch is valid until the next call; empty: none is known.
  struct Claim {
    Id highest = 0;
    std::string_view epoch;
  };

  /// An event was delivered. It does not say of which life it is.
  void delivered(Id id);
  /// A mark has come, of the life that `is_of`: all that was delivered before it is of that life, too.
  void marked(Id last);
  /// The dataset has answered a claim: what comes is of its present life. Where an event was delivered after the last
  /// mark that it does not know, that is the next claim.
  [[nodiscard]] std::optional<Claim> answered(const DatasetClock& clock);

  [[nodiscard]] Claim claim() const { return {told_, epoch_}; }
  [[nodiscard]] bool is_of(std::string_view epoch) const { return epoch_ == epoch; }
  [[nodiscard]] Id highest() const;

 private:
  Id told_ = 0;          ///< of epoch_
  Id delivered_ = 0;     ///< since the last mark: of epoch_, or of a life that follows it
  std::string epoch_;    ///< empty before the first answer
  std::string unknown_;  ///< the life of which an event was forgotten
};

}  // namespace freshet::broker
