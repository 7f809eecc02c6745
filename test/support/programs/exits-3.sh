#!/bin/sh
echo "looked up client 12"
[ "$1" = silent ] || echo "no such client" >&2
exit 3
