#!/bin/sh
# Writes the ids of its processes, itself and two children that hold standard output, to the file named by $PIDS.
trap '' TERM
sleep 30 &
first=$!
sleep 30 &
echo "$$ $first $!" > "$PIDS.part"
mv "$PIDS.part" "$PIDS"
echo stubborn
wait
