# SPDX-License-Identifier: MIT
# Which Eigen is taken: 3.4 and 5 alike, none before, and the one that a project already has. By the
# installed package, by the source tree and by the headers alone.
include(${CMAKE_CURRENT_LIST_DIR}/tools.cmake)

configuring(installed ${CMAKE_CURRENT_LIST_DIR}/requests ${mine}/installed)
list(APPEND installed -DCMAKE_PREFIX_PATH=${prefix} -DREQUEST=${version})
configuring(source ${SOURCE} ${mine}/source)

foreach(eigen IN ITEMS 3.4.0 3.4.90 5.0.1)
  make_eigen(${eigen})
  run(${installed} -DEigen3_DIR=${mine}/eigen-${eigen})
  run(${source} -DEigen3_DIR=${mine}/eigen-${eigen})
  # Where it isn't accepted, another one on this machine may be.
  cached(${mine}/installed Eigen3_DIR ${mine}/eigen-${eigen})
  cached(${mine}/source Eigen3_DIR ${mine}/eigen-${eigen})
endforeach()

make_eigen(3.3.9)
set(words "eigentrain needs Eigen 3.4 or later, found 3.3.9 in ${mine}/eigen-3.3.9")
refuse(${words} ${installed} -DEigen3_DIR=${mine}/eigen-3.3.9)
refuse(${words} ${source} -DEigen3_DIR=${mine}/eigen-3.3.9)

# A FindEigen3.cmake isn't asked.
file(WRITE ${mine}/modules/FindEigen3.cmake "message(FATAL_ERROR \"the module was asked\")\n")
list(APPEND installed -DCMAKE_MODULE_PATH=${mine}/modules -DEigen3_DIR=${mine}/eigen-3.4.0)
list(APPEND source -DCMAKE_MODULE_PATH=${mine}/modules -DEigen3_DIR=${mine}/eigen-3.4.0)
run(${installed})
run(${source})

# Without any, both name what they miss. A target is enough.
refuse("Eigen3" ${installed} -DCMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON)
refuse("Eigen3" ${source} -DCMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON)
run(${installed} -DCMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON -DOWN_EIGEN=ON)

# The headers look at what Eigen says of itself; the preprocessor sees that.
file(WRITE ${mine}/one.cpp "#include <eigentrain/core/view.hpp>\n")
set(preprocess ${COMPILER} -std=c++20 -E -I${SOURCE}/include -I${mine}/headers ${mine}/one.cpp)
function(headers_of major)
  file(WRITE ${mine}/headers/Eigen/Core
    "#define EIGEN_WORLD_VERSION 3\n#define EIGEN_MAJOR_VERSION ${major}\n")
endfunction()
headers_of(3)
refuse("eigentrain needs Eigen 3.4 or later" ${preprocess})
headers_of(4)
run(${preprocess})
headers_of(5)
run(${preprocess})
