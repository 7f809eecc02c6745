#!/bin/sh
echo "the disk is nearly full" >&2
echo ok
