# freshet_precompile(TARGET): the target's files find the headers that most of them include already read.
#
# Only where sanitizers are built in. Elsewhere a file that includes too little is to be found; and precompiled, the
# library's headers no longer count as system headers to GCC 12, which then reports its known false positives about
# std::string's insides, so that warnings about it have to be off.
if(FRESHET_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/precompiled.cpp" CONTENT "// The target needs a source.\n")
  add_library(freshet_precompiled STATIC "${PROJECT_BINARY_DIR}/precompiled.cpp")
  target_link_libraries(freshet_precompiled PRIVATE tl::expected freshet_options)
  target_precompile_headers(freshet_precompiled PRIVATE
    <algorithm> <array> <charconv> <chrono> <functional> <map> <memory> <optional> <span> <string> <string_view>
    <unordered_map> <utility> <variant> <vector> <tl/expected.hpp>)
endif()

function(freshet_precompile target)
  if(TARGET freshet_precompiled)
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
    target_precompile_headers(${target} REUSE_FROM freshet_precompiled)
  endif()
endfunction()
