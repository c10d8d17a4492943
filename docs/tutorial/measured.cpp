// A program that measures itself.
#include <memline/marker.h>

#include <cstdio>
#include <vector>

int main() {
  memline::MeasuredSpan span("fill");
  std::vector<double> values(1'000'000, 1.0);
  const memline::Measurements fill = span.end();
  std::printf("memory_delta %.2f MiB, memory_peak %.2f MiB, memory_usage %.2f MiB\n",
              static_cast<double>(fill.memory_delta) / (1 << 20), static_cast<double>(fill.memory_peak) / (1 << 20),
              static_cast<double>(fill.memory_usage) / (1 << 20));
}
