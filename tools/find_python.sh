#!/bin/sh
# Prints the Python that ConvScope is to run on: $PYTHON where it is set, else the one of
# an existing .venv, else the first 3.13, 3.12 or 3.11 on the path. A command that is there
# but does not run (a pyenv shim without its version) is passed over. Where none fits: one
# sentence on standard error and exit status 1.

fitting='import sys
if not (3, 11) <= sys.version_info[:2] <= (3, 13): sys.exit(1)
print(sys.executable)'
version='import sys
print("%d.%d" % sys.version_info[:2])'
found=""

for name in ${PYTHON:-} .venv/bin/python python3.13 python3.12 python3.11 python3 python; do
    if path=$("$name" -c "$fitting" 2>/dev/null); then
        echo "$path"
        exit 0
    fi
    if other=$("$name" -c "$version" 2>/dev/null); then
        case "$found" in
            *"Python $other"*) ;;
            *) found="${found:+$found and }Python $other" ;;
        esac
    fi
done

echo "ConvScope needs Python 3.11, 3.12 or 3.13, and this machine has ${found:-no Python that runs}:" \
    "please install one of those three and try again." >&2
exit 1
