/// \file What stands below a table with resident bytes: the pages that are no line's.
#pragma once

#include <string>
#include <vector>

#include "model/report_model.h"

namespace memline::views {

std::vector<std::string> resident_notes(const model::ResidentTotals& resident);

}  // namespace memline::views
