#!/bin/sh
# Goes when asked to, but leaves a child that does not, and that holds no output. Its id goes to the file $PIDS.
(trap '' TERM; exec sleep 30) < /dev/null > /dev/null 2>&1 &
echo "$!" > "$PIDS"
exec sleep 30
