#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

  /// An event was delivered, under the floor of the last mark: what comes between a fence and a mark is not for here.
  /// It does not say of which life it is.
  void delivered(Id id);
  /// A mark has come that `agrees_with`: all that was delivered before it is of its life, too, and not above it.
  void marked(const DatasetClock& clock);
  /// The first claim to a dataset, which has answered none yet.
  [[nodiscard]] Claim claim();
  /// The dataset has answered a claim: what comes is of its present life. There may be another claim to be shown next:
  /// an event that was delivered after the last mark, or a history that the dataset does not know. It is shown again
  /// after the first one of another connection, if it was not answered.
  [[nodiscard]] std::optional<Claim> answered(const DatasetClock& clock);

  /// Whether the dataset is still in the life that is known, and in its history: nothing that was seen under another
  /// floor may lie at or above that of the clock. It does where a dataset began anew while its ids ran ahead of the
  /// time, for it does not know how far.
  [[nodiscard]] bool agrees_with(const DatasetClock& clock) const;
  [[nodiscard]] Id highest() const;

 private:
  struct Owed {
    Id highest = 0;
    std::string epoch;
  };

  void owe(Id highest, std::string_view epoch);
  /// Whether what was delivered since the last mark lies in another history than the one above this floor.
  [[nodiscard]] bool delivered_under_another(Id floor) const;

  Id told_ = 0;              ///< of epoch_
  Id delivered_ = 0;         ///< since the last mark: of epoch_, or of a life that follows it
  Id floor_ = 0;             ///< under which told_ was seen
  Id heard_floor_ = 0;       ///< under which delivered_ was: of the last mark, which an answer may have overtaken
  std::string epoch_;        ///< empty before the first answer
  std::vector<Owed> owed_;   ///< claims that no dataset has answered
  bool owed_shown_ = false;  ///< the first of them
};

}  // namespace freshet::broker
