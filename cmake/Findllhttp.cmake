# Finds llhttp and defines llhttp::llhttp.
#
# Takes the system's compiled library where there is one (Debian 13: libllhttp-dev), and otherwise compiles the
# sources that Debian 12 installs with node-llhttp below /usr/share/llhttp.
find_path(llhttp_INCLUDE_DIR llhttp.h PATH_SUFFIXES llhttp PATHS /usr/share/include)
find_library(llhttp_LIBRARY llhttp)
find_path(llhttp_SOURCE_DIR llhttp.c PATHS /usr/share/llhttp NO_DEFAULT_PATH)

if(llhttp_INCLUDE_DIR AND EXISTS "${llhttp_INCLUDE_DIR}/llhttp.h")
  foreach(part MAJOR MINOR PATCH)
    file(STRINGS "${llhttp_INCLUDE_DIR}/llhttp.h" llhttp_line REGEX "#define LLHTTP_VERSION_${part} ")
    string(REGEX REPLACE "[^0-9]*([0-9]+).*" "\\1" llhttp_${part} "${llhttp_line}")
  endforeach()
  set(llhttp_VERSION "${llhttp_MAJOR}.${llhttp_MINOR}.${llhttp_PATCH}")
endif()

if(llhttp_LIBRARY)
  set(llhttp_FROM "${llhttp_LIBRARY}")
elseif(llhttp_SOURCE_DIR)
  set(llhttp_FROM "${llhttp_SOURCE_DIR}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(llhttp REQUIRED_VARS llhttp_FROM llhttp_INCLUDE_DIR VERSION_VAR llhttp_VERSION
  REASON_FAILURE_MESSAGE "install libllhttp-dev (Debian 13) or node-llhttp (Debian 12)")

if(llhttp_FOUND AND NOT TARGET llhttp::llhttp)
  if(llhttp_LIBRARY)
    add_library(llhttp::llhttp UNKNOWN IMPORTED)
    set_target_properties(llhttp::llhttp PROPERTIES IMPORTED_LOCATION "${llhttp_LIBRARY}")
    target_include_directories(llhttp::llhttp INTERFACE "${llhttp_INCLUDE_DIR}")
  else()
    add_library(llhttp_from_source STATIC
      "${llhttp_SOURCE_DIR}/api.c" "${llhttp_SOURCE_DIR}/http.c" "${llhttp_SOURCE_DIR}/llhttp.c")
    target_include_directories(llhttp_from_source SYSTEM PUBLIC "${llhttp_INCLUDE_DIR}")
    target_compile_definitions(llhttp_from_source PUBLIC LLHTTP_STRICT_MODE=1)
    target_compile_options(llhttp_from_source PRIVATE -O2 -w)
    add_library(llhttp::llhttp ALIAS llhttp_from_source)
  endif()
endif()
mark_as_advanced(llhttp_INCLUDE_DIR llhttp_LIBRARY llhttp_SOURCE_DIR)
