#!/bin/sh
if [ -n "$PIDS" ]; then echo $$ > "$PIDS"; fi
exec sleep "${1:-30}"
