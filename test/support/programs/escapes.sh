#!/bin/sh
# Has escaped.sh leave this program's process group in the way that $WAY names; then stays, unless $STAY is no.
printf '%s ' $$ >> "$PIDS"
case "$WAY" in
  group) timeout 60 ./escaped.sh & ;;
  job) bash -c 'set -m; ./escaped.sh & wait' & ;;
  session) setsid ./escaped.sh & ;;
  python) python3 -c 'import subprocess; subprocess.Popen("./escaped.sh", start_new_session=True).wait()' & ;;
  # Nobody's child, of a group and session that nobody else is of: its parent, and the parent's parent, have gone.
  daemon) (setsid sh -c 'setsid -f ./escaped.sh' &) ;;
esac
[ "$STAY" = no ] || exec sleep 60
