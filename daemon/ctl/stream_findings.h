#pragma once

#include "ctl/finding.h"
#include "ctl/stream_facts.h"

namespace freshet::ctl {

/// What a browser would make of the public URL, and what in the proxy is to be changed.
Findings judge_stream(const StreamProbe& probe, const StreamFacts& facts);

}  // namespace freshet::ctl
