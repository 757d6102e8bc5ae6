#pragma once

#include "base/fd.h"

namespace freshet::uv {

using base::Fd;

}  // namespace freshet::uv
