/// \file ByStack: a row for each stack that has something; most nodes of a StackTable are callers only. CostsByStack: the
/// ownership columns in one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/large_memory.h"
#include "base/strong_id.h"
#include "model/top_model.h"

namespace memline::model {

/// One Row for each stack that at() was called for. Pointers and references are valid until the next at() or reserve().
template <class Row>
class ByStack {
 public:
  Row& at(NodeId stack) {
    if (rows_of_.size() <= stack.index()) rows_of_.resize(stack.index() + 1);
    std::uint32_t& row = rows_of_[stack.index()];
    if (row == 0) {
      rows_.emplace_back();
      row = static_cast<std::uint32_t>(rows_.size());
    }
    return rows_[row - 1];
  }
  Row* find(NodeId stack) {
    const std::uint32_t row = stack.index() < rows_of_.size() ? rows_of_[stack.index()] : 0;
    return row == 0 ? nullptr : &rows_[row - 1];
  }
  const Row* find(NodeId stack) const { return const_cast<ByStack*>(this)->find(stack); }
  void reserve(std::size_t nodes, std::size_t rows) {
    rows_of_.reserve(nodes);
    rows_.reserve(rows);
  }
  /// One more than the highest NodeId::index() it has a row for.
  std::size_t nodes() const { return rows_of_.size(); }
  std::size_t size() const { return rows_.size(); }

  /// function(NodeId, Row), by ascending node.
  template <class Function>
  void for_each(Function&& function) const {
    visit(*this, function);
  }
  template <class Function>
  void for_each(Function&& function) {
    visit(*this, function);
  }

 private:
  template <class Self, class Function>
  static void visit(Self& self, Function& function) {
    for (std::size_t node = 0; node < self.rows_of_.size(); ++node) {
      if (self.rows_of_[node] != 0) function(NodeId{node}, self.rows_[self.rows_of_[node] - 1]);
    }
  }

  std::vector<std::uint32_t, LargeAllocator<std::uint32_t>> rows_of_;  ///< by node: index into rows_ + 1; 0: none
  std::vector<Row, LargeAllocator<Row>> rows_;
};

using CostsByStack = ByStack<SiteCosts>;

}  // namespace memline::model
