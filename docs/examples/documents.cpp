#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
int main() {
  std::string text = "[";
  for (int i = 0; i < 3000; ++i) {
    if (i > 0) text += ',';
    text += "{\"name\": \"document number " + std::to_string(i) + "\", \"kind\": \"small\", \"values\": [1, 2, 3, 4]}";
  }
  text += "]";
  static const nlohmann::json documents = nlohmann::json::parse(text);
  std::printf("%zu\n", documents.size());
  std::quick_exit(0);
}
