#!/bin/sh
# Shows what a local handler is given: variables, its arguments, and the envelope on stdin.
set -eu
printf '%s of %s, attempt %s\n' "$PROVISIONING_EVENT_TYPE" "$PROVISIONING_OBJECT_ID" "$PROVISIONING_ATTEMPT"
for argument in "$@"; do
  printf 'argument: %s\n' "$argument"
done
cat
