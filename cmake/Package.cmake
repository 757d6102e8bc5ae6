# What is installed, and the Debian package that CPack makes of it: freshetd_<version>_<architecture>.deb in the build tree.
# deploy/package does all of it. Everything is in one component, so that nothing of the tests and measuring tools comes along.
include(GNUInstallDirs)

set(FRESHET_MAINTAINER "The Freshet authors <authors@freshet.example>" CACHE STRING "Maintainer named in the Debian package")
set(FRESHET_DEBIAN_REVISION 1 CACHE STRING "Debian revision of the package, as in deploy/debian/changelog")

set(debian "${PROJECT_SOURCE_DIR}/deploy/debian")
set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

# freshet_install(DESTINATION folder FILES file… [RENAME name])
function(freshet_install)
  install(FILES ${ARGN} COMPONENT freshetd)
endfunction()

# All that the package is made of.
add_custom_target(package_contents)
add_dependencies(package_contents freshetd freshetctl)

install(TARGETS freshetd RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR} COMPONENT freshetd)
install(TARGETS freshetctl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT freshetd)

freshet_install("${debian}/freshet.yaml" DESTINATION /etc/freshet)
freshet_install("${debian}/sysusers.conf" DESTINATION lib/sysusers.d RENAME freshet.conf)
freshet_install("${debian}/tmpfiles.conf" DESTINATION lib/tmpfiles.d RENAME freshet.conf)
file(GLOB units CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/deploy/systemd/*.service" "${PROJECT_SOURCE_DIR}/deploy/systemd/*.socket"
  "${PROJECT_SOURCE_DIR}/deploy/systemd/*.target")
# Where Debian 12 looks; from Debian 13 on it is the same folder as /usr/lib.
freshet_install(${units} DESTINATION /lib/systemd/system)

set(completions "${PROJECT_SOURCE_DIR}/deploy/completions")
foreach(program IN ITEMS freshetd freshetctl)
  freshet_install("${completions}/${program}.bash" DESTINATION share/bash-completion/completions RENAME ${program})
  freshet_install("${completions}/_${program}" DESTINATION share/zsh/vendor-completions)
endforeach()

# Debian wants manuals and changelogs compressed, always to the same bytes.
set(compressed)
function(freshet_install_compressed file name destination)
  set(output "${PROJECT_BINARY_DIR}/package/${name}.gz")
  add_custom_command(OUTPUT "${output}"
    COMMAND ${CMAKE_COMMAND} -E make_directory "${PROJECT_BINARY_DIR}/package"
    COMMAND gzip -9nc "${file}" > "${output}"
    DEPENDS "${file}" VERBATIM)
  freshet_install("${output}" DESTINATION "${destination}")
  set(compressed ${compressed} "${output}" PARENT_SCOPE)
endfunction()

foreach(manual IN ITEMS freshetd.8 freshet.yaml.5 freshetctl.1)
  string(REGEX REPLACE ".*\\." "" section ${manual})
  freshet_install_compressed("${PROJECT_SOURCE_DIR}/docs/man/${manual}" ${manual} share/man/man${section})
endforeach()

set(documents share/doc/freshetd)
freshet_install_compressed("${PROJECT_SOURCE_DIR}/CHANGELOG.md" changelog ${documents})
freshet_install_compressed("${debian}/changelog" changelog.Debian ${documents})

# The pages of docs/, with links to where the package has things.
file(GLOB_RECURSE pages RELATIVE "${PROJECT_SOURCE_DIR}" CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/docs/*.md")
set(relinked)
foreach(page IN LISTS pages)
  set(output "${PROJECT_BINARY_DIR}/package/${page}")
  get_filename_component(folder "${page}" DIRECTORY)
  add_custom_command(OUTPUT "${output}"
    COMMAND ${CMAKE_COMMAND} -E make_directory "${PROJECT_BINARY_DIR}/package/${folder}"
    COMMAND sed -E -f "${debian}/docs.sed" "${PROJECT_SOURCE_DIR}/${page}" > "${output}"
    DEPENDS "${PROJECT_SOURCE_DIR}/${page}" "${debian}/docs.sed" VERBATIM)
  freshet_install("${output}" DESTINATION "${documents}/${folder}")
  list(APPEND relinked "${output}")
endforeach()

add_custom_target(package_documents ALL DEPENDS ${compressed} ${relinked})
add_dependencies(package_contents package_documents)
freshet_install("${debian}/copyright" "${debian}/README.Debian" DESTINATION ${documents})

# freshet_install_folder(folder destination [option…]): files of the source tree that people read or copy.
function(freshet_install_folder folder destination)
  if(IS_DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}")
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}" DESTINATION ${documents}${destination} COMPONENT freshetd
      FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ
      PATTERN "*.test.mjs" EXCLUDE PATTERN node_modules EXCLUDE PATTERN ".*" EXCLUDE ${ARGN})
  endif()
endfunction()
freshet_install_folder(docs "" PATTERN man EXCLUDE PATTERN "*.md" EXCLUDE)
freshet_install("${PROJECT_SOURCE_DIR}/config/freshet.yaml" DESTINATION ${documents}/examples)
foreach(folder IN ITEMS nginx redis prometheus grafana haproxy caddy)
  freshet_install_folder(deploy/${folder} /examples)
endforeach()
# For administrators who load it themselves.
freshet_install("${PROJECT_SOURCE_DIR}/lib/redis/freshet.lua" DESTINATION ${documents}/examples/redis)
freshet_install("${debian}/lintian-overrides" DESTINATION share/lintian/overrides RENAME freshetd)

# Sanitizers' programs are for finding mistakes, not for installing.
if(FRESHET_SANITIZE)
  return()
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME freshetd)
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL freshetd)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS ${CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS})

set(CPACK_DEBIAN_PACKAGE_NAME freshetd)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${FRESHET_DEBIAN_REVISION})
set(CPACK_DEBIAN_PACKAGE_MAINTAINER ${FRESHET_MAINTAINER})
set(CPACK_DEBIAN_PACKAGE_SECTION httpd)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "broker for Server-Sent Events with exact resume")
set(CPACK_PACKAGE_DESCRIPTION "Backends publish events to channels, through Redis or over HTTP; browsers
hold one EventSource each, and freshetd streams to them what is published on
their channels.

Once Redis has an event, every client of its channel gets it exactly once and
in order, across reconnects, restarts of daemons and outages of Redis, or is
told to load its state anew. Any number of instances run side by side behind
a reverse proxy, and a client may come back to any of them.")
# libcurl is found in freshetctl, which is linked to it. freshetd loads it itself, and only where keys are fetched from a
# URL, so that dpkg-shlibdeps would not see it there.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers | systemd-sysusers")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "nginx, redis-server (>= 5:7.0)")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "prometheus, ca-certificates")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  "${debian}/conffiles" "${debian}/postinst" "${debian}/prerm" "${debian}/postrm")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
