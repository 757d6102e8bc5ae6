#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace freshet::base {

/// Something that went wrong, in words for the operator or the publisher: names what and where, never a secret.
struct Error {
  std::string message;

  /// The same error with its place put in front: `place: message`.
  [[nodiscard]] Error at(std::string_view place) const { return {std::string(place) + ": " + message}; }
  friend bool operator==(const Error&, const Error&) = default;
};

/// A value or the reason why there is none. Errors that a caller can meet are returned, never thrown.
template <class T>
using Result = tl::expected<T, Error>;

/// `return fail("no such file")` from a function that returns a Result.
inline tl::unexpected<Error> fail(std::string message) { return tl::unexpected<Error>(Error{std::move(message)}); }

}  // namespace freshet::base
