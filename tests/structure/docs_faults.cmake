# SPDX-License-Identifier: MIT
# Builds the documentation of small headers with Doxygen: one whose public names all have comments, and
# others with one name that has none. Those must fail, and name it.
#
#   cmake -D ROOT=<the project> -D SCRATCH=<a folder to overwrite> -D DOXYGEN=<doxygen> -P docs_faults.cmake
cmake_minimum_required(VERSION 3.22)

set(header ${SCRATCH}/include/eigentrain/init/a.hpp)
file(READ ${ROOT}/docs/Doxyfile settings)

# build(<lines in namespace eigentrain>)
macro(build text)
  file(REMOVE_RECURSE ${SCRATCH})
  file(COPY ${ROOT}/docs/site DESTINATION ${SCRATCH}/docs)
  file(WRITE ${header} "// SPDX-License-Identifier: MIT\n// A header.\n#pragma once\n\n"
    "namespace eigentrain {\n\n${text}\n}  // namespace eigentrain\n")
  file(WRITE ${SCRATCH}/Doxyfile "${settings}\nINPUT = docs/site include\nUSE_MDFILE_AS_MAINPAGE =\n"
    "OUTPUT_DIRECTORY = out\nSEARCHENGINE = NO\n")
  # The rooms name pages that are not here.
  file(READ ${SCRATCH}/docs/site/rooms.dox rooms)
  string(REGEX REPLACE "@ref[ \n]+doc_[a-z_]+" "another page" rooms "${rooms}")
  file(WRITE ${SCRATCH}/docs/site/rooms.dox "${rooms}")
  file(MAKE_DIRECTORY ${SCRATCH}/out)
  # As scripts/docs.sh does.
  execute_process(COMMAND awk -f docs/site/types.awk ${header} WORKING_DIRECTORY ${SCRATCH}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  execute_process(COMMAND ${DOXYGEN} Doxyfile WORKING_DIRECTORY ${SCRATCH}
    RESULT_VARIABLE doxygen_result OUTPUT_VARIABLE doxygen_output ERROR_VARIABLE doxygen_output)
  if(NOT doxygen_result EQUAL 0)
    set(result ${doxygen_result})
  endif()
  string(APPEND output "${doxygen_output}")
endmacro()

set(right "/// A class.\nclass A {\n public:\n  /// Makes one.\n  A(int size);\n  /// Its size.\n  int size() const { return size_; }\n private:\n  int size_;\n};\n")
build("${right}namespace detail {\nint hidden();\n}  // namespace detail\n")
if(NOT result EQUAL 0)
  message(FATAL_ERROR "a header without faults was refused:\n${output}")
endif()

set(tried 0)
foreach(fault IN ITEMS
    "without_comment|void without_comment()@"
    "without_comment|class without_comment {}@"
    "without_comment|struct without_comment { int value = 0@ }@"
    "without_comment|enum class without_comment { one }@"
    "without_comment|using without_comment = int@"
    "without_comment|inline constexpr int without_comment = 1@"
    "without_comment|template <class T>\nconcept without_comment = true@"
    "without_comment|/// A struct.\nstruct B {\n  int without_comment = 0@\n}@"
    "without_comment|/// A class.\nclass B {\n public:\n  void without_comment()@\n}@"
    "B|/// A class.\nclass B {\n public:\n  explicit B(int size)@\n}@")
  string(FIND "${fault}" "|" bar)
  string(SUBSTRING "${fault}" 0 ${bar} name)
  math(EXPR bar "${bar} + 1")
  string(SUBSTRING "${fault}" ${bar} -1 lines)
  string(REPLACE "@" ";" lines "${lines}")  # in a list it would separate
  build("${right}${lines}\n")
  if(result EQUAL 0)
    message(FATAL_ERROR "not noticed:\n${lines}")
  elseif(NOT output MATCHES "a\\.hpp:[0-9]+:[^\n]*${name}[^\n]* is not documented")
    message(FATAL_ERROR "expected ${name} to be named, got:\n${output}")
  endif()
  math(EXPR tried "${tried} + 1")
endforeach()
message("${tried} names without a comment, each was found")
