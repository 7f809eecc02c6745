#!/bin/sh
echo "this may not run"
