// SPDX-License-Identifier: MIT
// For many test files that are compiled as one (see tests/batches.cmake): the name of a test case
// begins with that of its file, EIGENTRAIN_TEST_FILE, so that the cases of a file can be chosen,
// and two files may call theirs the same.
#pragma once

#include "support/plain_checks.hpp"

#undef TEST_CASE
#undef TEMPLATE_TEST_CASE
#undef TEMPLATE_TEST_CASE_SIG
#define TEST_CASE(...) INTERNAL_CATCH_TESTCASE(EIGENTRAIN_TEST_FILE __VA_ARGS__)
#define TEMPLATE_TEST_CASE(...) INTERNAL_CATCH_TEMPLATE_TEST_CASE(EIGENTRAIN_TEST_FILE __VA_ARGS__)
#define TEMPLATE_TEST_CASE_SIG(...) \
  INTERNAL_CATCH_TEMPLATE_TEST_CASE_SIG(EIGENTRAIN_TEST_FILE __VA_ARGS__)
