/// \file Function: one function of the source, whatever number of code instances the compiler made of it.
#pragma once

#include <cstdint>
#include <string>

#include "base/strong_id.h"

namespace memline::symbols {

/// Inlined copies, clones (.cold .part .isra .constprop), C1/C2 constructors and coroutine parts are one Function.
/// Template instantiations and overloads are distinct Functions. A lambda or an OpenMP body is a Function of its own
/// that names the function it is written in.
struct Function {
  std::string name;          ///< plain: "ridge_regression", "push_back", "operator()", or the symbol, or "module!+0x12"
  std::string qualified;     ///< "ns::Class<int>::push_back"
  std::string signature;     ///< demangled with parameters where known, else == qualified
  std::string linkage_name;  ///< mangled, without clone suffix; "" if none
  FileId file;               ///< of the declaration; none() without debug information
  std::uint32_t decl_line = 0;
  std::uint32_t last_line = 0;  ///< the last line with code in it; 0 until Symbolizer::code_lines() was asked for it
  ModuleId module;              ///< where it was first found
  FunctionId enclosing;         ///< the function a lambda or OpenMP body is written in; none() for all others
};

}  // namespace memline::symbols
