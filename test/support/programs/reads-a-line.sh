#!/bin/sh
# Fails unless its input is one whole line.
set -e
IFS= read -r line
! IFS= read -r more && [ -z "$more" ]
printf '%s\nand nothing else\n' "$line"
