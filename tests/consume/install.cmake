# SPDX-License-Identifier: MIT
# Installs the library twice, once staged and then moved, and compares the list of files.
include(${CMAKE_CURRENT_LIST_DIR}/tools.cmake)

file(REMOVE_RECURSE ${prefix} "${moved}")
make_eigen(3.4.0)
configuring(configure ${SOURCE} ${mine}/build)
run(${configure} -DCMAKE_INSTALL_PREFIX=/opt/nowhere -DEigen3_DIR=${mine}/eigen-3.4.0)

# What is on and off in a project that stands for itself.
cached(${mine}/build EIGENTRAIN_BUILD_TESTS OFF)
cached(${mine}/build EIGENTRAIN_BUILD_EXAMPLES OFF)
cached(${mine}/build EIGENTRAIN_BUILD_BENCHMARKS OFF)
cached(${mine}/build EIGENTRAIN_WERROR OFF)
cached(${mine}/build EIGENTRAIN_INSTALL ON)
cached(${mine}/build CMAKE_BUILD_TYPE Release)

run(${CMAKE_COMMAND} --install ${mine}/build --prefix ${prefix})
run(${CMAKE_COMMAND} -E env DESTDIR=${mine}/stage ${CMAKE_COMMAND} --install ${mine}/build)

# Nothing but headers and what belongs to them.
file(GLOB_RECURSE expected RELATIVE ${SOURCE} ${SOURCE}/include/*.hpp)
set(metadata
  share/cmake/eigentrain/eigentrain-config-version.cmake
  share/cmake/eigentrain/eigentrain-config.cmake
  share/cmake/eigentrain/eigentrain-targets.cmake
  share/doc/eigentrain/LICENSE
  share/pkgconfig/eigentrain.pc)
list(APPEND expected ${metadata})
function(compare root folder)  # all that is in root, where the prefix is
  file(GLOB_RECURSE installed RELATIVE ${root} ${root}/*)
  if(folder)
    list(TRANSFORM installed REPLACE "^${folder}" "")
  endif()
  set(missing ${expected})
  list(REMOVE_ITEM missing ${installed})
  set(surplus ${installed})
  list(REMOVE_ITEM surplus ${expected})
  expect("what is missing" "${missing}" "")
  expect("what is installed besides" "${surplus}" "")
endfunction()
compare(${prefix} "")
compare(${mine}/stage "opt/nowhere/")

# No folder of this machine is in it.
foreach(name IN LISTS metadata)
  file(READ ${prefix}/${name} text)
  foreach(path IN ITEMS ${SOURCE} ${SCRATCH} /opt/nowhere)
    string(FIND "${text}" "${path}" found)
    expect("where ${name} names ${path}" ${found} -1)
  endforeach()
endforeach()

file(RENAME ${mine}/stage/opt/nowhere "${moved}")
list(LENGTH expected count)
message("${count} files, none missing, none too many")
