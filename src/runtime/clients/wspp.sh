#!/bin/bash
# Calls every operation of a build with real clients of the OK Tech interface, as run.sh does, but through a second service that has the
# first one behind it as an existing OK Tech server.
# Usage: wspp.sh MWSD BUILD [SCRIPT [ROW...]]    (the program, the folder with manifest.json, the shape that is spoken to the server:
# service_pp2.php or service_pp.php, which lacks some operations; and parts of the names of rows, see run.sh).
set -eu
[ $# -ge 2 ] || { sed -n '2,/^set/{/^#/!q;s/^# \{0,1\}//p}' "$0" >&2; exit 2; }
MWSD_BEHIND=${3:-service_pp2.php} exec "$(dirname "$0")/run.sh" "$1" "$2" "${@:4}"
