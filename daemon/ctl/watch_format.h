#pragma once

#include <string>
#include <string_view>

#include "ctl/output.h"
#include "ctl/sse_parser.h"

namespace freshet::ctl {

/// Whether an event is the broker's own: opening and position, reset, expiry.
bool is_control(const SseEvent& event);
/// One line with id, name and data: `1763640161518204  progress  {"pct":42}`. A line each, whatever is in it.
std::string event_line(const SseEvent& event, const Output& output);
/// One line for standard error, without a newline.
std::string control_line(const SseEvent& event, const Output& output);
/// One JSON object on one line: `{"type":"event","id":"…","event":null,"data":"…"}`; of control events the data is
/// itself an object.
std::string event_json(const SseEvent& event);
/// `{"type":"connection","state":"lost","detail":"…"}`
std::string connection_json(std::string_view state, std::string_view detail);

}  // namespace freshet::ctl
