# Compile options that every target of this project shares: target freshet_options.
add_library(freshet_options INTERFACE)
target_compile_options(freshet_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 warns of std::string's own operator+ when it is inlined (bug 105651).
  target_compile_options(freshet_options INTERFACE -Wno-restrict)
endif()
if(FRESHET_WERROR)
  target_compile_options(freshet_options INTERFACE -Werror)
endif()
if(FRESHET_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC's manual: sanitizers make this warning see things, std::regex among them.
  target_compile_options(freshet_options INTERFACE -Wno-maybe-uninitialized)
endif()
if(FRESHET_SANITIZE)
  # The check of vptr asks the kernel through a pipe what memory can be read, and so takes a good object for a broken one
  # where no descriptor is left, as some tests want it.
  target_compile_options(freshet_options INTERFACE
    -fsanitize=${FRESHET_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all)
  target_link_options(freshet_options INTERFACE -fsanitize=${FRESHET_SANITIZE})
endif()
if(FRESHET_FUZZERS)
  target_compile_options(freshet_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# For code that runs at the start and then hardly ever: what is not there need not be in memory.
add_library(freshet_cold INTERFACE)
target_compile_options(freshet_cold INTERFACE $<$<CONFIG:Release>:-Os>)
target_compile_options(freshet_options INTERFACE $<$<CONFIG:Release>:-ffunction-sections>)
target_link_options(freshet_options INTERFACE $<$<CONFIG:Release>:-Wl,--gc-sections>)

# What Debian hardens its programs with; and no path of the machine that built them in them.
target_compile_options(freshet_options INTERFACE
  "$<$<CONFIG:Release>:-fPIE;-fstack-protector-strong;-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2;-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=>")
target_link_options(freshet_options INTERFACE "$<$<CONFIG:Release>:-pie;-Wl,-z,relro,-z,now>")
