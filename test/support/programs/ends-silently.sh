#!/bin/sh
# Ends with the exit code or by the signal that its first argument names.
case "$1" in
  [A-Z]*) kill -s "$1" $$ ;;
esac
exit "${1:-1}"
