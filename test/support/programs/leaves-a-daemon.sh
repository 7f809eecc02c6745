#!/bin/sh
# Ends at once, but its child goes on for 20 s and holds standard output.
sleep 20 &
echo $! > "$PIDS"
echo started
