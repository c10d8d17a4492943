#include "symbols/demangle.h"

#include <array>
#include <cctype>
#include <utility>

#include "symbols/bounded_demangle.h"
#include "symbols/brackets.h"
#include "symbols/demangle_rust.h"

namespace memline::symbols {
namespace {

/// Longer names exist only in hostile files, where demangling is what they attack.
constexpr std::size_t kMaxSymbolBytes = std::size_t{1} << 16;

bool all_digits(std::string_view text) {
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return !text.empty();
}

/// "::h0123456789abcdef" at the end.
bool has_rust_hash(std::string_view text) {
  if (text.size() < 19 || text.substr(text.size() - 19, 3) != "::h") return false;
  for (const char c : text.substr(text.size() - 16)) {
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) return false;
  }
  return true;
}

std::string decode_rust(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, char>, 14> kEscapes = {{{"$SP$", '@'},
                                                                                  {"$BP$", '*'},
                                                                                  {"$RF$", '&'},
                                                                                  {"$LT$", '<'},
                                                                                  {"$GT$", '>'},
                                                                                  {"$LP$", '('},
                                                                                  {"$RP$", ')'},
                                                                                  {"$C$", ','},
                                                                                  {"$u20$", ' '},
                                                                                  {"$u27$", '\''},
                                                                                  {"$u5b$", '['},
                                                                                  {"$u5d$", ']'},
                                                                                  {"$u7b$", '{'},
                                                                                  {"$u7d$", '}'}}};
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '$') {
      bool known = false;
      for (const auto& [escape, character] : kEscapes) {
        if (text.substr(i, escape.size()) != escape) continue;
        // An escape at the start of a component is written with an underscore before it.
        if (!out.empty() && out.back() == '_' && (out.size() == 1 || out[out.size() - 2] == ':')) out.pop_back();
        out += character;
        i += escape.size();
        known = true;
        break;
      }
      if (known) continue;
    }
    if (text.substr(i, 2) == "..") {
      out += "::";
      i += 2;
      continue;
    }
    out += text[i++];
  }
  return out;
}

/// Cuts ".word", ".word.N" or ".word.N.M" from the end. False if it does not end so.
bool cut_suffix(std::string_view& symbol, std::string_view word) {
  std::string_view rest = symbol;
  for (int numbers = 0; numbers < 3; ++numbers) {
    if (rest.size() > word.size() + 1 && rest.ends_with(word) && rest[rest.size() - word.size() - 1] == '.') {
      symbol = rest.substr(0, rest.size() - word.size() - 1);
      return true;
    }
    const std::size_t dot = rest.rfind('.');
    if (dot == std::string_view::npos || !all_digits(rest.substr(dot + 1))) return false;
    rest = rest.substr(0, dot);
  }
  return false;
}

}  // namespace

std::string demangle(std::string_view symbol) {
  if (symbol.size() < 3 || symbol.size() > kMaxSymbolBytes) return {};
  if (symbol.starts_with("_R")) return demangle_rust_v0(symbol);
  if (!symbol.starts_with("_Z")) return {};
  std::string text = demangle_bounded(symbol, Mangling::kItanium);
  if (has_rust_hash(text)) return decode_rust(std::string_view{text}.substr(0, text.size() - 19));
  return text;
}

std::string_view strip_clone_suffix(std::string_view symbol) {
  const std::size_t at = symbol.find('@');
  if (at != std::string_view::npos && at > 0) symbol = symbol.substr(0, at);
  // gcc writes a coroutine's parts as _Z2coPZ2coiE12_Z2coi.Frame.actor: the function is what stands before .Frame.
  for (const std::string_view part : {".Frame.actor", ".Frame.destroy"}) {
    const std::size_t frame = symbol.find(part);
    if (frame == std::string_view::npos) continue;
    const std::size_t begin = symbol.substr(0, frame).rfind("_Z");
    if (begin != std::string_view::npos) return symbol.substr(begin, frame - begin);
  }
  if (const std::size_t wrapper = symbol.find(kAwaitWrapper); wrapper != std::string_view::npos && wrapper > 0) {
    symbol = symbol.substr(0, wrapper);
  }
  static constexpr std::array<std::string_view, 13> kWords = {
      "cold",     "part",  "isra",    "constprop", "llvm",       "actor",      "resume",
      "lto_priv", "clone", "destroy", "cleanup",   "localalias", "specialized"};
  for (bool cut = true; cut;) {
    cut = false;
    for (const std::string_view word : kWords) cut = cut_suffix(symbol, word) || cut;
  }
  return symbol;
}

