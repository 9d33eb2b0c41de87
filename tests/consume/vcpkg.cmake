# SPDX-License-Identifier: MIT
# The port, without vcpkg: stand-ins do what its functions are documented to do, as far as this port
# needs it. So this shows that the port's steps fit the tree, not that vcpkg takes them.
include(${CMAKE_CURRENT_LIST_DIR}/tools.cmake)
make_eigen(3.4.0)

set(PORT eigentrain)
set(CURRENT_PACKAGES_DIR ${mine}/packages/eigentrain)

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" SOURCE_PATH OPTIONS)
  configuring(configure ${arg_SOURCE_PATH} ${mine}/build)
  run(${configure} ${arg_OPTIONS} -DCMAKE_BUILD_TYPE=Release
    -DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR} -DEigen3_DIR=${mine}/eigen-3.4.0)
endfunction()

function(vcpkg_cmake_install)
  run(${CMAKE_COMMAND} --build ${mine}/build --target install)
endfunction()

# Moves the folder to share/<port>, deletes the folder "cmake" around it, and corrects the way from
# there to the prefix, which is now one folder shorter.
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" CONFIG_PATH "")
  cmake_path(GET arg_CONFIG_PATH PARENT_PATH parent)
  cmake_path(GET parent FILENAME parent_name)
  file(GLOB files ${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}/*)
  list(LENGTH files count)
  expect("the number of files in ${arg_CONFIG_PATH}" ${count} 3)
  file(COPY ${files} DESTINATION ${CURRENT_PACKAGES_DIR}/share/${PORT})
  expect("the folder around them" ${parent_name} cmake)
  file(REMOVE_RECURSE ${CURRENT_PACKAGES_DIR}/${parent})

  set(up "get_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\n")
  file(READ ${CURRENT_PACKAGES_DIR}/share/${PORT}/eigentrain-targets.cmake text)
  string(FIND "${text}" "${up}${up}${up}" found)
  if(found EQUAL -1)
    message(FATAL_ERROR "the targets don't lie three folders deep:\n${text}")
  endif()
  string(REPLACE "${up}${up}${up}" "${up}${up}" text "${text}")
  file(WRITE ${CURRENT_PACKAGES_DIR}/share/${PORT}/eigentrain-targets.cmake "${text}")
endfunction()

# It makes such files relocatable; this one is.
function(vcpkg_fixup_pkgconfig)
  file(STRINGS ${CURRENT_PACKAGES_DIR}/share/pkgconfig/eigentrain.pc lines REGEX "^prefix=")
  expect("the prefix" "${lines}" "prefix=\${pcfiledir}/../..")
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" FILE_LIST)
  configure_file(${arg_FILE_LIST} ${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright COPYONLY)
endfunction()

include(${SOURCE}/packaging/vcpkg/eigentrain/portfile.cmake)

# What vcpkg refuses: folders where it wants none, and no copyright. What it tells users: usage.
file(GLOB_RECURSE files RELATIVE ${CURRENT_PACKAGES_DIR} ${CURRENT_PACKAGES_DIR}/*)
list(FILTER files EXCLUDE REGEX "^include/eigentrain/.*\\.hpp$")
list(SORT files)
set(wanted
  share/eigentrain/copyright
  share/eigentrain/eigentrain-config-version.cmake
  share/eigentrain/eigentrain-config.cmake
  share/eigentrain/eigentrain-targets.cmake
  share/eigentrain/usage
  share/pkgconfig/eigentrain.pc)
expect("what is packaged besides the headers" "${files}" "${wanted}")
file(GLOB folders RELATIVE ${CURRENT_PACKAGES_DIR}
  ${CURRENT_PACKAGES_DIR}/* ${CURRENT_PACKAGES_DIR}/share/*)
list(SORT folders)
expect("the folders" "${folders}" "include;share;share/eigentrain;share/pkgconfig")

configuring(configure ${CMAKE_CURRENT_LIST_DIR}/requests ${mine}/requests)
run(${configure} -DREQUEST=${version} -DCMAKE_PREFIX_PATH=${CURRENT_PACKAGES_DIR}
  -DEigen3_DIR=${mine}/eigen-3.4.0)
