#include "commands/cache_choice.h"

#include <map>
#include <string>

#include "support/catch.h"

namespace memline::commands {
namespace {

std::string chosen(const std::map<std::string, std::string>& environment) {
  return choose_cache_folder([&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  });
}

TEST_CASE("where the cache is", "[cache]") {
  CHECK(chosen({{"HOME", "/home/me"}}) == "/home/me/.cache/memline");
  CHECK(chosen({{"HOME", "/home/me"}, {"XDG_CACHE_HOME", "/var/tmp/me"}}) == "/var/tmp/me/memline");
  CHECK(chosen({{"HOME", "/home/me"}, {"XDG_CACHE_HOME", "relative"}}) == "/home/me/.cache/memline");
  CHECK(chosen({{"HOME", "/home/me"}, {"MEMLINE_CACHE", "/fast/disk"}}) == "/fast/disk");
  CHECK(chosen({{"HOME", "/home/me"}, {"MEMLINE_CACHE", "none"}}).empty());
  CHECK(chosen({}).empty());
  CHECK(chosen({{"HOME", "relative"}}).empty());
}

TEST_CASE("what MEMLINE_CACHE is not understood as", "[cache]") {
  for (const char* value : {"", "none", "/fast/disk"}) CHECK_FALSE(is_cache_misunderstood(value));
  for (const char* value : {"relative", "None", "./x", "0"}) CHECK(is_cache_misunderstood(value));
}

}  // namespace
}  // namespace memline::commands
