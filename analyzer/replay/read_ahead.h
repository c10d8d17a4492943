/// \file ReadAhead: batches that a thread of its own fills while the caller works on the one before.
///
/// Where no thread is wanted, or none is to be had, next() fills the batch itself: the results are the same. What the
/// filling throws comes out of next(). next() is for one thread; the destructor waits for the batch at hand only.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace memline::replay {

template <class Batch>
class ReadAhead {
 public:
  /// `fill` gets batches as they were left and overwrites them; it returns false with the last one.
  ReadAhead(std::function<bool(Batch&)> fill, bool own_thread) : fill_(std::move(fill)) {
    if (!own_thread) return;
    try {
      thread_ = std::thread([this] { work(); });
    } catch (const std::system_error&) {
      // No thread to be had (a limit on processes or memory): the caller does the work.
    }
  }
  ~ReadAhead() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    has_room_.notify_one();
    thread_.join();
  }
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// The next batch, valid until the next call; null after the last one.
  Batch* next() {
    if (!thread_.joinable()) {
      if (ended_) return nullptr;
      ended_ = !fill_(batches_[0]);
      return &batches_[0];
    }
    std::unique_lock lock(mutex_);
    if (holds_one_) {
      holds_one_ = false;
      ++given_back_;
      has_room_.notify_one();
    }
    has_batch_.wait(lock, [this] { return given_back_ < filled_ || ended_; });
    if (given_back_ == filled_) {
      if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
      return nullptr;
    }
    holds_one_ = true;
    return &batches_[given_back_ % kBatches];
  }

 private:
  static constexpr std::size_t kBatches = 4;

  void work() {
    try {
      for (bool more = true; more;) {
        {
          std::unique_lock lock(mutex_);
          has_room_.wait(lock, [this] { return stop_ || filled_ - given_back_ < kBatches; });
          if (stop_) return;
        }
        more = fill_(batches_[filled_ % kBatches]);  // filled_ changes in this thread only
        const std::lock_guard lock(mutex_);
        ++filled_;
        ended_ = !more;
        has_batch_.notify_one();
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
      ended_ = true;
      has_batch_.notify_one();
    }
  }

  std::function<bool(Batch&)> fill_;
  std::array<Batch, kBatches> batches_;
  std::mutex mutex_;
  std::condition_variable has_room_, has_batch_;
  std::size_t filled_ = 0, given_back_ = 0;
  bool holds_one_ = false, ended_ = false, stop_ = false;
  std::exception_ptr failure_;
  std::thread thread_;  ///< last: it starts when all else is there
};

}  // namespace memline::replay
