#include "symbols/debug_finder.h"

#include <climits>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "symbols/debuginfod_client.h"

namespace memline::symbols {
namespace {

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// The folder as written, and the one the file really lies in where links lead elsewhere.
std::vector<std::string> folders_of(const std::string& path) {
  std::vector<std::string> folders = {folder_of(path)};
  std::error_code failed;
  const std::filesystem::path real = std::filesystem::canonical(path, failed);
  if (!failed && folder_of(real.string()) != folders.front()) folders.push_back(folder_of(real.string()));
  return folders;
}

std::unique_ptr<ElfFile> open_if_same_build(const std::string& path, const std::string& build_id) {
  OpenFault fault = OpenFault::kNone;
  std::unique_ptr<ElfFile> file = ElfFile::open(path, fault);
  if (file != nullptr && file->build_id() != build_id) file.reset();
  return file;
}

}  // namespace

std::string hex(std::string_view bytes) {
  static constexpr char kOfByte[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kOfByte[byte >> 4U];
    out += kOfByte[byte & 15U];
  }
  return out;
}

std::unique_ptr<ElfFile> DebugFinder::by_build_id(const std::string& build_id, std::string_view suffix) const {
  if (build_id.size() < 2) return nullptr;
  const std::string digits = hex(build_id);
  for (const std::string& folder : options_.debug_dirs) {
    std::string path = folder + "/.build-id/" + digits.substr(0, 2) + "/" + digits.substr(2);
    path += suffix;
    if (std::unique_ptr<ElfFile> file = open_if_same_build(path, build_id)) return file;
  }
  return nullptr;
}

std::unique_ptr<ElfFile> DebugFinder::by_debug_link(const ElfFile& file) const {
  const DebugLink link = file.debug_link();
  if (link.file_name.empty()) return nullptr;
  std::vector<std::string> candidates;
  for (const std::string& folder : folders_of(file.path())) {
    candidates.push_back(folder + "/" + link.file_name);
    candidates.push_back(folder + "/.debug/" + link.file_name);
    for (const std::string& debug_dir : options_.debug_dirs) {
      candidates.push_back(debug_dir + "/" + folder + "/" + link.file_name);
    }
  }
  for (const std::string& path : candidates) {
    OpenFault fault = OpenFault::kNone;
    std::unique_ptr<ElfFile> found = ElfFile::open(path, fault);
    if (found == nullptr) continue;
    const bool same_build = !file.build_id().empty() && found->build_id() == file.build_id();
    const bool other_build = !file.build_id().empty() && !found->build_id().empty() && !same_build;
    // The checksum decides where build ids cannot: it also keeps a link that names the file itself from matching.
    if (!other_build && found->crc32() == link.crc) return found;
  }
  return nullptr;
}

std::unique_ptr<ElfFile> DebugFinder::debug_file(const ElfFile* file, const std::string& build_id) const {
  if (std::unique_ptr<ElfFile> found = by_build_id(build_id, ".debug")) return found;
  if (file != nullptr) {
    if (std::unique_ptr<ElfFile> found = by_debug_link(*file)) return found;
  }
  if (options_.debuginfod && !build_id.empty()) {
    const std::string path = DebuginfodClient::find_debug_info(build_id, options_.debuginfod_urls);
    if (!path.empty()) return open_if_same_build(path, build_id);
  }
  return nullptr;
}

std::unique_ptr<ElfFile> DebugFinder::program_by_build_id(const std::string& build_id) const {
  return by_build_id(build_id, "");
}

std::unique_ptr<ElfFile> DebugFinder::shared_debug_file(const ElfFile& user, std::string_view name,
                                                        const std::string& build_id) const {
  if (build_id.empty()) return nullptr;
  if (std::unique_ptr<ElfFile> found = by_build_id(build_id, ".debug")) return found;
  if (name.empty() || name.size() >= PATH_MAX) return nullptr;
  const std::string text(name);
  if (text.front() == '/') {
    if (std::unique_ptr<ElfFile> found = open_if_same_build(text, build_id)) return found;
  } else {
    for (const std::string& folder : folders_of(user.path())) {
      if (std::unique_ptr<ElfFile> found = open_if_same_build(folder + "/" + text, build_id)) return found;
    }
  }
  // Names are often written for where the file gets installed, and the folder .dwz is kept wherever that is.
  const std::size_t dwz = text.find(".dwz/");
  if (dwz != std::string::npos) {
    for (const std::string& folder : options_.debug_dirs) {
      if (std::unique_ptr<ElfFile> found = open_if_same_build(folder + "/" + text.substr(dwz), build_id)) return found;
    }
  }
  if (options_.debuginfod) {
    const std::string path = DebuginfodClient::find_debug_info(build_id, options_.debuginfod_urls);
    if (!path.empty()) return open_if_same_build(path, build_id);
  }
  return nullptr;
}

}  // namespace memline::symbols
