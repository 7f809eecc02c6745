#!/bin/bash
# Starts escaped.sh, without a mark of this program in its environment: at a SIGTERM, in a group of its own if $WHEN is
# term-group, or again and again if $WHEN is always.
start() { env -i PIDS="$PIDS" STUBBORN=yes PATH="$PATH" ./escaped.sh & }
start_and_end() {
  # Whom it starts could be gone before it has done anything, if it did not ignore SIGTERM from its first moment on.
  trap '' TERM
  [ "$WHEN" != term-group ] || set -m
  start
  printf '%s ' $! >> "$PIDS"
  exit
}
if [ "$WHEN" = always ]; then trap '' TERM; else trap start_and_end TERM; fi
printf '%s ' $$ >> "$PIDS"
while :; do
  [ "$WHEN" != always ] || start
  sleep 0.01
done
