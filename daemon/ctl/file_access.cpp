#include "ctl/file_access.h"

#include <cerrno>
#include <grp.h>
#include <optional>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace freshet::ctl {
namespace {

/// Whom the rights of a file let in, besides root.
struct Admitted {
  std::string user;   ///< empty: nobody else
  std::string group;  ///< empty: none
  bool everybody = false;
};

/// Nothing when that cannot be seen.
std::optional<Admitted> admitted_to(const std::string& path, Access access) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return std::nullopt;
  const bool writes = access == Access::kWrite;
  Admitted admitted;
  if ((info.st_mode & (writes ? S_IWUSR : S_IRUSR)) != 0 && info.st_uid != 0) {
    const auto* user = getpwuid(info.st_uid);
    admitted.user = user != nullptr ? user->pw_name : std::to_string(info.st_uid);
  }
  if ((info.st_mode & (writes ? S_IWGRP : S_IRGRP)) != 0 && info.st_gid != 0) {
    const auto* group = getgrgid(info.st_gid);
    admitted.group = group != nullptr ? group->gr_name : std::to_string(info.st_gid);
  }
  admitted.everybody = (info.st_mode & (writes ? S_IWOTH : S_IROTH)) != 0;
  return admitted;
}

}  // namespace

bool is_forbidden(const std::string& path, Access access) {
  return ::access(path.c_str(), access == Access::kWrite ? W_OK : R_OK) != 0 && errno == EACCES;
}

std::string who_may(const std::string& path, Access access) {
  const auto admitted = admitted_to(path, access);
  if (!admitted) return "a folder on the way is closed to this user";
  if (admitted->everybody) return {};
  std::vector<std::string> names{"root"};
  if (!admitted->user.empty()) names.push_back("the user " + admitted->user);
  if (!admitted->group.empty()) names.push_back("the group " + admitted->group);
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) list += i + 1 == names.size() ? " and " : ", ";
    list += names[i];
  }
  return "only " + list + " may";
}

std::string how_to_be_let_in(const std::string& path, Access access) {
  const auto admitted = admitted_to(path, access);
  if (!admitted || admitted->group.empty()) return "run freshetctl as root";
  return "run freshetctl as root, or as a member of the group " + admitted->group + ": usermod -aG " + admitted->group +
         " NAME, and log in again";
}

}  // namespace freshet::ctl
