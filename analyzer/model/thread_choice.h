/// \file find_threads(): the threads of an image that --thread means. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "replay/recording.h"

namespace memline::model {

/// `wanted` is #INDEX (from 0), a tid (an index where no thread has that tid), or a name or glob.
std::vector<ThreadId> find_threads(const replay::Image& image, std::string_view wanted);
/// "worker (#2, tid 123)": how a thread is called in tables.
std::string thread_label(const replay::Image& image, ThreadId thread);
/// Some of the threads, for messages.
std::string list_threads(const replay::Image& image);
/// Some of the span names, for messages.
std::string list_spans(const replay::Image& image);
/// Some of the mark names, for messages.
std::string list_marks(const replay::Image& image);

}  // namespace memline::model
