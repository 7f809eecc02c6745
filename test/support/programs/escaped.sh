#!/bin/sh
# Adds its process id to the file named by $PIDS, and stays; whoever sets $STUBBORN must kill it.
[ -z "$STUBBORN" ] || trap '' TERM
printf '%s ' $$ >> "$PIDS"
exec sleep 60 < /dev/null > /dev/null 2>&1
