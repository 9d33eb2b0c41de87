# SPDX-License-Identifier: MIT
# How this project's own programs are built. None of it reaches the users of the library.

# Compiling Eigen takes about a gigabyte a file: no more jobs at a time than the memory holds.
if(PROJECT_IS_TOP_LEVEL AND CMAKE_GENERATOR MATCHES "Ninja" AND NOT CMAKE_JOB_POOL_COMPILE)
  cmake_host_system_information(RESULT eigentrain_memory QUERY TOTAL_PHYSICAL_MEMORY)
  cmake_host_system_information(RESULT eigentrain_cores QUERY NUMBER_OF_LOGICAL_CORES)
  math(EXPR eigentrain_jobs "${eigentrain_memory} / 1200")
  if(eigentrain_jobs GREATER eigentrain_cores)
    set(eigentrain_jobs ${eigentrain_cores})
  elseif(eigentrain_jobs LESS 1)
    set(eigentrain_jobs 1)
  endif()
  set_property(GLOBAL APPEND PROPERTY JOB_POOLS eigentrain_compile=${eigentrain_jobs})
  set(CMAKE_JOB_POOL_COMPILE eigentrain_compile)
endif()

# eigentrain_warnings(<target>): all warnings that our code is free of.
function(eigentrain_warnings target)
  if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
    if(EIGENTRAIN_WERROR)
      target_compile_options(${target} PRIVATE -Werror)
    endif()
  endif()
endfunction()

# eigentrain_only_build(<target> [<flag>]): says of a program that it may be compiled without optimization
# (or with so much), in a third of the time, where EIGENTRAIN_ONLY_BUILD says that nobody waits for it.
option(EIGENTRAIN_ONLY_BUILD "Hardly optimize examples and benchmarks, only see that they build" OFF)
function(eigentrain_only_build target)
  set(flag -O0)
  if(ARGC EQUAL 2)
    set(flag ${ARGV1})
  endif()
  if(EIGENTRAIN_ONLY_BUILD AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    target_compile_options(${target} PRIVATE ${flag})
  endif()
endfunction()

# eigentrain_native(<target>): for this machine's processor, if EIGENTRAIN_NATIVE says so. Only for
# programs that spend their time in Eigen's own matrix products; the library chooses its
# instructions at run time. Eigen 3.4's products are slower with AVX-512 than with AVX2 and FMA.
include(CheckCXXCompilerFlag)
function(eigentrain_native target)
  if(NOT EIGENTRAIN_NATIVE OR CMAKE_CROSSCOMPILING)
    return()
  endif()
  check_cxx_compiler_flag(-march=native EIGENTRAIN_HAS_MARCH_NATIVE)
  if(EIGENTRAIN_HAS_MARCH_NATIVE)
    target_compile_options(${target} PRIVATE -march=native)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|amd64")
      check_cxx_compiler_flag("-march=native -mno-avx512f" EIGENTRAIN_HAS_NO_AVX512F)
      if(EIGENTRAIN_HAS_NO_AVX512F)
        target_compile_options(${target} PRIVATE -mno-avx512f)
      endif()
      # gcc 12, tuning for the newest AMD processors, splits the loads of Eigen's product kernels and
      # loses a third of their speed; clang loses by the generic tuning.
      if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(${target} PRIVATE -mtune=generic)
      endif()
    endif()
  endif()
endfunction()