bool is_openmp_body(std::string_view symbol) {
  return symbol.find("._omp_fn.") != std::string_view::npos || symbol.find(".omp_outlined") != std::string_view::npos ||
         symbol.find(".omp_task_entry.") != std::string_view::npos;
}

std::string_view openmp_parent(std::string_view symbol) {
  for (const std::string_view mark : {"._omp_fn.", ".omp_outlined", ".omp_task_entry."}) {
    const std::size_t at = symbol.find(mark);
    if (at != std::string_view::npos) return strip_clone_suffix(symbol.substr(0, at));
  }
  return {};
}

std::string_view qualified_part(std::string_view signature) {
  std::string_view text = signature;
  // Cut what follows the parameters: const, &, [clone .cold].
  if (text.ends_with(']')) {
    const std::size_t clone = text.rfind(" [");
    if (clone != std::string_view::npos) text = text.substr(0, clone);
  }
  for (bool cut = true; cut;) {
    cut = false;
    for (const std::string_view word : {" const", " volatile", " &&", " &", " noexcept"}) {
      if (text.ends_with(word)) {
        text = text.substr(0, text.size() - word.size());
        cut = true;
      }
    }
  }
  // The parameters; but "operator()" alone has none, and "(anonymous namespace)" are no parameters either.
  if (text.ends_with(')') && !text.ends_with("operator()") && !text.ends_with("(anonymous namespace)")) {
    const std::size_t open = Brackets(text).partner(text.size() - 1);
    if (open != Brackets::kNone && open > 0) text = text.substr(0, open);
  }
  // The return type ends at the last blank outside of brackets; the blanks in "operator new" belong to the name.
  const Brackets brackets(text);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size() && past_operator(text, i) == i; i = brackets.past(i)) {
    if (text[i] == ' ') begin = i + 1;
  }
  return text.substr(begin);
}

std::size_t last_component(std::string_view qualified) {
  const Brackets brackets(qualified);
  std::size_t begin = 0;
  bool converts = false;  // "operator std::string": one component, up to its parameters
  for (std::size_t i = 0; i + 1 < qualified.size();) {
    if (const std::size_t end = past_operator(qualified, i); end != i) {
      converts = qualified.substr(end).starts_with(' ');
      i = end;
      continue;
    }
    converts = converts && qualified[i] != '(';
    if (!converts && qualified[i] == ':' && qualified[i + 1] == ':') begin = i + 2;
    i = brackets.past(i);
  }
  return begin;
}

std::string_view plain_part(std::string_view qualified) {
  const std::string_view text = qualified.substr(last_component(qualified));
  if (const std::size_t end = past_operator(text, 0); end != 0) {
    // "operator<< <int>" has its arguments after a blank, "operator+<int>" has not; "operator<" and "operator int" have none.
    const bool has_brackets = end > std::string_view("operator").size();
    const bool is_word = text.substr(end).starts_with(' ');
    return text.substr(0, has_brackets ? end : text.find(is_word ? " <" : "<"));
  }
  if (!text.ends_with('>') || text.starts_with('<') || text.starts_with("~<")) return text;
  const std::size_t open = Brackets(text).partner(text.size() - 1);
  return open == Brackets::kNone || open == 0 ? text : text.substr(0, open);
}

bool is_lambda_component(std::string_view component) {
  if (component.starts_with("~<")) component.remove_prefix(1);
  return component.starts_with("<lambda") || component.starts_with("{lambda") || component.starts_with("$_") ||
         component.starts_with("'lambda") || component.starts_with("{closure") || component.starts_with("{{closure");
}

std::string_view closure_parent(std::string_view qualified) {
  const Brackets brackets(qualified);
  for (std::size_t at = 0; at < qualified.size(); at = brackets.past(at)) {
    const std::string_view rest = qualified.substr(at);
    if (rest.starts_with("::{closure") || rest.starts_with("::{{closure")) return qualified.substr(0, at);
  }
  return {};
}

bool is_local_to(std::string_view local, std::string_view function) {
  if (!local.starts_with("_ZZ") || !function.starts_with("_Z")) return false;
  return local.substr(3).starts_with(function.substr(2)) && local.substr(function.size() + 1).starts_with('E');
}

}  // namespace memline::symbols
