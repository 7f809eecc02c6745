#!/bin/sh
# Closes its standard input, and goes on.
echo $$ > "$PIDS"
exec sleep 30 < /dev/null
