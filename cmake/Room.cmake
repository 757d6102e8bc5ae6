# freshet_room(NAME [COLD] SOURCES file… [DEPENDS room…] [LINKS library…])
#
# One static library per folder of lib/. DEPENDS are the rooms that this one may include; they are linked publicly, so
# that a room which reaches past its neighbours does not link. LINKS are outside libraries, kept private to the room.
function(freshet_room name)
  cmake_parse_arguments(ROOM "COLD" "" "SOURCES;DEPENDS;LINKS" ${ARGN})
  add_library(freshet_${name} STATIC ${ROOM_SOURCES})
  add_library(freshet::${name} ALIAS freshet_${name})
  target_include_directories(freshet_${name} PUBLIC "${PROJECT_SOURCE_DIR}/lib")
  target_link_libraries(freshet_${name} PUBLIC tl::expected PRIVATE freshet_options)
  foreach(room IN LISTS ROOM_DEPENDS)
    target_link_libraries(freshet_${name} PUBLIC freshet::${room})
  endforeach()
  if(ROOM_COLD)
    target_link_libraries(freshet_${name} PRIVATE freshet_cold)
  endif()
  # Headers precompiled for files of another width of offsets, as hiredis wants them, are none for it.
  if(NOT "PkgConfig::hiredis" IN_LIST ROOM_LINKS)
    freshet_precompile(freshet_${name})
  endif()
  if(ROOM_LINKS)
    target_link_libraries(freshet_${name} PRIVATE ${ROOM_LINKS})
  endif()
endfunction()
