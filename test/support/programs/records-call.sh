#!/bin/sh
# Appends a line to the file named by $CALLS: the webhook id, its parent's process id, and its input.
printf '%s %s %s\n' "$PROVISIONING_WEBHOOK_ID" "$PPID" "$(cat)" >> "$CALLS"
