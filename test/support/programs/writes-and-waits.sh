#!/bin/sh
printf '%s' "$1"
printf '%s' "$1" >&2
exec sleep 30
