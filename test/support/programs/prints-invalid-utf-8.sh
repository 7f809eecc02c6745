#!/bin/sh
printf 'caf\351 ok\n'
