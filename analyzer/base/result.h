/// \file Result<T>: a value, or an Error that names what went wrong and where.
/// The analyzer's functions return these; only main prints them and picks the exit code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace memline {

/// The documented exit codes of every command.
enum class ExitCode : int {
  kDone = 0,        ///< what was asked for was printed
  kNothing = 1,     ///< nothing found, or a check failed
  kUsage = 2,       ///< the command line is wrong
  kUnreadable = 3,  ///< unreadable or damaged input (what could be read is still shown)
};

struct Error {
  ExitCode code = ExitCode::kUnreadable;
  std::string message;                                 ///< one sentence, without the path
  std::string path = {};                               ///< the file it is about, empty if none
  std::optional<std::uint64_t> offset = std::nullopt;  ///< byte offset in that file, where known
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace memline
