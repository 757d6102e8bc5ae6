# cmake -D SCRIPT=freshet.lua -D OUTPUT=functions_source.cpp -P embed_functions.cmake
file(READ "${SCRIPT}" script)
string(REGEX MATCH "\nlocal VERSION = ([0-9]+)\n" line "${script}")
if(NOT line)
  message(FATAL_ERROR "${SCRIPT}: no line 'local VERSION = N'")
endif()
set(version "${CMAKE_MATCH_1}")
string(FIND "${script}" ")freshet\"" clash)
if(NOT clash EQUAL -1)
  message(FATAL_ERROR "${SCRIPT} contains what ends it as a C++ literal: )freshet\"")
endif()
file(WRITE "${OUTPUT}" "#include \"redis/functions_source.h\"

namespace freshet::redis {

std::string_view functions_source() { return R\"freshet(${script})freshet\"; }
std::uint64_t functions_version() { return ${version}; }

}  // namespace freshet::redis
")
