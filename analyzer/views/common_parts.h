/// \file What the tables of all reports have in common: who it is about, and what is missing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/common_info.h"
#include "views/table.h"

namespace memline::views {

/// "Program: ./app --fast"
std::string program_heading(const model::ProgramInfo& program);
/// One sentence for everything that was lost, and then the model's own notes.
std::vector<std::string> loss_and_other_notes(const model::CommonInfo& common);

/// An empty cell for what is unknown.
template <class Number>
Cell bytes_or_empty(const std::optional<Number>& value) {
  return value ? Cell::bytes(static_cast<std::int64_t>(*value)) : Cell::empty();
}
template <class Number>
Cell count_or_empty(const std::optional<Number>& value) {
  return value ? Cell::count(static_cast<std::int64_t>(*value)) : Cell::empty();
}
inline Cell text_or_empty(const std::optional<std::string>& value) {
  return value ? Cell::of_text(*value) : Cell::empty();
}
inline Cell bytes(std::uint64_t value) {
  return Cell::bytes(static_cast<std::int64_t>(value));
}
inline Cell count(std::uint64_t value) {
  return Cell::count(static_cast<std::int64_t>(value));
}
/// 0 of nothing.
inline double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace memline::views
