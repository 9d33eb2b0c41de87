# SPDX-License-Identifier: MIT
# Prepares a header for Doxygen: its second line, which says what the header is, begins a page, on
# which the names of its namespace stand. The line numbers stay as they are.
#
#   awk -f header.awk include/eigentrain/direction/adam.hpp
#
# What all transforms have in common, and some others, is said here once instead of in each of them.
function common(line) {
  if (line ~ /^ *static constexpr int slots = / || line ~ /^ *int slots\(\) const/) {
    return "How many state values it has for each parameter."
  }
  if (line ~ /^ *static constexpr std::string_view state_name = /) return "Its name in checkpoints."
  if (line ~ /^ *static constexpr std::string_view slot_names\[\]/) {
    return "The names of its state values in checkpoints."
  }
  if (line ~ /[ )]at\(const Step/) return "The rule of one step, which the chain asks for."
  if (line ~ / measure\(const Stream/) return "Measures what arrives at it, before the pass of the chain."
  if (line ~ /Verdict verdict\(/) return "What becomes of the step, after what was measured."
  if (line ~ / visit_state\(/) return "Shows its state to a visitor, for checkpoints."
  if (line ~ /Options& options\(\) const/) return "The options that it was made with."
  if (line ~ /Schedule& rate\(\) const/) return "The learning rate, as it was given."
  if (line ~ / set_rate\(/) return "Takes another learning rate."
  if (line ~ /^ *explicit / && maker != "") {
    return "Takes what " maker " takes, and throws what it throws."
  }
  if (line ~ /^ *explicit [A-Za-z]*\((const )?[A-Za-z]*Options&? options\)/) {
    return "Takes what the function takes that makes it, and throws what it throws."
  }
  name = line
  sub(/^ */, "", name)
  sub(/\(.*/, "", name)
  if (index(line, name "(const " name "&") > 0) return "Copies the other one."
  if (line ~ /& operator=\(const/) return "Takes on what the other one holds."
  return ""
}

{ lines[NR] = $0 }

END {
  path = FILENAME
  sub(/^.*include\/eigentrain\//, "", path)
  room = path
  if (!sub(/\/.*/, "", room)) room = ""
  id = path
  sub(/\.hpp$/, "", id)
  gsub(/[\/.]/, "_", id)
  id = "page_" id

  # A header with nothing but details has no page.
  public = 0
  hidden = 0
  for (i = 1; i <= NR; ++i) {
    if (lines[i] ~ /^namespace detail \{/ || lines[i] ~ /^namespace eigentrain::detail \{/) hidden = 1
    if (lines[i] ~ /^}  \/\/ namespace (eigentrain::)?detail/) hidden = 0
    if (!hidden && lines[i] ~ /^\/\/\//) public = 1
  }

  if (public && room != "") {
    # Line 1 has the licence, 2 and perhaps more the sentence, then comes #pragma once.
    lines[1] = "/** @defgroup " id " " path
    for (i = 2; i <= NR && lines[i] !~ /^#pragma once/; ++i) sub(/^\/\/ ?/, "", lines[i])
    lines[i] = "@ingroup room_" room " */"

    for (; i <= NR; ++i) {
      if (lines[i] == "") spare = i
      if (lines[i] ~ /^namespace eigentrain(::(gains|ranges))? \{/) {
        for (j = spare; j < i - 1; ++j) lines[j] = lines[j + 1]
        lines[i - 1] = lines[i] " /** @addtogroup " id
        lines[i] = "@{ */"
      } else if (lines[i] ~ /^}  \/\/ namespace eigentrain(::(gains|ranges))?$/) {
        lines[i] = "/** @} */ " lines[i]
      }
    }
  }
  for (i = 1; i <= NR; ++i) {
    # A base class that Doxygen can't read.
    sub(/public decltype\(chain<S>\(make\(Options\{\}\)\)\)/, "public Chain<S>", lines[i])
    if (lines[i] ~ /^(class|struct) /) {
      maker = ""
      for (j = i - 1; lines[j] ~ /^(\/\/\/|template|requires)/; --j) {
        if (match(lines[j], /made by [a-z_0-9]+\(\)/)) maker = substr(lines[j], RSTART + 8, RLENGTH - 8)
      }
    }
    # The comment stands where the declaration begins.
    if (lines[i] ~ /^ *template </ && lines[i - 1] !~ /^ *(\/\/\/|template)/) {
      for (j = i + 1; lines[j] ~ /^ *(template|requires)/; ++j) {}
      told = common(lines[j])
      if (told != "") sub(/template/, "/** " told " */ template", lines[i])
    } else if (lines[i - 1] !~ /^ *(\/\/\/|template|requires)/) {
      told = common(lines[i])
      if (told != "") lines[i] = "/** " told " */ " lines[i]
    }
    print lines[i]
  }
}
