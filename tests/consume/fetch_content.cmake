# SPDX-License-Identifier: MIT
# From an archive of no more than it needs, so that no network takes part.
include(${CMAKE_CURRENT_LIST_DIR}/tools.cmake)
make_eigen(5.0.1)
execute_process(COMMAND ${CMAKE_COMMAND} -E tar czf ${mine}/eigentrain.tar.gz
    CMakeLists.txt LICENSE cmake include
  WORKING_DIRECTORY ${SOURCE} COMMAND_ERROR_IS_FATAL ANY)
consume(fetch_content -DARCHIVE=${mine}/eigentrain.tar.gz -DEigen3_DIR=${mine}/eigen-5.0.1)
