#include "ctl/command_names.h"

#include "base/text.h"
#include "ctl/suggestion.h"

namespace freshet::ctl {
namespace {

/// `before` are the words that lead to `parent`, each with a space behind it.
std::string no_command(const CLI::App& parent, const std::string& before, const std::string& word) {
  std::vector<std::string> names;
  for (const auto* command : parent.get_subcommands(nullptr)) names.push_back(command->get_name());
  const auto meant = nearest_word(word, names);
  return "no command " + before + base::printable(word, 60) +
         (meant.empty() ? "" : " (did you mean " + before + meant + "?)");
}

}  // namespace

base::Result<std::string> help_on(const CLI::App& app, const std::vector<std::string>& words) {
  const auto* command = &app;
  std::string before;
  std::string above;
  for (const auto& word : words) {
    const auto next = command->get_subcommands([&](const CLI::App* each) { return each->get_name() == word; });
    if (next.empty()) return base::fail(no_command(*command, before, word));
    above += (above.empty() ? "" : " ") + command->get_name();
    before += word + ' ';
    command = next.front();
  }
  return command->help(above);
}

std::string unknown_command(const CLI::App& app) {
  const auto left = app.remaining();
  if (!left.empty() && !left.front().starts_with('-')) return no_command(app, {}, left.front());
  for (const auto* command : app.get_subcommands()) {
    const auto below = command->remaining();
    const bool has_commands = !command->get_subcommands(nullptr).empty();
    if (has_commands && !below.empty() && !below.front().starts_with('-')) {
      return no_command(*command, command->get_name() + ' ', below.front());
    }
  }
  return {};
}

}  // namespace freshet::ctl
