# cmake -D FOLDER=console -D NAMES=index.html;… -D OUTPUT=console_files.cpp -P embed.cmake
#
# The page is at /, what it loads at /console/NAME.
set(type_html "text/html; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_svg "image/svg+xml")

set(entries "")
list(LENGTH NAMES count)
foreach(name IN LISTS NAMES)
  file(READ "${FOLDER}/${name}" content)
  string(FIND "${content}" ")console\"" clash)
  if(NOT clash EQUAL -1)
    message(FATAL_ERROR "${name} contains what ends it as a C++ literal: )console\"")
  endif()
  file(SHA256 "${FOLDER}/${name}" digest)
  string(SUBSTRING "${digest}" 0 16 digest)
  string(REGEX MATCH "[a-z]+$" extension "${name}")
  set(path "/console/${name}")
  if(name STREQUAL "index.html")
    set(path "/")
  endif()
  string(APPEND entries "    {\"${path}\", \"${type_${extension}}\", \"${digest}\", R\"console(${content})console\"},\n")
endforeach()

file(WRITE "${OUTPUT}" "#include <array>

#include \"server/ops/console.h\"

namespace freshet::server {
namespace {

constexpr std::array<ConsoleFile, ${count}> kFiles{{
${entries}}};

}  // namespace

std::span<const ConsoleFile> console_files() { return kFiles; }

}  // namespace freshet::server
")
