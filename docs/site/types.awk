# SPDX-License-Identifier: MIT
# Names public classes and concepts without a comment, some of which Doxygen passes over, and fails if
# there is one.
#
#   awk -f types.awk include/eigentrain/direction/*.hpp
FNR == 1 { hidden = 0; access = ""; commented = 0 }
/^namespace (eigentrain::)?detail \{/ { hidden = 1 }
/^}  \/\/ namespace (eigentrain::)?detail/ { hidden = 0 }
/^ *(template|requires)/ { next }  # stand between the comment and the class
/^(class|struct) / { access = /^struct/ ? "public" : "private" }
/^ (public|protected|private):/ { access = $1 == "private:" ? "private" : "public" }

(/^(  )?(class|struct|enum class) [A-Za-z_]/ && !/^[^{]*;/) || /^concept / {
  outer = substr($0, 1, 1) != " "
  if (!hidden && !commented && (outer || access == "public")) {
    name = $1 == "enum" ? $3 : $2
    printf "%s:%d: %s is not documented.\n", FILENAME, FNR, name
    ++faults
  }
}
{ commented = /^ *\/\/\// }
/^}/ { access = "" }
END { exit faults > 0 }
