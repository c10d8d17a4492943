// Work for cc1plus: not compiled into anything.
#include <map>
#include <string>
#include <vector>
template <int N> struct Chain { Chain<N - 1> next; std::map<int, std::vector<std::string>> field; };
template <> struct Chain<0> {};
int main() { Chain<40> chain; return static_cast<int>(chain.field.size()); }
