// Header-only libraries at -O2: the lines that use them have the bytes, not the headers'.
#include <Eigen/Dense>
#include <nlohmann/json.hpp>
#include <string>

#include "guest.h"

namespace {

NOINLINE void matrices() {
  Eigen::VectorXd ones = Eigen::VectorXd::Ones(1000);  // expect matrices: allocated=8000 allocations=1
  KEEP(ones.data());
  Eigen::MatrixXd a = Eigen::MatrixXd::Identity(40, 50);  // expect matrices: allocated=16000 allocations=1
  KEEP(a.data());
  Eigen::MatrixXd sum = a + 2.0 * a;  // expect matrices: allocated=16000 allocations=1
  KEEP(sum.data());
  Eigen::MatrixXd gram = a.transpose() * a;  // expect matrices: allocated=* freed=* allocations=* frees=* increment=20000 peak=*
  KEEP(gram.data());
  sum.resize(0, 0);  // expect matrices: freed=16000 frees=1
  KEEP(sum.data());
}  // expect matrices: any

NOINLINE void documents(const std::string& text) {
  nlohmann::json document = nlohmann::json::parse(text);  // expect documents: any
  KEEP(&document);
  nlohmann::json copy = document;  // expect documents: any
  KEEP(&copy);
}  // expect documents: any

}  // namespace

int main() {
  matrices();
  documents(R"({"numbers": [1, 2, 3], "name": "a string that is too long to be kept inside the object", "nested": {"a": null}})");
  return 0;
}
// expect own-lines
