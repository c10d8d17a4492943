/// \file TotalsCounter: adds up the events of a replay.
#pragma once

#include <utility>
#include <vector>

#include "model/summary_model.h"
#include "replay/change.h"

namespace memline::model {

class TotalsCounter : public replay::Observer {
 public:
  void on_change(const replay::Change& change) override;
  /// Calls, bytes and temporaries; the rest is left 0.
  const Totals& totals() const { return totals_; }

 private:
  Totals totals_;
};

/// Shows each change to several observers, in order. They must outlive it.
class ObserverList : public replay::Observer {
 public:
  explicit ObserverList(std::vector<replay::Observer*> observers) : observers_(std::move(observers)) {
    for (replay::Observer* observer : observers_) {
      if (observer->wants_changes()) of_changes_.push_back(observer);
    }
  }
  void on_inherited(const replay::OwnerShare& share) override {
    for (replay::Observer* observer : observers_) observer->on_inherited(share);
  }
  void on_change(const replay::Change& change) override {
    for (replay::Observer* observer : of_changes_) observer->on_change(change);
  }
  void on_unobserved(ThreadId thread, std::int64_t live_bytes) override {
    for (replay::Observer* observer : of_changes_) observer->on_unobserved(thread, live_bytes);
  }
  void on_vanished(const replay::OwnerShare& share, std::int64_t live_bytes) override {
    for (replay::Observer* observer : of_changes_) observer->on_vanished(share, live_bytes);
  }
  void on_span_begin(ThreadId thread, std::uint64_t token, std::uint64_t ticks) override {
    for (replay::Observer* observer : observers_) observer->on_span_begin(thread, token, ticks);
  }
  void on_span_end(std::uint64_t token, std::uint64_t ticks) override {
    for (replay::Observer* observer : observers_) observer->on_span_end(token, ticks);
  }
  void on_span_attach(ThreadId thread, std::uint64_t token) override {
    for (replay::Observer* observer : observers_) observer->on_span_attach(thread, token);
  }
  void on_span_detach(ThreadId thread, std::uint64_t token) override {
    for (replay::Observer* observer : observers_) observer->on_span_detach(thread, token);
  }
  void on_sample(const replay::SampleEvent& sample) override {
    for (replay::Observer* observer : observers_) observer->on_sample(sample);
  }
  bool wants_changes() override { return !of_changes_.empty(); }
  bool wants_steps() override {
    bool wanted = false;
    for (replay::Observer* observer : observers_) wanted = observer->wants_steps() || wanted;
    return wanted;
  }
  void on_step(const replay::AddressStep& step) override {
    for (replay::Observer* observer : observers_) observer->on_step(step);
  }
  bool wants_look(std::uint64_t ticks) override {
    bool wanted = false;
    for (replay::Observer* observer : observers_) wanted = observer->wants_look(ticks) || wanted;
    return wanted;
  }
  void on_look(const replay::ResidentLook& look, const replay::LiveMemory& memory) override {
    for (replay::Observer* observer : observers_) observer->on_look(look, memory);
  }

 private:
  std::vector<replay::Observer*> observers_, of_changes_;
};

}  // namespace memline::model
