# SPDX-License-Identifier: MIT
# The tests that show the same bits, and the same bytes, on every processor and with every compiler and
# its options: for each kind of arithmetic, layer and rule one that knows the number that must come out, at
# every SIMD level of the machine. What is the same bit for bit here has the values that are recorded
# elsewhere, and the errors that are bounded elsewhere, too; so these alone run where time is short.
set(eigentrain_bits
  core/compiler core/convert core/distributions core/exp core/functions core/generator core/inverse_normal core/log
  core/newton_schulz core/orthonormal core/packet core/philox core/product core/random_source core/register
  core/shuffle core/sin_cos_pi core/truncated_normal
  direction/adafactor direction/trust_ratio
  gradient/add_noise gradient/centralize gradient/noise_scale gradient/properties
  init/delta_orthogonal init/properties init/sparse
  io/load_state io/safetensors_header io/save_state io/state_bytes
  layers/channel_dropout layers/dropout layers/norm_hashes
  optim/adabelief optim/adan optim/average_parameters optim/bits optim/lion optim/prodigy
  optim/schedule_free_adamw optim/schedule_free_sgd optim/signum optim/yogi
  schedule/cyclic schedule/inverse_square_root schedule/inverse_time schedule/linear schedule/multi_step
  schedule/one_cycle schedule/piecewise schedule/polynomial schedule/range_test schedule/restarts
  schedule/shrink schedule/to_average schedule/warmup_stable_decay)

# Tests that take too long where they are not optimized (EIGENTRAIN_TESTS_OTHER_FLAGS), some of those above
# among them.
set(eigentrain_long
  core/distributions core/newton_schulz core/orthonormal core/sin_cos_pi core/truncated_normal core/update_stream
  examples/clipping_experiment examples/depth_measure examples/mlp
  gradient/noise_scale gradient/norm gradient/penalty
  init/orthogonal init/properties init/sparse init/truncated_normal
  optim/golden
  schedule/batch_size_by_noise)

# Tests that run the table of all optimizers as it was compiled, and compile no rule themselves: in a program of
# their own, where no rule that another test has compiled without optimization comes before the table's.
set(eigentrain_properties optim/properties)

foreach(name IN LISTS eigentrain_bits eigentrain_long eigentrain_properties)
  if(NOT EXISTS ${CMAKE_CURRENT_LIST_DIR}/${name}.cpp)
    message(FATAL_ERROR "tests/bits.cmake names ${name}, which is no test")
  endif()
endforeach()

# eigentrain_test_cases(<variable> <source>): which of a file's test cases run, as Catch2 is told: all (""),
# or of a file that has some that say so only those of bits, if only these are to run; and none that say
# [long], if those are left out.
function(eigentrain_test_cases result source)
  set(cases "")
  file(STRINGS ${source} bits REGEX "TEST_CASE\\(\"[^\"]* bits ")
  if(EIGENTRAIN_TESTS_ONLY_BITS AND bits)
    list(APPEND cases "\"* bits *\"")
  endif()
  file(STRINGS ${source} long REGEX "\\[long\\]")
  if(EIGENTRAIN_TESTS_WITHOUT_LONG AND long)
    list(APPEND cases "~[long]")
  endif()
  set(${result} ${cases} PARENT_SCOPE)
endfunction()
